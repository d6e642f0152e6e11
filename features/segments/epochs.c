/* epochs: one segment around each event of the labels wanted, from tmin to tmax seconds of its onset.
 *
 * Samples as in mne.Epochs: the event is at sample rint(onset * rate); the epoch holds samples rint(tmin * rate) to
 * rint(tmax * rate) of it, both included, half to even. An epoch that the run does not hold whole is left out and
 * counted. Epochs come by time; their label is the event's. Events outside of the run belong to another one. */
#include <math.h>
#include <stdlib.h>

#include "baleen/segment.h"

typedef struct epochs_params {
  bl_texts events;
  double tmin, tmax;
} epochs_params;

static const bl_opt opts[] = {
  BL_TEXTS(epochs_params, events, "all", "labels of the events wanted, or all"),
  BL_REAL(epochs_params, tmin, "-0.2", -1e9, 1e9, "s", "where the epoch begins, after the onset"),
  BL_REAL(epochs_params, tmax, "0.5", -1e9, 1e9, "s", "where it ends, after the onset; this sample included"),
  BL_OPT_END
};

static int by_start(const void *pa, const void *pb)
{
  const bl_span *a = pa, *b = pb;
  if (a->start_s != b->start_s) return a->start_s < b->start_s ? -1 : 1;
  return a->event < b->event ? -1 : a->event > b->event;
}

static bool wanted(const epochs_params *p, const char *label)
{
  return bl_texts_find(&p->events, "all") >= 0 || bl_texts_find(&p->events, label) >= 0;
}

static bl_status plan(bl_ctx *ctx, const void *params, const bl_run_info *run, const bl_event *events, size_t n_events,
                      bl_spans *out, size_t *n_skipped)
{
  const epochs_params *p = params;
  double rate = run->rate_hz, lo = rint(p->tmin * rate), hi = rint(p->tmax * rate);
  if (!(lo <= hi))
    return bl_fail(ctx, BL_E_CONFIG, "epochs: tmin %g s is not before tmax %g s; swap them", p->tmin, p->tmax);
  double run_first = rint(run->start_s * rate), run_behind = rint(run->end_s * rate);
  size_t before = out->n;
  for (size_t i = 0; i < n_events; i++) {
    const bl_event *e = &events[i];
    double at = rint(e->onset_s * rate);
    if (!wanted(p, e->label) || !(at >= run_first && at < run_behind)) continue;
    if (at + lo < run_first || at + hi >= run_behind) {
      (*n_skipped)++;
      continue;
    }
    /* whole samples away from the onset, so that no rounding of a sum can move an edge */
    bl_span span = {.start_s = e->onset_s + lo / rate, .end_s = e->onset_s + hi / rate, .anchor_s = e->onset_s,
                    .end_included = true, .event = i, .label = e->label};
    bl_status s = bl_spans_add(ctx, out, &span);
    if (s) return s;
  }
  if (out->n > before) qsort(out->v + before, out->n - before, sizeof *out->v, by_start);
  return BL_OK;
}

const bl_segment_class bl_segment_epochs = {
  .name = "epochs",
  .summary = "a segment around each event, from tmin to tmax of its onset",
  .source = "mne.Epochs",
  .opts = opts,
  .params_size = sizeof(epochs_params),
  .plan = plan,
};
