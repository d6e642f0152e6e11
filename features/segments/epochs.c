/* epochs: one segment around each event of the labels wanted, from tmin to tmax seconds of its onset.
 *
 * Samples as in mne.Epochs: the event is at sample rint(onset * rate); the epoch holds samples rint(tmin * rate) to
 * rint(tmax * rate) of it, both included, half to even. An epoch that the run does not hold whole is left out and
 * counted, as is one that touches an event whose label begins with "bad" (any case), MNE's mark for artefacts, where
 * reject_tmin and reject_tmax let it look: from sample rint(at + reject_tmin * rate) to the last of the epoch less
 * rint((tmax - reject_tmax) * rate), as mne.Epochs; amplitudes stop a sample earlier (epoch.h). Epochs come by time;
 * their label is the event's. Events outside of all runs are counted by the run that owns them.
 *
 * Several wanted events at one sample: an error, or the first alone, or one epoch whose label joins theirs, sorted, by
 * '/' (mne.Epochs, event_repeated), or an epoch for each.
 *
 * Baseline, peak-to-peak and flat limits are rules that the extractor keeps (epoch.h, extractor.h). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/text.h"
#include "segment_events.h"
#include "stage_util.h"

enum { REPEATED_ERROR, REPEATED_DROP, REPEATED_MERGE, REPEATED_KEEP };
static const char *const repeated_words[] = {"error", "drop", "merge", "keep", NULL};
static const char *const mode_words[] = {"mean", "ratio", "logratio", "percent", "zscore", "zlogratio", NULL};
static const char *const tmin_words[] = {"tmin", NULL}, *const tmax_words[] = {"tmax", NULL};

typedef struct epochs_params {
  bl_texts events, baseline;
  double tmin, tmax;
  int baseline_mode, event_repeated;
  bl_word reject_tmin, reject_tmax;
  bl_rejection rejection;
} epochs_params;

static const bl_opt opts[] = {
    BL_TEXTS(epochs_params, events, "all",
             "labels of the events wanted, or patterns of * and [ab] (T*, stim/[12]), or all; ? is a plain character"),
    BL_REAL(epochs_params, tmin, "-0.2", -1e9, 1e9, "s", "where the epoch begins, after the onset"),
    BL_REAL(epochs_params, tmax, "0.5", -1e9, 1e9, "s", "where it ends, after the onset; this sample included"),
    BL_ENUM(
        epochs_params, event_repeated, "error", repeated_words,
        "several wanted events at one sample: error; drop all but the first; merge them into one, labels joined by '/'; keep each"),
    BL_TEXTS(epochs_params, baseline, "none",
             "[from, to] in s after the onset, both included, null for the epoch's own end, as in [null, 0]; or none. "
             "Corrects what the summaries get, waveform or spectrum"),
    BL_ENUM(
        epochs_params, baseline_mode, "mean", mode_words,
        "with m the baseline's mean: mean x - m, ratio x / m, logratio log10(x / m), percent (x - m) / m, "
        "zscore (x - m) / sd, zlogratio log10(x / m) / sd; features are then in 1, log10, 1, sd or sd, not in the channel's unit"),
    BL_REJECTION_OPTS(epochs_params, rejection, "epoch"),
    BL_WORD(epochs_params, reject_tmin, "tmin", tmin_words, -1e9, 1e9, 0, "s",
            "amplitudes and bad stretches are looked at from here"),
    BL_WORD(epochs_params, reject_tmax, "tmax", tmax_words, -1e9, 1e9, 0, "s",
            "to here; of amplitudes, where given, this sample not included, as in MNE"),
    BL_OPT_END};

static bool asks(const void *params, bl_asked *out)
{
  const epochs_params *p = params;
  *out = (bl_asked){&p->events, p->rejection.reject_by_annotation};
  return true;
}

/* ---- the events of a run
 * ------------------------------------------------------------------------------------------- */

/* A wanted event, at its sample. */
typedef struct mark {
  double at;
  size_t event;
  const char *label;
} mark;

static int by_sample(const void *pa, const void *pb)
{
  const mark *a = pa, *b = pb;
  if (a->at != b->at) return a->at < b->at ? -1 : 1;
  return a->event < b->event ? -1 : a->event > b->event;
}

static bool owns(const bl_run_info *run, double at)
{
  return (!run->follows || at >= rint(run->start_s * run->rate_hz)) &&
         (!run->followed || at < rint(run->next_start_s * run->rate_hz));
}

