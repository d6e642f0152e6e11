/* predictor_events.c: the events of the recording at hand. Each run's segmentation is told those that may concern it;
 * what is over when a run ends is forgotten, so that years of events take no more memory than the different labels. */
#include <string.h>

#include "extract.h"
#include "predictor_private.h"

/* The label as t keeps it. */
static bl_status keep_label(bl_ctx *ctx, bl_told_events *t, const char *label, const char **out)
{
  long at = bl_texts_find(&t->labels, label);
  bl_status s = at < 0 ? bl_texts_add(ctx, &t->labels, label) : BL_OK;
  if (!s) *out = t->labels.v[at < 0 ? t->labels.n - 1 : (size_t)at];
  return s;
}

static bl_status count(bl_ctx *ctx, bl_told_events *t, const bl_event *v, size_t n)
{
  bl_tally fresh = {0}, sum = {0};
  const bl_tally *both[] = {&t->tally, &fresh};
  bl_status s = bl_tally_events(ctx, v, n, &fresh);
  if (!s) s = bl_tally_sum(ctx, both, 2, &sum);
  bl_tally_free(ctx, &fresh);
  if (s) return s;
  bl_tally_free(ctx, &t->tally);
  t->tally = sum;
  return BL_OK;
}

bl_status bl_told_events_add(bl_ctx *ctx, bl_told_events *t, const bl_config *c, const bl_event *v, size_t n,
                             const bl_event **fresh)
{
  bl_asked asked;
  void *grown = t->v;
  bl_status s = bl_grow(ctx, &grown, &t->cap, t->n + n, sizeof *t->v, "the events");
  t->v = grown;
  *fresh = t->v + t->n;
  for (size_t i = 0; !s && i < n; i++) {
    t->v[t->n] = v[i];
    s = keep_label(ctx, t, v[i].label, &t->v[t->n].label);
    t->n += !s;
  }
  if (!s && n && bl_config_asks(c, &asked)) s = count(ctx, t, *fresh, n);
  return s;
}

void bl_told_events_pass(bl_told_events *t, double before_s)
{
  size_t kept = 0;
  for (size_t i = 0; i < t->n; i++)
    if (!(t->v[i].onset_s + t->v[i].duration_s < before_s)) t->v[kept++] = t->v[i];
  t->n = kept;
}

void bl_told_events_free(bl_ctx *ctx, bl_told_events *t)
{
  bl_free(ctx, t->v);
  bl_texts_free(ctx, &t->labels);
  bl_tally_free(ctx, &t->tally);
  *t = (bl_told_events){0};
}
