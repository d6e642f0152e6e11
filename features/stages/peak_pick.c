/* peak_pick: finds peaks of what comes in, an onset strength for one, as events. Frames pass unchanged.
 *
 * librosa.util.peak_pick (Boeck, Krebs and Schedl, ISMIR 2012): frame n is a peak when it is the largest of frames n -
 * pre_max .. n + post_max - 1, at least delta above the mean of frames n - pre_avg .. n + post_avg - 1, and more than `wait`
 * frames behind the last peak. A frame's value is the largest of its channels and bins. The defaults are those of
 * librosa.onset.onset_detect: 30 ms and one frame, 100 ms before and behind, 30 ms, 0.07; that function first brings the
 * strength of the recording to the range 0 .. 1, as normalize_whole does, without which delta has the input's unit.
 *
 * Each event is a moment, with the value of its frame and how far that is above the mean. A NaN or infinity makes no
 * peak, nor does what has a NaN within its reach. */
#include <math.h>
#include <string.h>

#include "stage_util.h"

static const char *const auto_word[] = {"auto", NULL};
static const char *const values[] = {"value", "above_mean", NULL};

typedef struct params {
  bl_word pre_max, post_max, pre_avg, post_avg, wait;
  double delta;
  char *label;
} params;

static const bl_opt opts[] = {
    BL_WORD(params, pre_max, "auto", auto_word, 0, 1e6, BL_OPT_WHOLE, "frames",
            "frames before a peak that are no larger; auto: 30 ms"),
    BL_WORD(params, post_max, "auto", auto_word, 1, 1e6, BL_OPT_WHOLE, "frames",
            "the peak and frames behind it that are no larger; auto: itself"),
    BL_WORD(params, pre_avg, "auto", auto_word, 0, 1e6, BL_OPT_WHOLE, "frames",
            "frames before a peak that its mean is taken over; auto: 100 ms"),
    BL_WORD(params, post_avg, "auto", auto_word, 1, 1e6, BL_OPT_WHOLE, "frames",
            "the peak and frames behind it that its mean is taken over; auto: itself and 100 ms"),
    BL_REAL(params, delta, "0.07", 0, 1e30, "the input's unit", "how far a peak must stand above the mean"),
    BL_WORD(params, wait, "auto", auto_word, 0, 1e6, BL_OPT_WHOLE, "frames",
            "frames behind a peak in which there is no other; auto: 30 ms"),
    BL_TEXT(params, label, "onset", "the label of the events"),
    BL_OPT_END,
};

typedef struct state {
  const params *p;
  double rate_hz, start_s;
  size_t width, pre_max, post_max, pre_avg, post_avg, wait;
  size_t cap;           /* of the ring: all that a frame is compared with */
  double *ring;         /* [cap]: frame t at t mod cap */
  uint64_t total, next; /* frames seen; the next to be looked at */
  bl_findings found;    /* since the last call of events */
} state;

/* Whole frames in so many seconds, and `more`. */
static size_t frames_of(const bl_word *w, double seconds, size_t more, double rate_hz)
{
  return w->word == 0 ? (size_t)floor(seconds * rate_hz + 1e-9) + more : (size_t)w->real;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)pp, (void)out;
  if (bl_is_complex(in)) return bl_fail(ctx, BL_E_CONFIG, "peak_pick: what comes in is complex; put power before it");
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  double rate = in->rate_hz;
  (void)out;
  *st = (state){.p = p, .rate_hz = rate, .start_s = in->start_s, .width = bl_stream_width(in)};
  st->pre_max = frames_of(&p->pre_max, 0.03, 0, rate);
  st->post_max = frames_of(&p->post_max, 0, 1, rate);
  st->pre_avg = frames_of(&p->pre_avg, 0.1, 0, rate);
  st->post_avg = frames_of(&p->post_avg, 0.1, 1, rate);
  st->wait = frames_of(&p->wait, 0.03, 0, rate);
  st->cap = larger(st->pre_max, st->pre_avg) + larger(st->post_max, st->post_avg);
  st->ring = bl_calloc(ctx, st->cap, sizeof *st->ring);
  return st->ring ? BL_OK : bl_fail_nomem(ctx, "peak_pick");
}

static double value_of(const state *st, const float *x)
{
  double most = (double)x[0];
  for (size_t i = 1; i < st->width; i++) {
    double v = (double)x[i];
    if (v > most || isnan(v)) most = v;
  }
  return most;
}

static double at(const state *st, uint64_t t) { return st->ring[t % st->cap]; }

/* Looks at frame `next`, of which all neighbours are known; end: the first frame that is not. */
static bl_status look(bl_ctx *ctx, state *st, uint64_t end)
{
  uint64_t n = st->next++, from = n > st->pre_max ? n - st->pre_max : 0, to = n + st->post_max;
  double v = at(st, n), sum = 0;
  to = to < end ? to : end;
  if (!isfinite(v)) return BL_OK;
  for (uint64_t t = from; t < to; t++)
    if (!(at(st, t) <= v)) return BL_OK;
  from = n > st->pre_avg ? n - st->pre_avg : 0;
  to = n + st->post_avg < end ? n + st->post_avg : end;
  for (uint64_t t = from; t < to; t++) sum += at(st, t);
  double mean = sum / (double)(to - from);
  if (!(v >= mean + st->p->delta)) return BL_OK;
  bl_finding one = {.event = {.onset_s = st->start_s + (double)n / st->rate_hz, .label = st->p->label},
                    .value = {v, v - mean}};
  st->next += st->wait;
  return bl_findings_add(ctx, &st->found, &one);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  bl_status s = BL_OK;
  size_t behind = larger(st->post_max, st->post_avg);
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (n) memcpy(y, x, n * st->width * sizeof *x);
  for (size_t i = 0; !s && i < n; i++) {
    st->ring[st->total % st->cap] = value_of(st, x + i * st->width);
    st->total++;
    while (!s && st->next + behind <= st->total) s = look(ctx, st, st->total);
  }
  return s;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  bl_status s = BL_OK;
  (void)out;
  while (!s && st->next < st->total) s = look(ctx, st, st->total);
  return s;
}

static bl_status events(bl_ctx *ctx, void *sp, bl_findings *out, double *known_s)
{
  state *st = sp;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < st->found.n; i++) s = bl_findings_add(ctx, out, &st->found.v[i]);
  st->found.n = 0;
  *known_s = st->start_s + (double)st->next / st->rate_hz;
  return s;
}

static double event_lag_s(const void *sp)
{
  const state *st = sp;
  return (double)larger(st->post_max, st->post_avg) / st->rate_hz;
}

static void reset(void *sp)
{
  state *st = sp;
  st->total = st->next = 0;
  st->found.n = 0;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->ring);
  bl_findings_free(ctx, &st->found);
}

const bl_stage_class bl_stage_peak_pick = {
    .name = "peak_pick",
    .summary = "Finds peaks, such as onsets, as events; frames pass unchanged",
    .source = "librosa.util.peak_pick, librosa.onset.onset_detect",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
    .event_values = values,
    .events = events,
    .event_lag_s = event_lag_s,
};
