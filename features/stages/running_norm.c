/* running_norm: each value less its running mean, over its running standard deviation. Shape unchanged, unit 1.
 *
 * Weights fall off by time_s: y = (x - m) / max(s, eps), m and s^2 the mean and the variance of the values up to and with
 * this frame with weights (1 - a)^age over their sum, a = 1 - exp(-1 / (time_s rate)): pandas.DataFrame.ewm with alpha a,
 * adjust and bias. With_mean and with_std as in scikit-learn's StandardScaler. Steady bands come out alike, whatever their
 * level; a constant gives 0.
 *
 * start_s: mean and variance of the first start_s count from the beginning, as that many frames, which wait until all
 * are known: latency start_s. 0: nothing waits, and the first frame gives 0. A NaN or infinity comes out as NaN and
 * counts nowhere. */
#include "running.h"
#include "stage_util.h"
#include "warmup.h"

typedef struct params {
  double time_s, start_s, eps;
  bool with_mean, with_std;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, time_s, "10", 0, 1e9, "s", "time constant of mean and variance"),
    BL_REAL(params, start_s, "0", 0, 1e9, "s", "these start from this long; 0: from the first frame"),
    BL_BOOL(params, with_mean, "true", "take the mean off"),
    BL_BOOL(params, with_std, "true", "divide by the standard deviation"),
    BL_REAL_ABOVE(params, eps, "1e-8", 0, 1e30, "", "least standard deviation, in the unit of what comes in"),
    BL_OPT_END,
};

typedef struct state {
  params p;
  double alpha, *mean, *square, *weight; /* square: weighted sum of squared distances from the mean */
  bl_warmup first;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t wanted;
  if (!p->with_mean && !p->with_std)
    return bl_fail(ctx, BL_E_CONFIG, "running_norm: with_mean and with_std are both false, and nothing would change");
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG,
                   "running_norm: needs real values, but what comes in is complex; put power before it");
  bl_status s = p->with_std ? BL_OK : bl_opts_refuse_idle(ctx, "running_norm", opts, pp, "eps", "with_std: true");
  if (!s) s = bl_warmup_shape(ctx, "running_norm", p->start_s, in, out, &wanted);
  return s ? s : bl_stream_set_units(ctx, out, p->with_std ? "1" : "%d");
}

/* Counts x in; the old mean and the new value lie d apart. */
static void count(state *st, size_t k, double x, double keep)
{
  double old = keep * st->weight[k], now = old + 1, d = x - st->mean[k];
  st->mean[k] += d / now;
  st->square[k] = keep * st->square[k] + old / now * d * d;
  st->weight[k] = now;
}

static void begin(void *sp)
{
  state *st = sp;
  for (size_t i = 0; i < st->first.held; i++)
    for (size_t k = 0; k < st->first.width; k++) {
      float x = st->first.v[i * st->first.width + k];
      if (isfinite(x)) count(st, k, (double)x, 1);
    }
}

static void step(void *sp, const float *x, float *y)
{
  state *st = sp;
  for (size_t k = 0; k < st->first.width; k++) {
    double v = (double)x[k];
    if (!isfinite(x[k])) {
      y[k] = NAN;
      continue;
    }
    count(st, k, v, 1 - st->alpha);
    double sd = sqrt(st->square[k] / st->weight[k]);
    if (st->p.with_mean) v -= st->mean[k];
    if (st->p.with_std) v /= sd > st->p.eps ? sd : st->p.eps;
    y[k] = (float)v;
  }
}

static void reset(void *sp)
{
  state *st = sp;
  for (size_t k = 0; k < st->first.width; k++) st->mean[k] = st->square[k] = st->weight[k] = 0;
  bl_warmup_reset(&st->first);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  size_t width = bl_stream_width(in), wanted;
  bl_stream unused = *out;
  st->p = *(const params *)pp;
  st->alpha = bl_running_alpha(st->p.time_s, in->rate_hz);
  st->first.begin = begin;
  st->first.step = step;
  bl_status s = bl_warmup_shape(ctx, "running_norm", st->p.start_s, in, &unused, &wanted);
  if (!s) s = bl_warmup_init(ctx, "running_norm", wanted, width, &st->first);
  if (s) return s;
  st->mean = bl_calloc(ctx, width, sizeof *st->mean);
  st->square = bl_calloc(ctx, width, sizeof *st->square);
  st->weight = bl_calloc(ctx, width, sizeof *st->weight);
  return st->mean && st->square && st->weight ? BL_OK : bl_fail_nomem(ctx, "running_norm");
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_warmup_push(ctx, &((state *)sp)->first, sp, x, n, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_warmup_finish(ctx, &((state *)sp)->first, sp, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_warmup_release(ctx, &st->first);
  bl_free(ctx, st->mean);
  bl_free(ctx, st->square);
  bl_free(ctx, st->weight);
}

const bl_stage_class bl_stage_running_norm = {
    .name = "running_norm",
    .summary = "Values less their running mean, over their running standard deviation",
    .source = "pandas.DataFrame.ewm",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
};
