/* Intervals by resampling groups of rows: a group drawn twice counts twice, by weight, so that no row is copied. */
#include <math.h>
#include <stdlib.h>

#include "baleen/compare.h"
#include "baleen/memory.h"
#include "baleen/random.h"
#include "baleen/sort.h"

typedef struct draws {
  size_t *place; /* of each row: which group it is of, counted from 0 */
  double *times, *weight, *score;
  size_t n_groups;
} draws;

static int by_group(const void *a, const void *b)
{
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/* Groups by their number, each with its place in ascending order. */
static bl_status place_groups(bl_ctx *ctx, const int32_t *group, size_t n, draws *d)
{
  d->n_groups = n;
  for (size_t i = 0; i < n; i++) d->place[i] = i;
  if (!group) return BL_OK;
  int32_t *all = bl_calloc(ctx, n, sizeof *all);
  if (!all) return bl_fail_nomem(ctx, "a bootstrap");
  for (size_t i = 0; i < n; i++) all[i] = group[i];
  qsort(all, n, sizeof *all, by_group);
  d->n_groups = 0;
  for (size_t i = 0; i < n; i++)
    if (!d->n_groups || all[i] != all[d->n_groups - 1]) all[d->n_groups++] = all[i];
  for (size_t i = 0; i < n; i++)
    d->place[i] = (size_t)((int32_t *)bsearch(&group[i], all, d->n_groups, sizeof *all, by_group) - all);
  bl_free(ctx, all);
  return BL_OK;
}

/* The score of one draw; NaN where it has none. */
static bl_status score_draw(bl_ctx *ctx, const bl_metric *m, const bl_scored *s, draws *d, bl_rng *r, double *out)
{
  bl_scored drawn = *s;
  bool any = false;
  for (size_t g = 0; g < d->n_groups; g++) d->times[g] = 0;
  for (size_t g = 0; g < d->n_groups; g++) d->times[bl_rng_below(r, d->n_groups)]++;
  for (size_t i = 0; i < s->n; i++) {
    d->weight[i] = d->times[d->place[i]] * (s->weight ? s->weight[i] : 1);
    any = any || d->weight[i] > 0;
  }
  drawn.weight = d->weight;
  *out = (double)NAN;
  return any ? bl_metric_score(ctx, m, &drawn, out) : BL_OK;
}

bl_status bl_bootstrap(bl_ctx *ctx, const bl_metric *m, const bl_scored *s, const int32_t *group, size_t n_draws,
                       double level, uint64_t seed, double *lo, double *hi, size_t *defined)
{
  draws d = {.place = bl_calloc(ctx, s->n, sizeof *d.place),
             .times = bl_calloc(ctx, s->n, sizeof *d.times),
             .weight = bl_calloc(ctx, s->n, sizeof *d.weight),
             .score = bl_calloc(ctx, n_draws, sizeof *d.score)};
  bool muted = bl_ctx_mute(ctx, true); /* what a draw leaves undefined is counted, not told a thousand times */
  bl_status e = BL_OK;
  *lo = *hi = (double)NAN;
  *defined = 0;
  if (!d.place || !d.times || !d.weight || !d.score) e = bl_fail_nomem(ctx, "a bootstrap");
  if (!e) e = place_groups(ctx, group, s->n, &d);
  for (size_t k = 0; !e && k < n_draws; k++) {
    bl_rng r = bl_rng_make(seed, "bootstrap", k);
    double v = (double)NAN;
    e = BL_CHECK_CANCEL(ctx);
    if (!e) e = score_draw(ctx, m, s, &d, &r, &v);
    if (!isnan(v)) d.score[(*defined)++] = v;
  }
  if (!e && *defined > 1) {
    bl_sort(d.score, *defined);
    double cut = (1 - level) / 2 * (double)(*defined - 1);
    size_t from = (size_t)floor(cut);
    *lo = d.score[from];
    *hi = d.score[*defined - 1 - from];
  }
  bl_ctx_mute(ctx, muted);
  bl_free(ctx, d.place);
  bl_free(ctx, d.times);
  bl_free(ctx, d.weight);
  bl_free(ctx, d.score);
  return e;
}
