/* log: natural logarithm, element by element, of max(floor, x); or ln(1 + x). Shape unchanged. */
#include "fast_log.h"
#include "stage_util.h"

typedef struct params {
  double floor;
  bool log1p;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, floor, "1e-10", 1e-37, 1e30, "", "values below count as this; not used by log1p"),
    BL_BOOL(params, log1p, "false", "ln(1 + x), with x below 0 counting as 0"),
    BL_OPT_END,
};

typedef struct state {
  float floor;
  bool log1p;
  size_t width;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "log: needs real values, but what comes in is complex; put power before it");
  bl_status s =
      ((const params *)pp)->log1p ? bl_opts_refuse_idle(ctx, "log", opts, pp, "floor", "log1p: false") : BL_OK;
  return s ? s : bl_stream_set_units(ctx, out, ((const params *)pp)->log1p ? "ln(1+%s)" : "ln(%s)");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  (void)ctx, (void)out;
  *(state *)sp = (state){(float)p->floor, p->log1p, bl_stream_width(in)};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  size_t len = n * st->width;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (!st->log1p) bl_fast_log(x, y, len, st->floor, 1, 0);
  else
    for (size_t i = 0; i < len; i++) y[i] = x[i] < 0 ? 0 : log1pf(x[i]);
  return BL_OK;
}

const bl_stage_class bl_stage_log = {
    .name = "log",
    .summary = "Natural logarithm with a floor, or of 1 + x",
    .source = "Abramowitz and Stegun 4.6.22",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .warm_up = bl_memoryless,
};
