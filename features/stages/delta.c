/* delta: the slope of each value over frames, or its bend. Shape unchanged.
 *
 * The order-th derivative of the polynomial of degree `order` that lies nearest to `width` frames around each one
 * (Savitzky and Golay, Anal. Chem. 36 (1964) 1627-1639), per frame: librosa.feature.delta. order 1: sum k x[t + k] /
 * sum k^2; order 2 is one filter, not the delta of the delta. What stands beyond the run's ends:
 *   interp    nothing: the first and the last frames have the derivative of the polynomial through the first and the last
 *             `width` frames. A shorter run's polynomial goes through the frames there are; of `order` or fewer frames
 *             there is none, and NaN comes out (librosa refuses such runs)
 *   nearest   the first and the last frame again and again. HTK's and python_speech_features' deltas are this, width 2 K
 *             + 1; their accelerations, a delta of the delta, the stage twice
 *   mirror    the frames mirrored at the first and at the last one
 *   constant  zeros
 * librosa's fifth, wrap, joins a run's end to its beginning: it would have to wait for the end before its first frame, for
 * values that mean nothing, and is left out; away from the ends all are alike.
 * A NaN makes all values NaN whose neighbourhood holds it. Latency: (width - 1) / 2 frames; interp: width - 1. */
#include <stdio.h>
#include <string.h>

#include "baleen/wide.h"
#include "framer.h"
#include "stage_util.h"

enum { INTERP, NEAREST, MIRROR, CONSTANT };
static const char *const modes[] = {"interp", "nearest", "mirror", "constant", NULL};
static const bl_pad pad_of[] = {[NEAREST] = BL_PAD_EDGE, [MIRROR] = BL_PAD_REFLECT, [CONSTANT] = BL_PAD_CONSTANT};

typedef struct params {
  int64_t width, order;
  int mode;
} params;

static const bl_opt opts[] = {
    BL_INT(params, width, "9", 3, 999, "frames", "length of the neighbourhood, an odd number"),
    BL_INT(params, order, "1", 1, 8, "", "1: slope, 2: bend"),
    BL_ENUM(params, mode, "interp", modes, "what stands beyond the ends of the run"),
    BL_OPT_END,
};

typedef struct state {
  int mode;
  size_t order, frames, width; /* frames of a neighbourhood; values of a frame */
  uint64_t total, done;
  bool over;
  float *v;            /* ring of `frames` frames */
  double *w, *short_w; /* weights of a neighbourhood; of a run that is shorter than one */
  double *p;           /* three polynomials at the places of a neighbourhood */
  double *sum;         /* of one frame */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->width % 2 == 0)
    return bl_fail(ctx, BL_E_CONFIG, "delta: width: %d is even; take an odd number, so that there is a middle",
                   (int)p->width);
  if (p->order >= p->width)
    return bl_fail(ctx, BL_E_CONFIG, "delta: order %d needs a width of more than %d frames; make it wider",
                   (int)p->order, (int)p->order);
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "delta: needs real values, but what comes in is complex; put power before it");
  int64_t behind = p->mode == INTERP ? p->width - 1 : p->width / 2;
  out->latency_s = in->latency_s + (double)behind / in->rate_hz;
  char format[32];
  snprintf(format, sizeof format, p->order > 1 ? "%%s/frame^%d" : "%%s/frame", (int)p->order);
  return bl_stream_set_units(ctx, out, format);
}

/* The weights w[n] whose sum with n values is the derivative: order! times the highest coefficient of the polynomial
 * nearest to them. That is their product with the orthogonal polynomial of that degree over its square (Gram; by the
 * recurrence P[k + 1] = t P[k] - (|P[k]|^2 / |P[k - 1]|^2) P[k - 1] at t symmetric about 0). p: room for 3 n. */
static void derivative(size_t n, size_t order, double *p, double *w)
{
  double *before = p, *now = p + n, *next = p + 2 * n, last = 0, square = (double)n, factorial = 1;
  for (size_t i = 0; i < n; i++) before[i] = 0, now[i] = 1;
  for (size_t k = 0; k < order; k++) {
    double beta = k ? square / last : 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
      next[i] = ((double)i - ((double)n - 1) / 2) * now[i] - beta * before[i];
      sum += next[i] * next[i];
    }
    double *t = before;
    before = now, now = next, next = t;
    last = square, square = sum;
    factorial *= (double)(k + 1);
  }
  for (size_t i = 0; i < n; i++) w[i] = factorial * now[i] / square;
}

