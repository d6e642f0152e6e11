/* epochs: one segment around each event of the labels wanted, from tmin to tmax seconds of its onset.
 *
 * Samples as in mne.Epochs: the event is at sample rint(onset * rate); the epoch holds samples rint(tmin * rate) to
 * rint(tmax * rate) of it, both included, half to even. An epoch that the run does not hold whole is left out and
 * counted, as is one that touches an event whose label begins with "bad" (any case), MNE's mark for artefacts. Epochs
 * come by time; their label is the event's. Events outside of the run belong to another one.
 *
 * Baseline, peak-to-peak and flat limits are rules that the extractor keeps (epoch.h, extractor.h). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "baleen/segment.h"
#include "baleen/text.h"

static const char *const mode_words[] = {"mean", "ratio", "logratio", "percent", "zscore", "zlogratio", NULL};
static const char *const none_words[] = {"none", NULL};
static const char *const tmin_words[] = {"tmin", NULL}, *const tmax_words[] = {"tmax", NULL};

typedef struct epochs_params {
  bl_texts events, baseline;
  double tmin, tmax;
  int baseline_mode;
  bl_word reject, flat, reject_tmin, reject_tmax;
  bl_ranges limits;
  bool reject_by_annotation;
} epochs_params;

static const bl_opt opts[] = {
  BL_TEXTS(epochs_params, events, "all", "labels of the events wanted, or all"),
  BL_REAL(epochs_params, tmin, "-0.2", -1e9, 1e9, "s", "where the epoch begins, after the onset"),
  BL_REAL(epochs_params, tmax, "0.5", -1e9, 1e9, "s", "where it ends, after the onset; this sample included"),
  BL_TEXTS(epochs_params, baseline, "none",
           "[from, to] in s after the onset, both included, null for the epoch's own end, as in [null, 0]; or none. "
           "Corrects what the summaries get, waveform or spectrum"),
  BL_ENUM(epochs_params, baseline_mode, "mean", mode_words,
          "with m the baseline's mean: mean x - m, ratio x / m, logratio log10(x / m), percent (x - m) / m, "
          "zscore (x - m) / sd, zlogratio log10(x / m) / sd; features are then in 1, log10, 1, sd or sd, not in the channel's unit"),
  BL_WORD(epochs_params, reject, "none", none_words, 0, 1e300, 0, "the channel's unit",
          "drop the epoch when any channel's peak-to-peak amplitude is above this"),
  BL_WORD(epochs_params, flat, "none", none_words, 0, 1e300, 0, "the channel's unit",
          "drop the epoch when any channel's peak-to-peak amplitude is below this"),
  BL_RANGES(epochs_params, limits, NULL, 0, 1e300, "the channel's unit",
            "flat and reject of single channels, by name or pattern, in place of those two: {\"EOG*\": [0, 300]}"),
  BL_WORD(epochs_params, reject_tmin, "tmin", tmin_words, -1e9, 1e9, 0, "s", "amplitudes are looked at from here"),
  BL_WORD(epochs_params, reject_tmax, "tmax", tmax_words, -1e9, 1e9, 0, "s", "to here, this sample included"),
  BL_BOOL(epochs_params, reject_by_annotation, "true", "drop epochs that touch an event whose label begins with 'bad'"),
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

static bool is_bad(const bl_event *e) { return !strncasecmp(e->label, "bad", 3); }

/* A stretch marked as bad that shares time with the epoch. */
static bool touches_bad(const bl_event *events, size_t n, double from, double to)
{
  for (size_t i = 0; i < n; i++)
    if (is_bad(&events[i]) && events[i].onset_s < to && events[i].onset_s + events[i].duration_s > from) return true;
  return false;
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
  bool any_bad = false; /* seldom: then no epoch need look */
  for (size_t i = 0; i < n_events; i++) any_bad |= p->reject_by_annotation && is_bad(&events[i]);
  for (size_t i = 0; i < n_events; i++) {
    const bl_event *e = &events[i];
    double at = rint(e->onset_s * rate);
    if (!wanted(p, e->label) || (p->reject_by_annotation && is_bad(e)) || !(at >= run_first && at < run_behind)) continue;
    const char *why = at + lo < run_first    ? "begins before the recording, or in a gap"
                      : at + hi >= run_behind ? "ends behind the recording, or in a gap"
                      : any_bad && touches_bad(events, n_events, (at + lo) / rate, (at + hi + 1) / rate)
                          ? "touches a stretch marked as bad" : NULL;
    if (why) {
      bl_status s = bl_spans_leave_out(ctx, out, e->onset_s + lo / rate, e->label, why);
      if (s) return s;
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

/* One end of the baseline: a number, or null for the epoch's own. */
static bl_status baseline_end(bl_ctx *ctx, const char *text, double own, double *out)
{
  *out = own;
  if (!*text || !strcmp(text, "null") || !strcmp(text, "none") || !strcmp(text, "~")) return BL_OK;
  if (bl_parse_real(text, out) && isfinite(*out)) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "epochs: baseline: '%s' is no time in seconds; wanted a number, or null", text);
}

static bl_status check_baseline(bl_ctx *ctx, const epochs_params *p, bl_epoch_rules *r)
{
  bl_status s = baseline_end(ctx, p->baseline.v[0], -INFINITY, &r->baseline_from_s);
  if (!s) s = baseline_end(ctx, p->baseline.v[1], INFINITY, &r->baseline_to_s);
  if (s) return s;
  if (r->baseline_from_s > r->baseline_to_s)
    return bl_fail(ctx, BL_E_CONFIG, "epochs: baseline: from %g s to %g s; swap them", r->baseline_from_s, r->baseline_to_s);
  if (r->baseline_to_s < p->tmin || r->baseline_from_s > p->tmax)
    return bl_fail(ctx, BL_E_CONFIG, "epochs: baseline: %g to %g s lies outside of the epoch, %g to %g s", r->baseline_from_s,
                   r->baseline_to_s, p->tmin, p->tmax);
  r->baseline = true;
  return BL_OK;
}

static bl_status rules(bl_ctx *ctx, const void *params, bl_epoch_rules *out)
{
  const epochs_params *p = params;
  double from = p->reject_tmin.word < 0 ? p->reject_tmin.real : -INFINITY;
  double to = p->reject_tmax.word < 0 ? p->reject_tmax.real : INFINITY;
  *out = (bl_epoch_rules){.mode = (bl_baseline_mode)p->baseline_mode,
                          .reject = p->reject.word < 0 ? p->reject.real : NAN,
                          .flat = p->flat.word < 0 ? p->flat.real : NAN,
                          .limits = &p->limits, .reject_from_s = from, .reject_to_s = to};
  size_t n = p->baseline.n;
  bool none = !n || (n == 1 && (!*p->baseline.v[0] || !strcmp(p->baseline.v[0], "none") || !strcmp(p->baseline.v[0], "null")));
  if (!(p->tmin <= p->tmax))
    return bl_fail(ctx, BL_E_CONFIG, "epochs: tmin %g s is not before tmax %g s; swap them", p->tmin, p->tmax);
  if (!none && n != 2)
    return bl_fail(ctx, BL_E_CONFIG, "epochs: baseline: %zu values; wanted two, [from, to], or none", n);
  if (isfinite(out->flat) && out->flat > out->reject)
    return bl_fail(ctx, BL_E_CONFIG, "epochs: flat %g is above reject %g, so that every epoch is dropped", out->flat, out->reject);
  if (!(from <= to) || from > p->tmax || to < p->tmin)
    return bl_fail(ctx, BL_E_CONFIG, "epochs: reject_tmin %g s to reject_tmax %g s: no part of the epoch, %g to %g s", from, to,
                   p->tmin, p->tmax);
  return none ? BL_OK : check_baseline(ctx, p, out);
}

const bl_segment_class bl_segment_epochs = {
  .name = "epochs",
  .summary = "a segment around each event, from tmin to tmax of its onset, with baseline and rejection",
  .source = "mne.Epochs",
  .opts = opts,
  .params_size = sizeof(epochs_params),
  .plan = plan,
  .rules = rules,
};
