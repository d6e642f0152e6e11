/* foresee.c: see foresee.h. */
#include "foresee.h"

#include <math.h>

#include "extract.h"

enum { MOST = 2000 }; /* segments of a recording that are looked at: that a split tears them apart shows in these */
#define STEP_S 600.0  /* they come in lots of so much time, for a night of them may be more than memory holds */

void bl_foresight_free(bl_ctx *ctx, bl_foresight *f)
{
  bl_texts_free(ctx, &f->labels);
  bl_free(ctx, f->v);
  *f = (bl_foresight){0};
}

static bl_status note(bl_ctx *ctx, const bl_span *span, const bl_run_info *run, bl_foresight *f)
{
  const char *label = span->label ? span->label : "";
  long known = bl_texts_find(&f->labels, label);
  bl_status s = known < 0 ? bl_texts_add(ctx, &f->labels, label) : BL_OK;
  if (!s) s = bl_grow(ctx, (void **)&f->v, &f->cap, f->n + 1, sizeof *f->v, "the segments to come");
  if (s) return s;
  f->v[f->n++] = (struct bl_foreseen){.start_s = isinf(span->start_s) ? run->start_s : span->start_s,
                                      .end_s = isinf(span->end_s) ? run->end_s : span->end_s,
                                      .label = known < 0 ? f->labels.n - 1 : (size_t)known};
  return BL_OK;
}

static bl_status take(bl_ctx *ctx, bl_spans *spans, const bl_run_info *run, bl_foresight *f)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < spans->n && f->n < MOST; i++) s = note(ctx, &spans->v[i], run, f);
  f->cut = f->cut || f->n >= MOST;
  bl_spans_clear(spans);
  return s;
}

static bl_status foresee_run(bl_ctx *ctx, const bl_config *c, const bl_run_info *run, const bl_event *events, size_t n,
                             bl_foresight *f)
{
  bl_segment_run segments = {0};
  bl_spans spans = {0};
  bl_news news = {events, n, INFINITY}, none = {NULL, 0, INFINITY};
  bl_status s = bl_segment_open(ctx, &c->segment, run, &segments);
  for (double until = run->start_s; !s && !f->cut && until < run->end_s + STEP_S; until += STEP_S) {
    s = segments.cls->advance(ctx, segments.state, until, until > run->start_s ? &none : &news, &spans);
    if (!s) s = take(ctx, &spans, run, f);
  }
  if (!s && !f->cut) s = segments.cls->close(ctx, segments.state, run, &spans);
  if (!s) s = take(ctx, &spans, run, f);
  bl_segment_stop(ctx, &segments);
  bl_spans_free(ctx, &spans);
  return s;
}

bl_status bl_foresee(bl_ctx *ctx, const bl_config *c, const bl_common_runs *runs, double rate_hz,
                     const bl_event *events, size_t n, bl_foresight *out)
{
  bl_status s = BL_OK;
  *out = (bl_foresight){0};
  for (size_t i = 0; c->n_learners && !s && !out->cut && i < runs->n; i++) {
    bl_run_info run = bl_run_of(c, runs, i, rate_hz);
    s = foresee_run(ctx, c, &run, events, n, out);
  }
  if (s) bl_foresight_free(ctx, out);
  return s;
}

bl_status bl_foresight_add(bl_ctx *ctx, const bl_foresight *f, const bl_item *item, bl_dataset *rows)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < f->n; i++) {
    float nothing = 0;
    bl_row_info info = {.recording = item->name,
                        .label = item->label        ? item->label
                                 : item->unlabelled ? ""
                                                    : f->labels.v[f->v[i].label],
                        .group = item->group ? item->group : item->name,
                        .start_s = f->v[i].start_s,
                        .end_s = f->v[i].end_s,
                        .weight = 1,
                        .extra = (const char *const *)item->extra.v};
    s = bl_dataset_add(ctx, rows, &nothing, &info);
  }
  return s;
}
