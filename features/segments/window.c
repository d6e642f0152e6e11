/* window: windows of one length, one every hop, that lie wholly in the run. A last part that is shorter is left out.
 *
 * Window k starts at run start + start_s + k hop and holds rint(length_s * rate) samples, wherever it starts. With
 * label_from: events a window takes the label whose events cover the largest share of it, if that share is
 * min_coverage or more; on a tie, the label whose event came first. What several events of a label cover together
 * counts once. With coverage_of: event the share is that of the event which the window holds (of the window, where the
 * event is longer), so that a call shorter than a window labels each window that it lies in; a mark without length
 * counts whole. Events without a label do not count.
 *
 * A window that touches a stretch marked as bad is left out, as by mne.make_fixed_length_epochs, and so is one whose
 * amplitudes are out of bounds: rules that the extractor keeps (epoch.h).
 *
 * Windows that no label covers enough are negatives. With guard_s those that an event touches, or comes nearer to, are
 * left out: they are neither. negatives_share and negatives_per_positive keep some of the others, drawn by the seed and
 * the place of the window alone.
 *
 * In an unlabelled run, one to predict, none of this counts: every window is given, whatever is marked in the file,
 * save those that touch a bad stretch. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "segment_events.h"
#include "stage_util.h"

static const char *const hop_words[] = {"auto", NULL};
static const char *const label_words[] = {"none", "events", NULL};
static const char *const of_words[] = {"window", "event", NULL};
static const char *const all_words[] = {"all", NULL};
enum { FROM_NONE, FROM_EVENTS };
enum { OF_WINDOW, OF_EVENT };

typedef struct window_params {
  double length_s, start_s, overlap, min_coverage, negatives_share;
  bl_word hop_s, guard_s, negatives_per_positive;
  int label_from, coverage_of;
  int64_t seed;
  char *otherwise;
  bl_texts events;
  bl_rejection rejection;
} window_params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(window_params, length_s, "1", 0, 1e9, "s", "length of a window"),
    BL_WORD(window_params, hop_s, "auto", hop_words, 0, 1e9, BL_OPT_OPEN_LO, "s",
            "from one window's start to the next; auto: by overlap"),
    {"overlap", BL_OPT_REAL, offsetof(window_params, overlap), "0", 0, 1, BL_OPT_OPEN_HI, NULL, "",
     "share of a window that the next one holds too; 0: windows touch"},
    BL_REAL(window_params, start_s, "0", 0, 1e9, "s", "where in the run the first window starts"),
    BL_ENUM(window_params, label_from, "none", label_words, "where a window's label comes from"),
    BL_TEXTS(
        window_params, events, "all",
        "with label_from: events, labels of the events that count, or patterns of * and [ab] (T*, call[12]), or all; "
        "? is a plain character"),
    BL_REAL(window_params, min_coverage, "0.5", 0, 1, "", "least share that a label's events must cover"),
    BL_ENUM(
        window_params, coverage_of, "window", of_words,
        "share of what: window, or event, for events shorter than a window (of the window, where the event is longer)"),
    BL_TEXT(window_params, otherwise, NULL, "label of windows that no label covers enough"),
    BL_WORD(window_params, guard_s, "none", bl_rejection_none, 0, 1e9, 0, "s",
            "windows without a label that an event touches or comes nearer to than this are left out; none: they stay"),
    BL_WORD(
        window_params, negatives_per_positive, "all", all_words, 0, 1e9, 0, "",
        "how many windows without a label are kept for each one with a label, in each stretch between gaps; one without "
        "any counts as having one"),
    BL_REAL(window_params, negatives_share, "1", 0, 1, "", "share of the windows without a label that is kept"),
    BL_INT(window_params, seed, "0", 0, 9e15, "", "draws the windows without a label that are kept"),
    BL_REJECTION_OPTS(window_params, rejection, "window"),
    BL_OPT_END};

/* ---- labels
 * --------------------------------------------------------------------------------------------------------- */

/* The share of the window that events of this label cover together. The first of them is number `from`. */
static double share_of_window(const bl_near *t, size_t from, const bl_span *w)
{
  double sum = 0, covered = w->start_s;
  for (size_t i = from; i < t->n_now; i++) {
    if (strcmp(t->now[i]->label, t->now[from]->label)) continue;
    double lo = fmax(t->now[i]->onset_s, covered), hi = fmin(t->now[i]->onset_s + t->now[i]->duration_s, w->end_s);
    if (hi > lo) sum += hi - lo, covered = hi;
  }
  return sum / (w->end_s - w->start_s);
}

/* The share of one event that the window holds, or of the window where the event is longer. */
static double share_of_event(const bl_event *e, const bl_span *w)
{
  double lo = fmax(e->onset_s, w->start_s), hi = fmin(e->onset_s + e->duration_s, w->end_s);
  double whole = fmin(e->duration_s, w->end_s - w->start_s);
  if (!(whole > 0)) return bl_event_touches(e, w->start_s, w->end_s) ? 1 : 0;
  return hi > lo ? (hi - lo) / whole : 0;
}