static bl_status gather(bl_ctx *ctx, const epochs_params *p, const bl_run_info *run, const bl_event *events,
                        size_t n_events, mark **out, size_t *n)
{
  bl_asked asked;
  bool *want = bl_calloc(ctx, n_events, sizeof *want);
  *out = bl_calloc(ctx, n_events, sizeof **out);
  *n = 0;
  if (!want || !*out) {
    bl_free(ctx, want);
    return bl_fail_nomem(ctx, "epochs: events");
  }
  (void)asks(p, &asked);
  bl_events_choose(&asked, events, n_events, want);
  for (size_t i = 0; i < n_events; i++) {
    double at = rint(events[i].onset_s * run->rate_hz);
    if (want[i] && owns(run, at)) (*out)[(*n)++] = (mark){at, i, events[i].label};
  }
  if (*n) qsort(*out, *n, sizeof **out, by_sample);
  bl_free(ctx, want);
  return BL_OK;
}

/* ---- several at one sample
 * ------------------------------------------------------------------------------------------- */

static int by_text(const void *pa, const void *pb)
{
  return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

/* Their labels, each once, sorted, in *out. */
static bl_status join_labels(bl_ctx *ctx, const mark *v, size_t n, const char *between, bl_buf *out)
{
  const char **sorted = bl_calloc(ctx, n, sizeof *sorted);
  if (!sorted) return bl_fail_nomem(ctx, "epochs: labels");
  bl_status s = BL_OK;
  for (size_t i = 0; i < n; i++) sorted[i] = v[i].label;
  qsort(sorted, n, sizeof *sorted, by_text);
  for (size_t i = 0; !s && i < n; i++) {
    if (i && !strcmp(sorted[i], sorted[i - 1])) continue;
    if (i) s = bl_buf_puts(ctx, out, between);
    if (!s) s = bl_buf_puts(ctx, out, sorted[i]);
  }
  bl_free(ctx, sorted);
  return s;
}

static bl_status refuse_repeated(bl_ctx *ctx, const mark *v, size_t n, const bl_event *events)
{
  bl_buf labels = {0};
  bl_status s = join_labels(ctx, v, n, "', '", &labels);
  if (!s)
    s = bl_fail(ctx, BL_E_CONFIG,
                "epochs: %zu events at one sample, at %.9g s, labelled '%s'; say event_repeated: drop (the first "
                "counts), merge (into one) or keep (each), or name the events wanted",
                n, events[v->event].onset_s, bl_buf_text(&labels));
  bl_buf_free(ctx, &labels);
  return s;
}

/* The first of n events bears all their labels. */
static bl_status merge(bl_ctx *ctx, mark *v, size_t n, bl_spans *out)
{
  bl_buf label = {0};
  bl_status s = join_labels(ctx, v, n, "/", &label);
  if (!s) s = bl_texts_add(ctx, &out->labels, bl_buf_text(&label));
  if (!s) v->label = out->labels.v[out->labels.n - 1];
  bl_buf_free(ctx, &label);
  return s;
}

static bl_status leave_out(bl_ctx *ctx, const epochs_params *p, const bl_run_info *run, const bl_event *events,
                           const mark *m, const char *why, bl_spans *out, size_t *n_skipped)
{
  (*n_skipped)++;
  return bl_spans_leave_out(ctx, out, events[m->event].onset_s + rint(p->tmin * run->rate_hz) / run->rate_hz, m->label,
                            why);
}

/* Leaves one mark of those at the same sample, or all, or fails. */
static bl_status settle_repeated(bl_ctx *ctx, const epochs_params *p, const bl_run_info *run, const bl_event *events,
                                 mark *v, size_t *n, bl_spans *out, size_t *n_skipped)
{
  bl_status s = BL_OK;
  size_t kept = 0;
  for (size_t i = 0, k; !s && i < *n && p->event_repeated != REPEATED_KEEP; i = k) {
    for (k = i + 1; k < *n && v[k].at <= v[i].at;) k++;
    if (k - i > 1 && p->event_repeated == REPEATED_ERROR) s = refuse_repeated(ctx, v + i, k - i, events);
    if (k - i > 1 && p->event_repeated == REPEATED_MERGE) s = merge(ctx, v + i, k - i, out);
    for (size_t j = i + 1; !s && j < k && p->event_repeated == REPEATED_DROP; j++)
      s = leave_out(ctx, p, run, events, &v[j], "repeats an event at the same sample", out, n_skipped);
    v[kept++] = v[i];
  }
  if (p->event_repeated != REPEATED_KEEP) *n = kept;
  return s;
}

/* ---- the plan
 * -------------------------------------------------------------------------------------------------------- */

static int by_start(const void *pa, const void *pb)
{
  const bl_span *a = pa, *b = pb;
  if (a->start_s != b->start_s) return a->start_s < b->start_s ? -1 : 1;
  return a->event < b->event ? -1 : a->event > b->event;
}

/* Why the samples from..to around one at `at` are not in the run, or NULL when they are. */
static const char *outside(const bl_run_info *run, double at, double from, double to)
{
  double first = rint(run->start_s * run->rate_hz), behind = rint(run->end_s * run->rate_hz);
  if (at < first) return "lies before the recording";
  if (at >= behind) return run->followed ? "lies in a gap" : "lies behind the recording's end";
  if (from < first) return run->follows ? "is cut off by a gap" : "is cut off by the recording's start";
  if (to >= behind) return run->followed ? "is cut off by a gap" : "is cut off by the recording's end";
  return NULL;
}

/* Whether a bad stretch touches what is looked at; samples lo to hi of the event's are the epoch. */
static bool marked(const epochs_params *p, double rate, double at, double lo, double hi, bl_near *bad)
{
  double from = at + lo, to = at + hi;
  if (p->reject_tmin.word < 0) from = rint(at + p->reject_tmin.real * rate);
  if (p->reject_tmax.word < 0) to -= rint((hi / rate - p->reject_tmax.real) * rate);
  return bl_rejection_marked(bad, from / rate, (to + 1) / rate);
}

static bl_status place(bl_ctx *ctx, const epochs_params *p, const bl_run_info *run, const bl_event *events,
                       const mark *m, bl_near *bad, bl_spans *out, size_t *n_skipped)
{
  double rate = run->rate_hz, lo = rint(p->tmin * rate), hi = rint(p->tmax * rate), onset = events[m->event].onset_s;
  const char *why = outside(run, m->at, m->at + lo, m->at + hi);
  bool bad_there = marked(p, rate, m->at, lo, hi, bad);
  if (why || bad_there) return leave_out(ctx, p, run, events, m, why ? why : BL_REJECTION_WHY, out, n_skipped);
  /* whole samples away from the onset, so that no rounding of a sum can move an edge */
  bl_span span = {.start_s = onset + lo / rate,
                  .end_s = onset + hi / rate,
                  .anchor_s = onset,
                  .end_included = true,
                  .event = m->event,
                  .label = m->label};
  return bl_spans_add(ctx, out, &span);
}

static bl_status plan(bl_ctx *ctx, const void *params, const bl_run_info *run, const bl_event *events, size_t n_events,
                      bl_spans *out, size_t *n_skipped)
{
  const epochs_params *p = params;
  mark *marks = NULL;
  bl_near bad = {0};
  size_t before = out->n, n = 0;
  if (!(rint(p->tmin * run->rate_hz) <= rint(p->tmax * run->rate_hz)))
    return bl_fail(ctx, BL_E_CONFIG, "epochs: tmin %g s is not before tmax %g s; swap them", p->tmin, p->tmax);
  bl_status s = gather(ctx, p, run, events, n_events, &marks, &n);
  if (!s) s = settle_repeated(ctx, p, run, events, marks, &n, out, n_skipped);
  if (!s) s = bl_rejection_marks(ctx, &p->rejection, events, n_events, &bad);
  for (size_t i = 0; !s && i < n; i++) s = place(ctx, p, run, events, &marks[i], &bad, out, n_skipped);
  if (!s && out->n > before) qsort(out->v + before, out->n - before, sizeof *out->v, by_start);
  bl_near_free(ctx, &bad);
  bl_free(ctx, marks);
  return s;
}

/* ---- rules
 * ----------------------------------------------------------------------------------------------------------- */

/* One end of the baseline: a number, or null for the epoch's own. */
static bl_status baseline_end(bl_ctx *ctx, const char *text, double own, double *out)
{
  *out = own;
  if (!*text || !strcmp(text, "null") || !strcmp(text, "none") || !strcmp(text, "~")) return BL_OK;
  if (bl_parse_real(text, out) && isfinite(*out)) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "epochs: baseline: '%s' is no time in seconds; wanted a number, or null", text);
}

