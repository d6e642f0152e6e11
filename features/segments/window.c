/* window: windows of one length, one every hop, that lie wholly in the run. A last part that is shorter is left out, or
 * with pad made whole: the first window that reaches behind the run's end is given, unless the one before it holds all
 * samples already, and what it lacks is put behind the samples, before all stages.
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
 * In a run of several labels (between_labels) a window has each label that covers enough, sorted; one that no label
 * covers enough has what stands between labels alone, unless otherwise names something.
 *
 * In an unlabelled run, one to predict, none of this counts: every window is given, whatever is marked in the file,
 * save those that touch a bad stretch.
 *
 * Windows are numbered and made one by one, so that a night of them takes no room. negatives_per_positive alone has to
 * know all of a run first: it goes through the windows once to count, once to find the last lot that is kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "lots.h"
#include "segment_events.h"
#include "stage_util.h"

static const char *const hop_words[] = {"auto", NULL};
static const char *const label_words[] = {"none", "events", NULL};
static const char *const of_words[] = {"window", "event", NULL};
static const char *const all_words[] = {"all", NULL};
static const char *const pad_words[] = {"drop", "zero", "reflect", "repeat", NULL}; /* bl_fill */
enum { FROM_NONE, FROM_EVENTS };
enum { OF_WINDOW, OF_EVENT };

typedef struct window_params {
  double length_s, start_s, overlap, min_coverage, negatives_share;
  bl_word hop_s, guard_s, negatives_per_positive;
  int label_from, coverage_of, pad;
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
     "share of a window that the next one holds too; 0: windows touch", NULL},
    BL_REAL(window_params, start_s, "0", 0, 1e9, "s", "where in the run the first window starts"),
    BL_ENUM(
        window_params, pad, "drop", pad_words,
        "a last window that the run does not fill, and a clip shorter than a window: drop leaves it out; else what it "
        "lacks is zero, or its own samples there and back (reflect), or over again (repeat)"),
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

/* ---- labels ------------------------------------------------------------------------------------------------------ */

