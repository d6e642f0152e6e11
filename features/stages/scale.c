/* scale: multiplies every value by a factor and, if one is given, sets the unit. Shape unchanged. */
#include "stage_util.h"

typedef struct params {
  double factor;
  char *unit;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, factor, "1", -1e30, 1e30, "", "what every value is multiplied by"),
    BL_TEXT(params, unit, NULL, "the unit of the result; none given: the old one stays"),
    BL_OPT_END,
};

typedef struct state {
  double factor;
  size_t width;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  (void)in;
  if (!p->unit && p->factor == 1)
    return bl_fail(ctx, BL_E_CONFIG,
                   "scale: factor is 1 and no unit is given, and nothing would change; give one or both");
  if (!p->unit) return BL_OK;
  bl_texts fresh = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < out->n_channels; i++) s = bl_texts_add(ctx, &fresh, p->unit);
  bl_texts_free(ctx, s ? &fresh : &out->units);
  if (!s) out->units = fresh;
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx, (void)out;
  *(state *)sp = (state){((const params *)pp)->factor, bl_stream_width(in)};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * st->width; i++) y[i] = (float)((double)x[i] * st->factor);
  return BL_OK;
}

const bl_stage_class bl_stage_scale = {
    .name = "scale",
    .summary = "Values times a factor, in a unit of your choice",
    .source = "plain arithmetic",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .warm_up = bl_memoryless,
};