#define BASELINE_SLACK_S 1e-3

static bl_status check_baseline(bl_ctx *ctx, const epochs_params *p, bl_epoch_rules *r)
{
  bl_status s = baseline_end(ctx, p->baseline.v[0], -INFINITY, &r->baseline_from_s);
  if (!s) s = baseline_end(ctx, p->baseline.v[1], INFINITY, &r->baseline_to_s);
  if (s) return s;
  if (r->baseline_from_s > r->baseline_to_s)
    return bl_fail(ctx, BL_E_CONFIG, "epochs: baseline: from %g s to %g s; swap them", r->baseline_from_s,
                   r->baseline_to_s);
  /* MNE lets it stand out by a sample, whose length is not known here */
  double lo = isfinite(r->baseline_from_s) ? r->baseline_from_s : p->tmin,
         hi = isfinite(r->baseline_to_s) ? r->baseline_to_s : p->tmax;
  if (lo < p->tmin - BASELINE_SLACK_S || hi > p->tmax + BASELINE_SLACK_S || lo > hi)
    return bl_fail(ctx, BL_E_CONFIG,
                   "epochs: baseline: %g to %g s does not lie within the epoch, %g to %g s; move tmin or tmax, "
                   "or take null for the epoch's own end",
                   lo, hi, p->tmin, p->tmax);
  r->baseline = true;
  return BL_OK;
}

