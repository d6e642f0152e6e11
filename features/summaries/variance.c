/* variance: variance of each channel and bin over the segment's frames. Unit: the stream's squared. */
#include "moments.h"

typedef struct variance_params {
  int64_t ddof;
} variance_params;

typedef struct variance_state {
  bl_moments moments; /* first: the shared slots see this part */
  int64_t ddof;
} variance_state;

static const bl_opt opts[] = {
    BL_INT(variance_params, ddof, "0", 0, 1, "", "sums are divided by the frames less this: 0 as numpy, 1 unbiased"),
    BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, "variance", "%s^2", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  variance_state *s = state;
  s->ddof = ((const variance_params *)params)->ddof;
  return bl_moments_init(ctx, &s->moments, in, 2);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const variance_state *s = state;
  for (size_t i = 0; i < s->moments.width; i++) {
    double var;
    bl_status status = bl_moments_variance(ctx, &s->moments, "variance", s->ddof, i, &var);
    if (status) return status;
    row[i] = (float)var;
  }
  return BL_OK;
}

const bl_summary_class bl_summary_variance = {
    .name = "variance",
    .summary = "variance over time of each channel and bin",
    .source = "numpy.var",
    .opts = opts,
    .params_size = sizeof(variance_params),
    .state_size = sizeof(variance_state),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = finish,
    .release = bl_moments_release,
};