/* The share of the window that events of this label cover together. The first of them is number `from`. */
static double share_of_window(const bl_near *t, size_t from, const bl_span *w)
{
  double sum = 0, covered = w->start_s;
  for (size_t i = from; i < t->n_now; i++) {
    const bl_event *e = &t->now[i].e;
    if (strcmp(e->label, t->now[from].e.label)) continue;
    double lo = fmax(e->onset_s, covered), hi = fmin(e->onset_s + e->duration_s, w->end_s);
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

/* How much the i-th event's label covers; from that event on, so that the first of a label has it all. */
static double share_of(const window_params *p, const bl_near *t, size_t i, const bl_span *w)
{
  const bl_event *e = &t->now[i].e;
  if (!*e->label || !bl_event_touches(e, w->start_s, w->end_s)) return 0;
  return p->coverage_of == OF_EVENT ? share_of_event(e, w) : share_of_window(t, i, w);
}

/* a billionth: 0.5 of a window is often 0.4999999999 in binary */
static bool is_enough(const window_params *p, double share) { return share > 0 && share >= p->min_coverage - 1e-9; }

/* The label that covers most, and enough, or NULL. */
static const char *label_of(const window_params *p, const bl_near *t, const bl_span *w)
{
  double best = 0;
  const char *winner = NULL;
  for (size_t i = 0; i < t->n_now; i++) {
    double share = share_of(p, t, i, w);
    if (share > best) best = share, winner = t->now[i].e.label;
  }
  return is_enough(p, best) ? winner : NULL;
}

static bool guarded(const window_params *p, const bl_near *t, const bl_span *w)
{
  if (p->guard_s.word >= 0) return false;
  for (size_t i = 0; i < t->n_now; i++)
    if (bl_event_touches(&t->now[i].e, w->start_s - p->guard_s.real, w->end_s + p->guard_s.real)) return true;
  return false;
}

/* ---- one window after the other ---------------------------------------------------------------------------------- */

/* Where one pass through the windows of a run is. */
typedef struct pass {
  double k; /* the next window's number */
  bl_near labels, bad;
} pass;

typedef struct window_state {
  const window_params *p;
  bl_run_info run;
  bool labelled, guarded;
  double n_samples, hop_s;
  size_t n_told;
  bl_texts joined; /* several labels of one window, each such once */
  pass pass;
  bool drawn;  /* `last` is known */
  bl_lot last; /* the highest lot that is kept */
} window_state;

typedef enum fate { FATE_ROW, FATE_BAD, FATE_GUARDED } fate;

/* Window number k, without its label. */
static bl_span window_at(const window_state *s, double k)
{
  double start = s->run.start_s + s->p->start_s + k * s->hop_s;
  return (bl_span){
      .start_s = start, .end_s = start + s->n_samples / s->run.rate_hz, .anchor_s = start, .event = BL_NO_EVENT};
}

static bool fits(const window_state *s, const bl_span *w)
{
  return rint(w->start_s * s->run.rate_hz) + s->n_samples <= rint(s->run.end_s * s->run.rate_hz);
}

/* Whether the run's last samples are in window k alone, which reaches behind them. */
static bool is_padded(const window_state *s, double k)
{
  bl_span w = window_at(s, k), before = window_at(s, k - 1);
  double end = rint(s->run.end_s * s->run.rate_hz);
  if (s->p->pad == BL_FILL_DROP || isinf(s->run.end_s) || fits(s, &w)) return false;
  if (rint(w.start_s * s->run.rate_hz) >= end) return false;
  return !(k > 0) || (fits(s, &before) && rint(before.end_s * s->run.rate_hz) < end);
}

/* The next window of a pass, if there is one. */
static bool next_window(const window_state *s, const pass *at, bl_span *w)
{
  *w = window_at(s, at->k);
  return fits(s, w) || is_padded(s, at->k);
}

/* How far behind a window's end its events are looked at. */
static double guard_of(const window_params *p) { return p->guard_s.word < 0 ? p->guard_s.real : 0; }

/* Nothing that may still be told changes this window. */
static bool settled(const window_state *s, const bl_span *w, double known_s)
{
  if (s->labelled) return known_s >= w->end_s + guard_of(s->p);
  return !s->p->rejection.reject_by_annotation || known_s >= w->end_s;
}

/* What becomes of the pass's next window, and its label. */
static fate judge(const window_state *s, pass *at, bl_span *w)
{
  at->k++;
  if (bl_rejection_marked(&at->bad, w->start_s, w->end_s)) return FATE_BAD;
  if (!s->labelled) return FATE_ROW;
  bl_near_move(&at->labels, w->start_s - guard_of(s->p), w->end_s + guard_of(s->p));
  w->label = label_of(s->p, &at->labels, w);
  return !w->label && guarded(s->p, &at->labels, w) ? FATE_GUARDED : FATE_ROW;
}

/* ---- negatives --------------------------------------------------------------------------------------------------- */

/* The lot of a window without a label; false when its share of chance leaves it out. Place and seed alone decide:
 * neither other windows nor blocks change the draw. */
static bool draw(const window_state *s, const bl_span *w, double k, bl_lot *out)
{
  int64_t place = (int64_t)rint(w->start_s * s->run.rate_hz); /* +-: a run may begin below zero */
  bl_rng r = bl_rng_make((uint64_t)s->p->seed, "window.negatives", (uint64_t)place);
  double chosen = bl_rng_uniform(&r);
  *out = (bl_lot){bl_rng_uniform(&r), k};
  return chosen < s->p->negatives_share;
}

static bool counts_negatives(const window_state *s) { return s->labelled && s->p->negatives_per_positive.word < 0; }

static bool keeps_negative(const window_state *s, const bl_span *w, double k)
{
  bl_lot drawn;
  if (!draw(s, w, k, &drawn)) return false;
  return !counts_negatives(s) || bl_lot_compare(&drawn, &s->last) <= 0;
}

typedef struct tally {
  double positives, negatives;
} tally;

/* Once through all windows of the run: counts, and offers the lots of those without a label, if wanted. */
static bl_status survey(bl_ctx *ctx, const window_state *s, tally *t, bl_lots *lots)
{
  pass at = {0};
  bl_lot drawn;
  bl_status status = bl_near_copy(ctx, &s->pass.labels, &at.labels);
  if (!status) status = bl_near_copy(ctx, &s->pass.bad, &at.bad);
  for (bl_span w; !status && next_window(s, &at, &w);) {
    double k = at.k;
    if (judge(s, &at, &w) != FATE_ROW) continue;
    t->positives += w.label != NULL;
    if (w.label || !draw(s, &w, k, &drawn)) continue;
    t->negatives++;
    if (lots) status = bl_lots_offer(ctx, lots, drawn);
  }
  bl_near_free(ctx, &at.labels);
  bl_near_free(ctx, &at.bad);
  return status;
}

/* Finds the last lot that is kept, all events being known. */
static bl_status draw_negatives(bl_ctx *ctx, window_state *s)
{
  tally t = {0}, again = {0};
  bl_status status = survey(ctx, s, &t, NULL);
  double wanted = rint(s->p->negatives_per_positive.real * fmax(t.positives, 1));
  s->last = wanted < t.negatives ? (bl_lot){-1, 0} : (bl_lot){INFINITY, 0};
  if (!status && wanted >= 1 && wanted < t.negatives) {
    bl_lots lots = {.most = (size_t)wanted};
    status = survey(ctx, s, &again, &lots);
    if (!status) s->last = bl_lots_highest(&lots);
    bl_lots_free(ctx, &lots);
  }
  s->drawn = !status;
  return status;
}

/* ---- along the run ----------------------------------------------------------------------------------------------- */

static bool asks(const void *params, bl_asked *out)
{
  const window_params *p = params;
  *out = (bl_asked){&p->events, p->rejection.reject_by_annotation};
  return p->label_from == FROM_EVENTS;
}

/* Windows that the run fills, as many as begin in it, at most one less or more: the next is the one that is padded. */
static bool pads(const void *params, const bl_run_info *run, bl_padding *out)
{
  const window_params *p = params;
  double hop = p->hop_s.word >= 0 ? p->length_s * (1 - p->overlap) : p->hop_s.real;
  window_state s = {.p = p, .run = *run, .n_samples = rint(p->length_s * run->rate_hz), .hop_s = hop};
  *out = (bl_padding){.rule = (bl_fill)p->pad, .span = window_at(&s, 0)};
  if (p->pad == BL_FILL_DROP || isinf(run->end_s)) return p->pad != BL_FILL_DROP;
  double first = floor((run->end_s - run->start_s - p->start_s - p->length_s) / hop);
  for (double k = fmax(first - 1, 0); k <= fmax(first, 0) + 2; k++) {
    if (!is_padded(&s, k)) continue;
    out->span = window_at(&s, k);
    return true;
  }
  return false;
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
  if (!isfinite(run->start_s) || isnan(run->end_s))
    return bl_fail(ctx, BL_E_ARG, "window: a run from %g to %g s; its start must be known", run->start_s, run->end_s);
  return BL_OK;
}

static bl_status open_run(bl_ctx *ctx, const void *params, const bl_run_info *run, void *state)
{
  const window_params *p = params;
  double n_samples = rint(p->length_s * run->rate_hz);
  double hop = p->hop_s.word >= 0 ? p->length_s * (1 - p->overlap) : p->hop_s.real;
  *(window_state *)state = (window_state){.p = p,
                                          .run = *run,
                                          .labelled = p->label_from == FROM_EVENTS && !run->unlabelled,
                                          .n_samples = n_samples,
                                          .hop_s = hop};
  return check(ctx, p, run, n_samples, hop);
}

static bl_status listen(bl_ctx *ctx, window_state *s, const bl_news *news)
{
  bl_asked asked;
  bl_status status = BL_OK;
  (void)asks(s->p, &asked);
  for (size_t i = 0; !status && i < news->n; i++) {
    const bl_event *e = &news->events[i];
    size_t number = s->n_told++;
    if (s->labelled && bl_event_wanted(&asked, e)) status = bl_near_tell(ctx, &s->pass.labels, e, number);
    if (!status) status = bl_rejection_tell(ctx, &s->p->rejection, e, &s->pass.bad);
  }
  return status;
}

/* All labels of a window that has one at least; the state owns the text. */
static bl_status join_labels(bl_ctx *ctx, window_state *s, bl_span *w)
{
  const bl_near *t = &s->pass.labels;
  const char **found = bl_calloc(ctx, t->n_now, sizeof *found);
  size_t n = 0;
  if (!found) return bl_fail_nomem(ctx, "window: labels");
  for (size_t i = 0; i < t->n_now; i++)
    if (is_enough(s->p, share_of(s->p, t, i, w))) found[n++] = t->now[i].e.label;
  bl_status status = bl_join_labels(ctx, found, n, s->run.between_labels, &s->joined, &w->label);
  bl_free(ctx, found);
  return status;
}

/* What a window is labelled as that no label covers enough. */
static const char *no_label(const window_state *s) { return s->p->otherwise ? s->p->otherwise : s->run.between_labels; }

static bl_status step(bl_ctx *ctx, window_state *s, double until_s, double known_s, bl_spans *out)
{
  bl_status status = BL_OK;
  bool draws = counts_negatives(s);
  if (draws && !s->drawn) {
    if (!(known_s >= s->run.end_s + guard_of(s->p)) || isinf(s->run.end_s)) return BL_OK;
    status = draw_negatives(ctx, s);
  }
  for (bl_span w; !status && next_window(s, &s->pass, &w);) {
    double k = s->pass.k;
    if (!(w.start_s < until_s) || !settled(s, &w, known_s)) break;
    fate f = judge(s, &s->pass, &w);
    if (f == FATE_BAD) status = bl_spans_leave_out(ctx, out, w.start_s, NULL, BL_REJECTION_WHY);
    if (f != FATE_ROW || (s->labelled && !w.label && !keeps_negative(s, &w, k))) continue;
    if (s->labelled && w.label && s->run.between_labels) status = join_labels(ctx, s, &w);
    if (s->labelled && !w.label) w.label = no_label(s);
    if (!status) status = bl_spans_add(ctx, out, &w);
  }
  return status;
}

static bl_status advance(bl_ctx *ctx, void *state, double until_s, const bl_news *news, bl_spans *out)
{
  window_state *s = state;
  if (isinf(until_s) && isinf(s->run.end_s))
    return bl_fail(ctx, BL_E_ARG, "window: a run without end has windows without end; say until when they are wanted");
  bl_status status = listen(ctx, s, news);
  return status ? status : step(ctx, s, until_s, news->known_s, out);
}

static bl_status close_run(bl_ctx *ctx, void *state, const bl_run_info *run, bl_spans *out)
{
  window_state *s = state;
  s->run.end_s = run->end_s;
  if (!isfinite(run->end_s)) return bl_fail(ctx, BL_E_ARG, "window: a run that has ended must say where");
  bl_status status = step(ctx, s, INFINITY, INFINITY, out);
  if (status || s->pass.k > 0) return status;
  return bl_spans_leave_out(ctx, out, run->start_s, NULL,
                            "the recording, or the stretch between gaps, is shorter than a window");
}

static void release(bl_ctx *ctx, void *state)
{
  window_state *s = state;
  bl_near_free(ctx, &s->pass.labels);
  bl_near_free(ctx, &s->pass.bad);
  bl_texts_free(ctx, &s->joined);
}

/* A window with a label, or one that a bad stretch may leave out, is known when all that touches it is. */
static double look_back_s(const void *params, const bl_run_info *run)
{
  const window_params *p = params;
  bool labelled = p->label_from == FROM_EVENTS && !run->unlabelled;
  if (labelled && p->negatives_per_positive.word < 0) return INFINITY;
  double length = rint(p->length_s * run->rate_hz) / run->rate_hz;
  if (labelled) return length + guard_of(p);
  return p->rejection.reject_by_annotation ? length : 0;
}

/* ---- rules ------------------------------------------------------------------------------------------------------- */

/* What is set and does nothing, for want of labels. A seed that draws nothing may be the config's own, and passes. */
static bl_status refuse_idle(bl_ctx *ctx, const window_params *p)
{
  static const char *const of_labels[] = {"min_coverage", "coverage_of"};
  bl_status s = BL_OK;
  if (p->label_from == FROM_EVENTS) return BL_OK;
  for (size_t i = 0; !s && i < 2; i++)
    s = bl_opts_refuse_idle(ctx, "window", opts, p, of_labels[i], "label_from: events");
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

const bl_segment_class bl_segment_window = {
    .name = "window",
    .summary = "windows of one length, one every hop, with labels from events if wanted",
    .source = "",
    .opts = opts,
    .params_size = sizeof(window_params),
    .state_size = sizeof(window_state),
    .open = open_run,
    .advance = advance,
    .close = close_run,
    .release = release,
    .look_back_s = look_back_s,
    .rules = rules,
    .pads = pads,
    .asks = asks,
};
