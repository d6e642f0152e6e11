/* whiten: each bin of a spectrum over its running background. Shape unchanged, unit 1.
 *
 * y = S / max(eps, B), B the exponential running mean of the bin up to and with this frame (running.h), so that steady
 * noise of any colour comes out around 1 and what rises above it stands out. The first frame gives 1. A NaN or infinity
 * comes out as NaN and leaves B. */
#include "running.h"
#include "stage_util.h"

typedef struct params {
  double time_s, eps;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, time_s, "10", 0, 1e9, "s", "time constant of the background"),
    BL_REAL_ABOVE(params, eps, "1e-30", 0, 1e30, "", "least background, in the unit of what comes in"),
    BL_OPT_END,
};

typedef struct state {
  double alpha, eps, *mean, *weight;
  size_t width;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)pp;
  bl_status s = bl_need_linear(ctx, "whiten", in);
  return s ? s : bl_stream_set_units(ctx, out, "1");
}

static void reset(void *sp)
{
  state *st = sp;
  for (size_t k = 0; k < st->width; k++) st->mean[k] = st->weight[k] = 0;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->alpha = bl_running_alpha(p->time_s, in->rate_hz);
  st->eps = p->eps;
  st->width = bl_stream_width(in);
  st->mean = bl_calloc(ctx, st->width, sizeof *st->mean);
  st->weight = bl_calloc(ctx, st->width, sizeof *st->weight);
  return st->mean && st->weight ? BL_OK : bl_fail_nomem(ctx, "whiten");
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->width, y += st->width)
    for (size_t k = 0; k < st->width; k++) {
      if (!isfinite(x[k])) {
        y[k] = NAN;
        continue;
      }
      bl_running_count(&st->weight[k], st->alpha);
      st->mean[k] += ((double)x[k] - st->mean[k]) / st->weight[k];
      y[k] = (float)((double)x[k] / fmax(st->eps, st->mean[k]));
    }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->mean);
  bl_free(ctx, st->weight);
}

const bl_stage_class bl_stage_whiten = {
    .name = "whiten",
    .summary = "Bins of a spectrum over their running background",
    .source = "exponential background, as in detectors of whale calls",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
};
