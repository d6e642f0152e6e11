/* robust_scale: values against the running level and spread of their own channel (and bin). Shape unchanged.
 *
 * method ema: y = d / spread, d = x - m, m the exponential running mean of x, spread the root of that of d^2, both up
 * to and with this value, time constant time_s, weights normalised from the start (running.h): braindecode's
 * exponential_moving_standardize, whose factor_new is 1 - exp(-1 / n), n the values in time_s: its 0.001 is a time_s of
 * 3.998 s at 250 Hz. method median: y = (x - median) / spread, spread = q75 - q25, over the last time_s up to and with
 * this value, or over what has come so far; quantiles linear, as scikit-learn's RobustScaler has them. A value costs a
 * move of the sorted window, so that long windows at audio rates are slow: 1 s at 48 kHz about 10 us a sample.
 *
 * A spread of (nearly) zero, of values that float32 cannot tell from their level, counts as 1, as in RobustScaler:
 * values of a constant then give 0, and those of a quantised signal whose quartiles are one their distance from the
 * median. Braindecode holds the spread up to eps = 1e-4 instead, which suits microvolts alone: EEG in volts has a
 * spread of 1e-5. eps: 1e-4 does the same here; by default there is none, and the unit of the input does not count.
 *
 * The first value of a run gives 0. A NaN or infinity comes out as NaN and counts nowhere. */
#include <float.h>
#include <string.h>

#include "running.h"
#include "stage_util.h"

enum { EMA, MEDIAN };
static const char *const methods[] = {"ema", "median", NULL};
enum { MAX_WINDOW = 1 << 24 };

typedef struct params {
  int method;
  double time_s, eps;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, method, "ema", methods, "running mean and standard deviation, or median and interquartile range"),
    BL_REAL_ABOVE(params, time_s, "4", 0, 1e9, "s", "time constant of the mean, or length of the median's window"),
    BL_REAL(params, eps, "0", 0, 1e30, "",
            "least spread, in the channel's unit; 0: a spread of nearly zero counts as 1"),
    BL_OPT_END,
};

/* One series under method median: its last `window` values in order of time and, the finite ones, in order of size. */
typedef struct state {
  int method;
  size_t width;
  double alpha, eps;
  double *weight, *mean, *var; /* ema, [width] */
  float *ring, *sorted;        /* median, [width][window] */
  size_t window, *n_sorted;
  uint64_t total;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "robust_scale: needs real values, but what comes in is complex; put power before");
  if (p->method == MEDIAN && !(p->time_s * in->rate_hz <= MAX_WINDOW))
    return bl_fail(ctx, BL_E_RANGE, "robust_scale: a window of %g s at %g Hz is longer than %d values; make it shorter",
                   p->time_s, in->rate_hz, MAX_WINDOW);
  return bl_stream_set_units(ctx, out, p->method == EMA ? "sd" : "IQR");
}

static void reset(void *sp)
{
  state *st = sp;
  st->total = 0;
  for (size_t k = 0; k < st->width; k++)
    if (st->method == EMA) st->weight[k] = st->mean[k] = st->var[k] = 0;
    else st->n_sorted[k] = 0;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->method = p->method;
  st->width = bl_stream_width(in);
  st->eps = p->eps;
  st->alpha = bl_running_alpha(p->time_s, in->rate_hz);
  if (p->method == EMA) {
    st->weight = bl_calloc(ctx, st->width, sizeof *st->weight);
    st->mean = bl_calloc(ctx, st->width, sizeof *st->mean);
    st->var = bl_calloc(ctx, st->width, sizeof *st->var);
    return st->weight && st->mean && st->var ? BL_OK : bl_fail_nomem(ctx, "robust_scale");
  }
  st->window = p->time_s * in->rate_hz < 1 ? 1 : (size_t)rint(p->time_s * in->rate_hz);
  st->n_sorted = bl_calloc(ctx, st->width, sizeof *st->n_sorted);
  st->ring = bl_calloc(ctx, st->width, st->window * sizeof *st->ring);
  st->sorted = bl_calloc(ctx, st->width, st->window * sizeof *st->sorted);
  return st->n_sorted && st->ring && st->sorted ? BL_OK : bl_fail_nomem(ctx, "robust_scale");
}

/* The first place in sorted v[0..n) whose value is not below x. */
static size_t place_of(const float *v, size_t n, float x)
{
  size_t lo = 0;
  while (n) {
    size_t half = n / 2;
    if (v[lo + half] < x) {
      lo += half + 1;
      n -= half + 1;
    } else n = half;
  }
  return lo;
}

static double quantile(const float *v, size_t n, double q)
{
  double at = q * (double)(n - 1), whole = floor(at);
  size_t i = (size_t)whole;
  double lo = (double)v[i], hi = (double)v[i + 1 < n ? i + 1 : i];
  return lo + (hi - lo) * (at - whole);
}

/* What to divide by; level: of the values that spread so. */
static double scale_of(const state *st, double spread, double level)
{
  if (st->eps > 0) return fmax(st->eps, spread);
  return spread <= FLT_EPSILON * fabs(level) ? 1 : spread;
}

static float by_median(state *st, size_t k, float x)
{
  float *ring = st->ring + k * st->window, *v = st->sorted + k * st->window;
  float *slot = &ring[st->total % st->window];
  size_t n = st->n_sorted[k];
  if (st->total >= st->window && isfinite(*slot)) {
    size_t at = place_of(v, n, *slot);
    memmove(v + at, v + at + 1, (--n - at) * sizeof *v);
  }
  *slot = x;
  if (isfinite(x)) {
    size_t at = place_of(v, n, x);
    memmove(v + at + 1, v + at, (n++ - at) * sizeof *v);
    v[at] = x;
  }
  st->n_sorted[k] = n;
  if (!isfinite(x)) return NAN;
  double spread = quantile(v, n, 0.75) - quantile(v, n, 0.25), median = quantile(v, n, 0.5);
  return (float)(((double)x - median) / scale_of(st, spread, median));
}

static float by_ema(state *st, size_t k, float x)
{
  if (!isfinite(x)) return NAN;
  bl_running_count(&st->weight[k], st->alpha);
  st->mean[k] += ((double)x - st->mean[k]) / st->weight[k];
  double d = (double)x - st->mean[k];
  st->var[k] += (d * d - st->var[k]) / st->weight[k];
  return (float)(d / scale_of(st, sqrt(st->var[k]), st->mean[k]));
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, st->total++)
    for (size_t k = 0; k < st->width; k++, x++) *y++ = st->method == EMA ? by_ema(st, k, *x) : by_median(st, k, *x);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->weight);
  bl_free(ctx, st->mean);
  bl_free(ctx, st->var);
  bl_free(ctx, st->ring);
  bl_free(ctx, st->sorted);
  bl_free(ctx, st->n_sorted);
}

const bl_stage_class bl_stage_robust_scale = {
    .name = "robust_scale",
    .summary = "Values against their running level and spread",
    .source = "braindecode exponential_moving_standardize; scikit-learn RobustScaler",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
};
