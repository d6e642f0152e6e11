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
 * An event that is told as it happens gives its epoch when nothing can change that any more: another event at its
 * sample, or, with reject_by_annotation, a bad stretch up to its end.
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

/* ---- the events of a run ----------------------------------------------------------------------------------------- */

typedef struct epochs_state {
  const epochs_params *p;
  bl_run_info run;
  bl_asked asked;
  double lo, hi; /* the epoch's first and last sample, from the event's on */
  size_t n_told;
  bl_told marks; /* events that are wanted */
  bl_near bad;
  bl_texts joined; /* labels of merged events, each once */
} epochs_state;

static double sample_of(const epochs_state *s, const bl_told_event *m) { return rint(m->e.onset_s * s->run.rate_hz); }

/* Each event is some run's: the one it lies in, or that before the gap it lies in. */
static bool owns(const bl_run_info *run, double at)
{
  return (!run->follows || at >= rint(run->start_s * run->rate_hz)) &&
         (!run->followed || at < rint(run->next_start_s * run->rate_hz));
}

static bl_status listen(bl_ctx *ctx, epochs_state *s, const bl_news *news)
{
  bl_status status = BL_OK;
  for (size_t i = 0; !status && i < news->n; i++) {
    const bl_event *e = &news->events[i];
    size_t number = s->n_told++;
    if (bl_event_wanted(&s->asked, e)) status = bl_told_add(ctx, &s->marks, e, number);
    if (!status) status = bl_rejection_tell(ctx, &s->p->rejection, e, &s->bad);
  }
  bl_told_sort(&s->marks);
  return status;
}

/* ---- several at one sample --------------------------------------------------------------------------------------- */

/* Their labels, each once, sorted; `kept` owns the text. */
static bl_status join_labels(bl_ctx *ctx, const bl_told_event *v, size_t n, const char *between, bl_texts *kept,
                             const char **out)
{
  const char **labels = bl_calloc(ctx, n, sizeof *labels);
  if (!labels) return bl_fail_nomem(ctx, "epochs: labels");
  for (size_t i = 0; i < n; i++) labels[i] = v[i].e.label;
  bl_status s = bl_join_labels(ctx, labels, n, between, kept, out);
  bl_free(ctx, labels);
  return s;
}

static bl_status refuse_repeated(bl_ctx *ctx, const bl_told_event *v, size_t n, const bl_told_event *first)
{
  bl_texts kept = {0};
  const char *labels;
  bl_status s = join_labels(ctx, v, n, "', '", &kept, &labels);
  if (!s)
    s = bl_fail(ctx, BL_E_CONFIG,
                "epochs: %zu events at one sample, at %.9g s, labelled '%s'; say event_repeated: drop (the first "
                "counts), merge (into one) or keep (each), or name the events wanted",
                n, first->e.onset_s, labels);
  bl_texts_free(ctx, &kept);
  return s;
}

/* The first of n events bears all their labels. */
static bl_status merge(bl_ctx *ctx, epochs_state *s, const bl_told_event *v, size_t n, bl_told_event *first)
{
  const char *between = s->run.between_labels ? s->run.between_labels : "/";
  return join_labels(ctx, v, n, between, &s->joined, &first->e.label);
}

static bl_status leave_out(bl_ctx *ctx, const epochs_state *s, const bl_told_event *m, const char *why, bl_spans *out)
{
  return bl_spans_leave_out(ctx, out, m->e.onset_s + s->lo / s->run.rate_hz, m->e.label, why);
}

/* Leaves one of n events at the same sample, *first: the one that was told first. Or fails. */
static bl_status settle_repeated(bl_ctx *ctx, epochs_state *s, const bl_told_event *v, size_t n, bl_told_event *first,
                                 bl_spans *out)
{
  bl_status status = BL_OK;
  *first = v[0];
  for (size_t i = 1; i < n; i++)
    if (v[i].number < first->number) *first = v[i];
  if (s->p->event_repeated == REPEATED_ERROR) return refuse_repeated(ctx, v, n, first);
  if (s->p->event_repeated == REPEATED_MERGE) return merge(ctx, s, v, n, first);
  for (size_t i = 0; !status && i < n; i++)
    if (v[i].number != first->number) status = leave_out(ctx, s, &v[i], "repeats an event at the same sample", out);
  return status;
}

/* ---- along the run ----------------------------------------------------------------------------------------------- */

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

/* The samples from..to in which a bad stretch counts, of the epoch around `at`. */
static void looked_at(const epochs_params *p, double rate, double at, double lo, double hi, double *from, double *to)
{
  *from = p->reject_tmin.word < 0 ? rint(at + p->reject_tmin.real * rate) : at + lo;
  *to = at + hi;
  if (p->reject_tmax.word < 0) *to -= rint((hi / rate - p->reject_tmax.real) * rate);
}