/* What is set and does nothing, for want of something else. */
static bl_status refuse_idle(bl_ctx *ctx, const epochs_params *p, bool baseline, bool looks)
{
  static const char without[] = "reject, flat or limits, or reject_by_annotation";
  bl_status s = BL_OK;
  if (!baseline) s = bl_refuse_idle(ctx, "epochs", opts, p, "baseline_mode", "baseline");
  if (!s && !looks) s = bl_refuse_idle(ctx, "epochs", opts, p, "reject_tmin", without);
  if (!s && !looks) s = bl_refuse_idle(ctx, "epochs", opts, p, "reject_tmax", without);
  return s;
}

static bl_status rules(bl_ctx *ctx, const void *params, bl_epoch_rules *out)
{
  const epochs_params *p = params;
  double from = p->reject_tmin.word < 0 ? p->reject_tmin.real : -INFINITY;
  double to = p->reject_tmax.word < 0 ? p->reject_tmax.real : INFINITY;
  *out = (bl_epoch_rules){.mode = (bl_baseline_mode)p->baseline_mode, .reject_from_s = from, .reject_to_s = to};
  size_t n = p->baseline.n;
  bool none =
      !n || (n == 1 && (!*p->baseline.v[0] || !strcmp(p->baseline.v[0], "none") || !strcmp(p->baseline.v[0], "null")));
  if (!(p->tmin <= p->tmax))
    return bl_fail(ctx, BL_E_CONFIG, "epochs: tmin %g s is not before tmax %g s; swap them", p->tmin, p->tmax);
  if (!none && n != 2)
    return bl_fail(ctx, BL_E_CONFIG, "epochs: baseline: %zu values; wanted two, [from, to], or none", n);
  bl_status s = bl_rejection_rules(ctx, "epochs", &p->rejection, out);
  if (!s) s = refuse_idle(ctx, p, !none, bl_epoch_rejects(out) || p->rejection.reject_by_annotation);
  if (s) return s;
  if (!(from < to) || from > p->tmax || to <= p->tmin)
    return bl_fail(ctx, BL_E_CONFIG,
                   "epochs: reject_tmin %g s to reject_tmax %g s: no part of the epoch, %g to %g s; move them, or "
                   "leave them out",
                   isfinite(from) ? from : p->tmin, isfinite(to) ? to : p->tmax, p->tmin, p->tmax);
  return none ? BL_OK : check_baseline(ctx, p, out);
}

const bl_segment_class bl_segment_epochs = {
    .name = "epochs",
    .summary = "a segment around each event, from tmin to tmax of its onset, with baseline and rejection",
    .source = "mne.Epochs",
    .tags = BL_SEGMENT_AT_EVENTS,
    .opts = opts,
    .params_size = sizeof(epochs_params),
    .plan = plan,
    .rules = rules,
    .asks = asks,
};
