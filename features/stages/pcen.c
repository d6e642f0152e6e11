/* pcen: per-channel energy normalisation of a spectrum, bin by bin. Shape unchanged.
 *
 *   M[t] = (1 - b) M[t-1] + b S[t], M[-1] = 1
 *   y = bias^power expm1(power log1p(S (eps + M)^-gain / bias))
 * with b = (sqrt(1 + 4 T^2) - 1) / (2 T^2), T = time_constant times the frame rate; power 0: log1p(S (eps + M)^-gain);
 * bias 0: (S (eps + M)^-gain)^power. S is the input times `scale`. librosa.pcen, whose defaults are meant for
 * magnitudes times 2^31 (put power exponent=1 before, and scale: 2147483648); Wang et al., ICASSP 2017;
 * Lostanlen et al., IEEE Signal Process. Lett. 26 (2019) 39-43. Values below 0 count as 0. A NaN or infinity comes out
 * as NaN and leaves M. */
#include "stage_util.h"

typedef struct params {
  double gain, bias, power, time_constant, eps, scale;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, gain, "0.98", 0, 100, "", "how far loudness is evened out: 0 not at all, 1 fully"),
    BL_REAL(params, bias, "2", 0, 1e30, "", "what is added before the root, so that quiet bins stay quiet"),
    BL_REAL(params, power, "0.5", 0, 16, "", "exponent of the compression; 0: a logarithm"),
    BL_REAL_ABOVE(params, time_constant, "0.4", 0, 1e9, "s", "of the running mean that is divided by"),
    BL_REAL_ABOVE(params, eps, "1e-6", 0, 1e30, "", "added to the running mean"),
    BL_REAL_ABOVE(params, scale, "1", 0, 1e30, "", "what the input is multiplied by first"),
    BL_OPT_END,
};

typedef struct state {
  params p;
  double b, log_eps, root; /* root: bias^power */
  double *mean;            /* M, [channel][bin] */
  size_t width;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)pp;
  bl_status s = bl_need_linear(ctx, "pcen", in);
  return s ? s : bl_stream_set_units(ctx, out, "1");
}

static void reset(void *sp)
{
  state *st = sp;
  for (size_t k = 0; k < st->width; k++) st->mean[k] = 1;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->p = *(const params *)pp;
  st->width = bl_stream_width(in);
  double t = st->p.time_constant * in->rate_hz;
  st->b = 2 / (sqrt(1 + 4 * t * t) + 1); /* the same as above without the cancellation */
  st->log_eps = log(st->p.eps);
  st->root = pow(st->p.bias, st->p.power);
  if (!(st->mean = bl_calloc(ctx, st->width, sizeof *st->mean))) return bl_fail_nomem(ctx, "pcen");
  reset(st);
  return BL_OK;
}

static double compress(const state *st, double s, double mean)
{
  const params *p = &st->p;
  double log_smooth = -p->gain * (st->log_eps + log1p(mean / p->eps));
  if (p->power == 0) return log1p(s * exp(log_smooth));
  if (p->bias == 0) return exp(p->power * (log(s) + log_smooth));
  return st->root * expm1(p->power * log1p(s * exp(log_smooth) / p->bias));
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->width, y += st->width)
    for (size_t k = 0; k < st->width; k++) {
      double s = fmax((double)x[k], 0) * st->p.scale;
      if (!isfinite(x[k])) {
        y[k] = NAN;
        continue;
      }
      st->mean[k] = (1 - st->b) * st->mean[k] + st->b * s;
      y[k] = (float)compress(st, s, st->mean[k]);
    }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->mean); }

const bl_stage_class bl_stage_pcen = {
    .name = "pcen",
    .summary = "Per-channel energy normalisation of a spectrum",
    .source = "librosa.pcen; Wang et al. 2017",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
};