static bl_status place(bl_ctx *ctx, epochs_state *s, const bl_told_event *m, bl_spans *out)
{
  double rate = s->run.rate_hz, at = sample_of(s, m), onset = m->e.onset_s, from, to;
  const char *why = outside(&s->run, at, at + s->lo, at + s->hi);
  looked_at(s->p, rate, at, s->lo, s->hi, &from, &to);
  bool bad_there = bl_rejection_marked(&s->bad, from / rate, (to + 1) / rate);
  if (why || bad_there) return leave_out(ctx, s, m, why ? why : BL_REJECTION_WHY, out);
  /* whole samples away from the onset, so that no rounding of a sum can move an edge */
  bl_span span = {.start_s = onset + s->lo / rate,
                  .end_s = onset + s->hi / rate,
                  .anchor_s = onset,
                  .end_included = true,
                  .event = m->number,
                  .label = m->e.label};
  return bl_spans_add(ctx, out, &span);
}

/* All that is at the sample of an event, and all bad stretches that its epoch may touch, have been told. */
static bool settled(const epochs_state *s, double at, double known_s)
{
  double rate = s->run.rate_hz, from, to;
  if (!(at < rint(known_s * rate))) return false;
  if (!s->p->rejection.reject_by_annotation) return true;
  looked_at(s->p, rate, at, s->lo, s->hi, &from, &to);
  return known_s >= (to + 1) / rate;
}

/* The n events at one sample that are next. */
static bl_status place_group(bl_ctx *ctx, epochs_state *s, size_t n, bl_spans *out)
{
  const bl_told_event *v = s->marks.v + s->marks.next;
  bl_told_event one;
  bl_status status = BL_OK;
  s->marks.next += n;
  if (!owns(&s->run, sample_of(s, v))) return BL_OK;
  if (n > 1 && s->p->event_repeated != REPEATED_KEEP) {
    status = settle_repeated(ctx, s, v, n, &one, out);
    return status ? status : place(ctx, s, &one, out);
  }
  for (size_t i = 0; !status && i < n; i++) status = place(ctx, s, &v[i], out);
  return status;
}

static bl_status step(bl_ctx *ctx, epochs_state *s, double until_s, double known_s, bl_spans *out)
{
  bl_status status = BL_OK;
  bl_told *m = &s->marks;
  while (!status && m->next < m->n) {
    double at = sample_of(s, &m->v[m->next]);
    size_t behind = m->next + 1;
    /* an onset lies up to half a sample before its own */
    if (!((at + s->lo - 1) / s->run.rate_hz < until_s) || !settled(s, at, known_s)) break;
    while (behind < m->n && sample_of(s, &m->v[behind]) <= at) behind++;
    status = place_group(ctx, s, behind - m->next, out);
  }
  return status;
}

static bl_status open_run(bl_ctx *ctx, const void *params, const bl_run_info *run, void *state)
{
  const epochs_params *p = params;
  epochs_state *s = state;
  *s = (epochs_state){.p = p, .run = *run, .lo = rint(p->tmin * run->rate_hz), .hi = rint(p->tmax * run->rate_hz)};
  (void)asks(p, &s->asked);
  if (s->lo <= s->hi) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "epochs: tmin %g s is not before tmax %g s; swap them", p->tmin, p->tmax);
}

static bl_status advance(bl_ctx *ctx, void *state, double until_s, const bl_news *news, bl_spans *out)
{
  bl_status s = listen(ctx, state, news);
  return s ? s : step(ctx, state, until_s, news->known_s, out);
}

static bl_status close_run(bl_ctx *ctx, void *state, const bl_run_info *run, bl_spans *out)
{
  epochs_state *s = state;
  s->run = *run;
  return step(ctx, s, INFINITY, INFINITY, out);
}

static void release(bl_ctx *ctx, void *state)
{
  epochs_state *s = state;
  bl_told_free(ctx, &s->marks);
  bl_near_free(ctx, &s->bad);
  bl_texts_free(ctx, &s->joined);
}

/* An epoch is known one sample behind its event's, or where no bad stretch can touch it any more. */
static double look_back_s(const void *params, const bl_run_info *run)
{
  const epochs_params *p = params;
  double rate = run->rate_hz, lo = rint(p->tmin * rate), hi = rint(p->tmax * rate), from, to;
  looked_at(p, rate, 0, lo, hi, &from, &to);
  double known = p->rejection.reject_by_annotation ? fmax(to + 1, 1) : 1;
  return fmax(known - lo + 1, 0) / rate; /* + 1: both ends of this are rounded to samples */
}

/* ---- rules ------------------------------------------------------------------------------------------------------- */

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
  if (!baseline) s = bl_opts_refuse_idle(ctx, "epochs", opts, p, "baseline_mode", "baseline");
  if (!s && !looks) s = bl_opts_refuse_idle(ctx, "epochs", opts, p, "reject_tmin", without);
  if (!s && !looks) s = bl_opts_refuse_idle(ctx, "epochs", opts, p, "reject_tmax", without);
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
    .state_size = sizeof(epochs_state),
    .open = open_run,
    .advance = advance,
    .close = close_run,
    .release = release,
    .look_back_s = look_back_s,
    .rules = rules,
    .asks = asks,
};
