/* window: windows of one length, one every hop, that lie wholly in the run. A last part that is shorter is left out.
 *
 * Window k starts at run start + start_s + k hop_s and holds rint(length_s * rate) samples, wherever it starts. With
 * label_from: events a window takes the label whose events cover the largest share of it, if that share is
 * min_coverage or more; on a tie, the label whose event came first. Events without a label do not count. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/segment.h"

static const char *const hop_words[] = {"auto", NULL};
static const char *const label_words[] = {"none", "events", NULL};
enum { FROM_NONE, FROM_EVENTS };

typedef struct window_params {
  double length_s, start_s, min_coverage;
  bl_word hop_s;
  int label_from;
  char *otherwise;
} window_params;

static const bl_opt opts[] = {
  BL_REAL_ABOVE(window_params, length_s, "1", 0, 1e9, "s", "length of a window"),
  BL_WORD(window_params, hop_s, "auto", hop_words, 0, 1e9, BL_OPT_OPEN_LO, "s",
          "from one window's start to the next; auto: the length, so that windows touch"),
  BL_REAL(window_params, start_s, "0", 0, 1e9, "s", "where in the run the first window starts"),
  BL_ENUM(window_params, label_from, "none", label_words, "where a window's label comes from"),
  BL_REAL(window_params, min_coverage, "0.5", 0, 1, "", "least share of a window that a label's events must cover"),
  BL_TEXT(window_params, otherwise, NULL, "label of windows that no label covers enough"),
  BL_OPT_END
};

/* Events by onset; `until` is the latest end of this and all events before it. */
typedef struct timed {
  const bl_event *e;
  double until;
} timed;

static int by_onset(const void *pa, const void *pb)
{
  const timed *a = pa, *b = pb;
  if (a->e->onset_s != b->e->onset_s) return a->e->onset_s < b->e->onset_s ? -1 : 1;
  return a->e < b->e ? -1 : a->e > b->e;
}

static bl_status sort_events(bl_ctx *ctx, const bl_event *events, size_t n, timed **out)
{
  timed *t = bl_calloc(ctx, n, sizeof *t);
  if (!t) return bl_fail_nomem(ctx, "window: events in order");
  for (size_t i = 0; i < n; i++) t[i].e = &events[i];
  qsort(t, n, sizeof *t, by_onset);
  for (size_t i = 0; i < n; i++) {
    double end = t[i].e->onset_s + t[i].e->duration_s;
    t[i].until = i && t[i - 1].until > end ? t[i - 1].until : end;
  }
  *out = t;
  return BL_OK;
}

static double overlap(const bl_event *e, const bl_span *w)
{
  double lo = fmax(e->onset_s, w->start_s), hi = fmin(e->onset_s + e->duration_s, w->end_s);
  return hi > lo ? hi - lo : 0;
}

/* *from: the first event that can still reach this window or a later one. */
static void label_window(const window_params *p, const timed *t, size_t n, size_t *from, bl_span *w)
{
  while (*from < n && t[*from].until <= w->start_s) ++*from;
  double best = 0;
  const bl_event *winner = NULL;
  for (size_t i = *from; i < n && t[i].e->onset_s < w->end_s; i++) {
    if (!*t[i].e->label || !(overlap(t[i].e, w) > 0)) continue;
    double sum = 0;
    for (size_t j = *from; j < n && t[j].e->onset_s < w->end_s; j++)
      if (!strcmp(t[j].e->label, t[i].e->label)) sum += overlap(t[j].e, w);
    if (sum > best) best = sum, winner = t[i].e;
  }
  /* a billionth: 0.5 of a window is often 0.4999999999 in binary */
  if (winner && best >= (p->min_coverage - 1e-9) * (w->end_s - w->start_s)) w->label = winner->label;
  else w->label = p->otherwise;
}

static bl_status plan(bl_ctx *ctx, const void *params, const bl_run_info *run, const bl_event *events, size_t n_events,
                      bl_spans *out, size_t *n_skipped)
{
  const window_params *p = params;
  bl_status s = BL_OK;
  timed *t = NULL;
  double rate = run->rate_hz, n_samples = rint(p->length_s * rate);
  double hop = p->hop_s.word >= 0 ? p->length_s : p->hop_s.real;
  if (!(n_samples >= 1))
    return bl_fail(ctx, BL_E_RANGE, "window: length_s: %g s is less than a sample at %g Hz; take a longer one",
                   p->length_s, rate);
  if (!(hop * rate >= 1))
    return bl_fail(ctx, BL_E_RANGE, "window: hop_s: %g s is less than a sample at %g Hz; take a longer one", hop, rate);
  if (!isfinite(run->start_s) || !isfinite(run->end_s))
    return bl_fail(ctx, BL_E_ARG, "window: a run from %g to %g s; both must be known", run->start_s, run->end_s);
  if (p->label_from == FROM_EVENTS && (s = sort_events(ctx, events, n_events, &t))) return s;
  double end = rint(run->end_s * rate);
  size_t from = 0, before = out->n;
  for (double k = 0;; k++) {
    double start = run->start_s + p->start_s + k * hop;
    if (!(rint(start * rate) + n_samples <= end)) break;
    bl_span w = {.start_s = start, .end_s = start + n_samples / rate, .anchor_s = start, .event = BL_NO_EVENT};
    if (t) label_window(p, t, n_events, &from, &w);
    if ((s = bl_spans_add(ctx, out, &w))) break;
  }
  if (!s && out->n == before) {
    (*n_skipped)++;
    s = bl_spans_leave_out(ctx, out, run->start_s, NULL, "the recording, or the stretch between gaps, is shorter than a window");
  }
  bl_free(ctx, t);
  return s;
}

const bl_segment_class bl_segment_window = {
  .name = "window",
  .summary = "windows of one length, one every hop, with labels from events if wanted",
  .source = "",
  .opts = opts,
  .params_size = sizeof(window_params),
  .plan = plan,
};