/* The label that covers enough, or NULL. */
static const char *label_of(const window_params *p, const bl_near *t, const bl_span *w)
{
  double best = 0;
  const char *winner = NULL;
  for (size_t i = 0; i < t->n_now; i++) {
    const bl_event *e = t->now[i];
    if (!*e->label || !bl_event_touches(e, w->start_s, w->end_s)) continue;
    double share = p->coverage_of == OF_EVENT ? share_of_event(e, w) : share_of_window(t, i, w);
    if (share > best) best = share, winner = e->label;
  }
  /* a billionth: 0.5 of a window is often 0.4999999999 in binary */
  return best >= p->min_coverage - 1e-9 ? winner : NULL;
}

static bool guarded(const window_params *p, const bl_near *t, const bl_span *w)
{
  if (p->guard_s.word >= 0) return false;
  for (size_t i = 0; i < t->n_now; i++)
    if (bl_event_touches(t->now[i], w->start_s - p->guard_s.real, w->end_s + p->guard_s.real)) return true;
  return false;
}

/* ---- negatives
 * -------------------------------------------------------------------------------------------------------- */

typedef struct lot {
  double drawn; /* 0 .. 1 */
  size_t at;    /* which span */
} lot;

static int by_lot(const void *pa, const void *pb)
{
  const lot *a = pa, *b = pb;
  if (a->drawn != b->drawn) return a->drawn < b->drawn ? -1 : 1;
  return a->at < b->at ? -1 : a->at > b->at;
}

/* Of the spans [from, n) those without a label, keeps as many as are wanted. */
static bl_status draw_negatives(bl_ctx *ctx, const window_params *p, double rate_hz, size_t from, bl_spans *out)
{
  bool all = p->negatives_per_positive.word >= 0;
  if (all && p->negatives_share >= 1) return BL_OK;
  size_t n = 0, total = out->n - from, positives = 0, kept = from;
  lot *lots = bl_calloc(ctx, total, sizeof *lots);
  bool *keep = bl_calloc(ctx, total, sizeof *keep);
  bl_status s = lots && keep ? BL_OK : bl_fail_nomem(ctx, "window: negatives");
  for (size_t i = 0; !s && i < total; i++) {
    const bl_span *w = &out->v[from + i];
    keep[i] = w->label != NULL;
    positives += keep[i];
    if (keep[i]) continue;
    /* place and seed alone: neither other windows nor blocks change the draw; +-: a run may begin below zero */
    bl_rng r = bl_rng_make((uint64_t)p->seed, "window.negatives", (uint64_t)(int64_t)rint(w->start_s * rate_hz));
    double chosen = bl_rng_uniform(&r), rank = bl_rng_uniform(&r);
    if (chosen < p->negatives_share) lots[n++] = (lot){rank, i};
  }
  if (!s) {
    double wanted = all ? (double)n : rint(p->negatives_per_positive.real * (double)(positives ? positives : 1));
    if (n) qsort(lots, n, sizeof *lots, by_lot);
    for (size_t i = 0; i < n && (double)i < wanted; i++) keep[lots[i].at] = true;
    for (size_t i = 0; i < total; i++)
      if (keep[i]) out->v[kept++] = out->v[from + i];
    out->n = kept;
  }
  bl_free(ctx, lots);
  bl_free(ctx, keep);
  return s;
}

/* ---- the plan
 * --------------------------------------------------------------------------------------------------------- */

static bool asks(const void *params, bl_asked *out)
{
  const window_params *p = params;
  *out = (bl_asked){&p->events, p->rejection.reject_by_annotation};
  return p->label_from == FROM_EVENTS;
}

/* The events that label windows. */
static bl_status label_events(bl_ctx *ctx, const window_params *p, const bl_event *events, size_t n, bl_near *out)
{
  bl_asked asked;
  bool *want = bl_calloc(ctx, n, sizeof *want);
  *out = (bl_near){0};
  if (!want) return bl_fail_nomem(ctx, "window: events");
  bl_status s = BL_OK;
  if (asks(p, &asked)) {
    bl_events_choose(&asked, events, n, want);
    s = bl_near_new(ctx, events, n, want, out);
  }
  bl_free(ctx, want);
  return s;
}

static bl_status check(bl_ctx *ctx, const window_params *p, const bl_run_info *run, double n_samples, double hop)
{
  if (!(n_samples >= 1))
    return bl_fail(ctx, BL_E_RANGE, "window: length_s: %g s is less than a sample at %g Hz; take a longer one",
                   p->length_s, run->rate_hz);
  if (!(hop * run->rate_hz >= 1))
    return bl_fail(ctx, BL_E_RANGE,
                   "window: %s: %g s from window to window is less than a sample at %g Hz; take a longer one",
                   p->hop_s.word >= 0 ? "overlap" : "hop_s", hop, run->rate_hz);
  if (!isfinite(run->start_s) || !isfinite(run->end_s))
    return bl_fail(ctx, BL_E_ARG, "window: a run from %g to %g s; both must be known", run->start_s, run->end_s);
  return BL_OK;
}

