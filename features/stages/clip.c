/* clip: values below min become min, values above max become max; NaN stays. Shape unchanged. */
#include "stage_util.h"

typedef struct params {
  bl_word min, max;
} params;

static const char *const none_word[] = {"none", NULL};
static const bl_opt opts[] = {
    BL_WORD(params, min, "none", none_word, -3e38, 3e38, 0, "", "the lowest value that stays; none: no lower bound"),
    BL_WORD(params, max, "none", none_word, -3e38, 3e38, 0, "", "the highest value that stays; none: no upper bound"),
    BL_OPT_END,
};

typedef struct state {
  float min, max;
  size_t width;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  (void)in, (void)out;
  if (p->min.word == 0 && p->max.word == 0)
    return bl_fail(ctx, BL_E_CONFIG, "clip: neither min nor max is given, and nothing would change; give one or both");
  if (p->min.word != 0 && p->max.word != 0 && p->min.real > p->max.real)
    return bl_fail(ctx, BL_E_RANGE, "clip: min %g is above max %g; nothing lies between", p->min.real, p->max.real);
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  (void)ctx, (void)out;
  *(state *)sp = (state){.min = p->min.word == 0 ? -INFINITY : (float)p->min.real,
                         .max = p->max.word == 0 ? INFINITY : (float)p->max.real,
                         .width = bl_stream_width(in)};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * st->width; i++) {
    float v = x[i] < st->min ? st->min : x[i];
    y[i] = v > st->max ? st->max : v;
  }
  return BL_OK;
}

const bl_stage_class bl_stage_clip = {
    .name = "clip",
    .summary = "Values held between two bounds",
    .source = "numpy.clip",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .warm_up = bl_memoryless,
};
