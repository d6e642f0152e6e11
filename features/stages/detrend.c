/* detrend: takes off the mean of a window around each frame: a high-pass that streams. Shape unchanged.
 *
 * y[i] = x[i] - mean(x[i - h] .. x[i + h]), h = round(window_s rate / 2): 2 h + 1 frames, fewer at the ends of the run.
 * The window is centred, so a straight line goes as well as a level does. It waits h frames.
 *
 * Sums are those of van Herk's scheme (Pattern Recognition Letters 13 (1992) 517): the run is cut into blocks as long
 * as the window, which then is the end of one block and the start of the next. Nothing is ever subtracted from a sum,
 * so that rounding does not pile up over the run, and a broken value shows in the windows that hold it and in no
 * others. */
#include <string.h>

#include "baleen/stage.h"

typedef struct params {
  double window_s;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, window_s, "1", 0, 86400, "s", "how long a stretch, centred, the mean is taken over"),
    BL_OPT_END,
};

enum { MAX_HALF = 1 << 26 };

/* The run with h zeros before and behind it is called e; a window that starts at e[i] is centred at x[i]. */
typedef struct state {
  size_t width, half, window;
  uint64_t total, at; /* frames taken; index in e of the next value */
  double *sums; /* [window][width]: behind the current place sums to the end of the last block, before it its values */
  double *prefix; /* [width]: sum of the current block so far */
  float *late;    /* [half + 1][width]: frames that are not out yet, a ring */
} state;

static size_t half_of(const params *p, const bl_stream *in) { return (size_t)rint(p->window_s * in->rate_hz / 2); }

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->window_s * in->rate_hz / 2 > MAX_HALF)
    return bl_fail(ctx, BL_E_RANGE,
                   "detrend: a window of %g s at %g Hz is longer than %d frames; make it shorter, or use "
                   "detrend_whole",
                   p->window_s, in->rate_hz, 2 * MAX_HALF);
  if (half_of(p, in) == 0)
    return bl_fail(ctx, BL_E_RANGE,
                   "detrend: a window of %g s holds one frame at %g Hz, and nothing would be left; make it "
                   "longer",
                   p->window_s, in->rate_hz);
  out->latency_s = in->latency_s + (double)half_of(p, in) / in->rate_hz;
  return bl_stream_set_units(ctx, out, "%d");
}

static void reset(void *sp)
{
  state *st = sp;
  memset(st->sums, 0, st->window * st->width * sizeof *st->sums);
  memset(st->prefix, 0, st->width * sizeof *st->prefix);
  st->total = 0;
  st->at = st->half;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->width = bl_stream_width(in);
  st->half = half_of(pp, in);
  st->window = 2 * st->half + 1;
  st->sums = bl_calloc(ctx, st->window, st->width * sizeof *st->sums);
  st->prefix = bl_calloc(ctx, st->width, sizeof *st->prefix);
  st->late = bl_calloc(ctx, st->half + 1, st->width * sizeof *st->late);
  if (!st->sums || !st->prefix || !st->late) return bl_fail_nomem(ctx, "detrend");
  reset(st);
  return BL_OK;
}

/* Frames of the run within the window centred at frame i. */
static double held(const state *st, uint64_t i)
{
  uint64_t from = i > st->half ? i - st->half : 0, to = i + st->half + 1;
  return (double)((to < st->total ? to : st->total) - from);
}

/* Takes the next value of e: x, or zeros when x is NULL. Writes the output that it completes to y, if there is one. */
static void advance(state *st, const float *x, float *y)
{
  size_t width = st->width, offset = (size_t)(st->at % st->window);
  double *prefix = st->prefix, *value = st->sums + offset * width;
  for (size_t c = 0; c < width; c++) {
    value[c] = x ? (double)x[c] : 0;
    prefix[c] = offset ? prefix[c] + value[c] : value[c];
  }
  if (x) memcpy(st->late + st->total % (st->half + 1) * width, x, width * sizeof *x);
  st->total += x != NULL;
  if (y) {
    uint64_t i = st->at - (st->window - 1);
    const float *now = st->late + i % (st->half + 1) * width;
    double n = held(st, i);
    if (offset + 1 == st->window) /* the window is this very block */
      for (size_t c = 0; c < width; c++) y[c] = (float)((double)now[c] - prefix[c] / n);
    else
      for (size_t c = 0; c < width; c++) y[c] = (float)((double)now[c] - (value[width + c] + prefix[c]) / n);
  }
  if (offset + 1 == st->window)
    for (size_t k = (st->window - 1) * width; k-- > 0;) st->sums[k] += st->sums[k + width];
  st->at++;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  uint64_t waiting = st->total < st->half ? st->half - st->total : 0; /* frames that complete no output yet */
  size_t none = waiting < n ? (size_t)waiting : n;
  float *y = bl_frames_add(ctx, out, n - none);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++) advance(st, x + i * st->width, i < none ? NULL : y + (i - none) * st->width);
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  size_t owed = st->total < st->half ? (size_t)st->total : st->half;
  float *y = bl_frames_add(ctx, out, owed);
  if (!y) return BL_E_NOMEM;
  for (uint64_t i = st->total; owed && i < st->half; i++)
    advance(st, NULL, NULL); /* a run shorter than half a window */
  for (size_t i = 0; i < owed; i++) advance(st, NULL, y + i * st->width);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->sums);
  bl_free(ctx, st->prefix);
  bl_free(ctx, st->late);
}

/* Sums are made in blocks as long as the window: they must lie at the same places. */
static bool warm_up(const void *sp, bl_warm_up *out)
{
  const state *st = sp;
  *out = (bl_warm_up){st->half, st->window};
  return true;
}

static const bl_quicker quicker[] = {
    {"window_s", NULL, "slower parts stay, faster ones go, too"},
    {0},
};

const bl_stage_class bl_stage_detrend = {
    .name = "detrend",
    .summary = "Takes off the running mean of a centred window",
    .source = "running mean; van Herk 1992 for the sums",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
    .warm_up = warm_up,
    .quicker = quicker,
};
