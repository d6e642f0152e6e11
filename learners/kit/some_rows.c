#include "some_rows.h"

#include <string.h>

bl_status bl_some_rows_take(bl_ctx *ctx, const bl_data *d, const uint32_t *row, size_t n, bool all, bl_some_rows *s)
{
  size_t m = 0, k = d->n_targets > 1 ? d->n_targets : 1;
  *s = (bl_some_rows){.d = *d};
  s->index = bl_calloc(ctx, n, sizeof *s->index);
  if (d->y) s->y = bl_calloc(ctx, n, k * sizeof *s->y);
  if (d->weight) s->weight = bl_calloc(ctx, n, sizeof *s->weight);
  if (d->group) s->group = bl_calloc(ctx, n, sizeof *s->group);
  if (d->time) s->time = bl_calloc(ctx, n, sizeof *s->time);
  if (!s->index || (d->y && !s->y) || (d->weight && !s->weight) || (d->group && !s->group) || (d->time && !s->time))
    return bl_fail_nomem(ctx, "a fold");
  for (size_t i = 0; !all && d->weight && i < n; i++) m += d->weight[row[i]] != 0;
  if (!m) all = true; /* nothing but such rows: the estimator says no */
  m = 0;
  for (size_t i = 0; i < n; i++) {
    if (!all && d->weight && !(d->weight[row[i]] != 0)) continue;
    s->index[m] = d->X.index ? d->X.index[row[i]] : row[i];
    if (d->y) memcpy(s->y + m * k, d->y + row[i] * k, k * sizeof *s->y);
    if (d->weight) s->weight[m] = d->weight[row[i]];
    if (d->group) s->group[m] = d->group[row[i]];
    if (d->time) s->time[m] = d->time[row[i]];
    m++;
  }
  s->d.X.index = s->index;
  s->d.X.rows = m;
  s->d.y = s->y;
  s->d.weight = s->weight;
  s->d.group = s->group;
  s->d.time = s->time;
  return BL_OK;
}

void bl_some_rows_free(bl_ctx *ctx, bl_some_rows *s)
{
  bl_free(ctx, s->index);
  bl_free(ctx, s->y);
  bl_free(ctx, s->weight);
  bl_free(ctx, s->group);
  bl_free(ctx, s->time);
}