/* What is set and does nothing, for want of labels. A seed that draws nothing may be the config's own, and passes. */
static bl_status refuse_idle(bl_ctx *ctx, const window_params *p)
{
  static const char *const of_labels[] = {"min_coverage", "coverage_of"};
  bl_status s = BL_OK;
  if (p->label_from == FROM_EVENTS) return BL_OK;
  for (size_t i = 0; !s && i < 2; i++) s = bl_refuse_idle(ctx, "window", opts, p, of_labels[i], "label_from: events");
  if (!s && p->otherwise)
    s = bl_fail(ctx, BL_E_CONFIG,
                "window: otherwise has no effect without label_from: events; give that, or leave otherwise out");
  return s;
}

static bl_status rules(bl_ctx *ctx, const void *params, bl_epoch_rules *out)
{
  const window_params *p = params;
  bl_asked asked;
  *out = (bl_epoch_rules){.reject_from_s = -INFINITY, .reject_to_s = INFINITY};
  if (p->hop_s.word < 0 && p->overlap > 0)
    return bl_fail(ctx, BL_E_CONFIG, "window: hop_s and overlap are two answers to one question; keep one");
  bool picks = p->guard_s.word < 0 || p->negatives_per_positive.word < 0 || p->negatives_share < 1;
  if (picks && p->label_from != FROM_EVENTS)
    return bl_fail(ctx, BL_E_CONFIG,
                   "window: guard_s and negatives_* need labels to tell what is a negative; say label_from: events");
  if (!asks(p, &asked) && !bl_asked_any(&asked))
    return bl_fail(ctx, BL_E_CONFIG, "window: events: no window takes its label from '%s'; say label_from: events",
                   p->events.v[0]);
  bl_status s = refuse_idle(ctx, p);
  return s ? s : bl_rejection_rules(ctx, "window", &p->rejection, out);
}

static bl_status plan(bl_ctx *ctx, const void *params, const bl_run_info *run, const bl_event *events, size_t n_events,
                      bl_spans *out, size_t *n_skipped)
{
  const window_params *p = params;
  bl_near t = {0}, bad = {0};
  bool labels = p->label_from == FROM_EVENTS && !run->unlabelled;
  double rate = run->rate_hz, n_samples = rint(p->length_s * rate), end = rint(run->end_s * rate);
  double hop = p->hop_s.word >= 0 ? p->length_s * (1 - p->overlap) : p->hop_s.real;
  double guard = p->guard_s.word < 0 ? p->guard_s.real : 0;
  size_t before = out->n, n_windows = 0;
  bl_status s = check(ctx, p, run, n_samples, hop);
  if (!s && labels) s = label_events(ctx, p, events, n_events, &t);
  if (!s) s = bl_rejection_marks(ctx, &p->rejection, events, n_events, &bad);
  for (double k = 0; !s; k++, n_windows++) {
    double start = run->start_s + p->start_s + k * hop;
    if (!(rint(start * rate) + n_samples <= end)) break;
    bl_span w = {.start_s = start, .end_s = start + n_samples / rate, .anchor_s = start, .event = BL_NO_EVENT};
    if (bl_rejection_marked(&bad, w.start_s, w.end_s)) {
      (*n_skipped)++;
      s = bl_spans_leave_out(ctx, out, w.start_s, NULL, BL_REJECTION_WHY);
      continue;
    }
    if (labels) {
      bl_near_move(&t, w.start_s - guard, w.end_s + guard);
      w.label = label_of(p, &t, &w);
      if (!w.label && guarded(p, &t, &w)) continue;
    }
    s = bl_spans_add(ctx, out, &w);
  }
  if (!s && !n_windows) {
    (*n_skipped)++;
    s = bl_spans_leave_out(ctx, out, run->start_s, NULL,
                           "the recording, or the stretch between gaps, is shorter than a window");
  }
  if (!s && labels) s = draw_negatives(ctx, p, rate, before, out);
  for (size_t i = before; labels && i < out->n; i++)
    if (!out->v[i].label) out->v[i].label = p->otherwise;
  bl_near_free(ctx, &t);
  bl_near_free(ctx, &bad);
  return s;
}

const bl_segment_class bl_segment_window = {
    .name = "window",
    .summary = "windows of one length, one every hop, with labels from events if wanted",
    .source = "",
    .opts = opts,
    .params_size = sizeof(window_params),
    .plan = plan,
    .rules = rules,
    .asks = asks,
};