static void reset(void *sp)
{
  state *st = sp;
  st->total = st->done = 0;
  st->over = false;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  *st = (state){.mode = p->mode, .order = (size_t)p->order, .frames = (size_t)p->width, .width = bl_stream_width(in)};
  st->v = bl_calloc(ctx, st->frames, st->width * sizeof *st->v);
  st->w = bl_calloc(ctx, st->frames, sizeof *st->w);
  st->short_w = bl_calloc(ctx, st->frames, sizeof *st->short_w);
  st->p = bl_calloc(ctx, 3 * st->frames, sizeof *st->p);
  st->sum = bl_calloc(ctx, st->width, sizeof *st->sum);
  if (!st->v || !st->w || !st->short_w || !st->p || !st->sum) return bl_fail_nomem(ctx, "delta");
  derivative(st->frames, st->order, st->p, st->w);
  return BL_OK;
}

/* How many frames can be told, of the `total` that have come. */
static uint64_t known(const state *st, uint64_t total)
{
  size_t half = st->frames / 2;
  if (st->over) return total;
  if (st->mode == INTERP && total < st->frames) return 0;
  return total > half ? total - half : 0;
}

BL_WIDE static void add_frame(double *restrict sum, const float *restrict x, double w, size_t n)
{
  for (size_t i = 0; i < n; i++) sum[i] += w * (double)x[i];
}

/* The frame that stands `at` frames after the run's first, which may lie beyond its ends; NULL: zeros. */
static const float *frame_at(const state *st, int64_t at)
{
  int64_t n = (int64_t)st->total;
  if (at < 0 || at >= n) at = bl_pad_source(pad_of[st->mode], at, n);
  if (at < 0) return NULL;
  return st->v + (size_t)at % st->frames * st->width;
}

/* Frame `done`. */
static void give(state *st, float *y)
{
  size_t n = st->frames;
  int64_t first = (int64_t)st->done - (int64_t)(n / 2), end = (int64_t)st->total;
  const double *w = st->w;
  if (st->mode == INTERP) {
    if (st->total < n) {
      n = (size_t)st->total;
      w = st->short_w;
    }
    if (first > end - (int64_t)n) first = end - (int64_t)n;
    if (first < 0) first = 0;
  }
  memset(st->sum, 0, st->width * sizeof *st->sum);
  for (size_t k = 0; k < n; k++) {
    const float *x = frame_at(st, first + (int64_t)k);
    if (x) add_frame(st->sum, x, w[k], st->width);
  }
  for (size_t i = 0; i < st->width; i++) y[i] = n > st->order ? (float)st->sum[i] : NAN;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, (size_t)(known(st, st->total + n) - st->done));
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->width) {
    memcpy(st->v + st->total % st->frames * st->width, x, st->width * sizeof *x);
    for (uint64_t to = known(st, ++st->total); st->done < to; st->done++, y += st->width) give(st, y);
  }
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  st->over = true;
  float *y = bl_frames_add(ctx, out, (size_t)(st->total - st->done));
  if (!y) return BL_E_NOMEM;
  if (st->mode == INTERP && st->total < st->frames && st->total > st->order)
    derivative((size_t)st->total, st->order, st->p, st->short_w);
  for (; st->done < st->total; st->done++, y += st->width) give(st, y);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->v);
  bl_free(ctx, st->w);
  bl_free(ctx, st->short_w);
  bl_free(ctx, st->p);
  bl_free(ctx, st->sum);
}

static bool warm_up(const void *sp, bl_warm_up *out)
{
  *out = (bl_warm_up){((const state *)sp)->frames - 1, 1};
  return true;
}

const bl_stage_class bl_stage_delta = {
    .name = "delta",
    .summary = "Slope of each value over frames, or its bend",
    .source = "librosa.feature.delta; HTK",
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
};
