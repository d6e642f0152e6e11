/* std: standard deviation of each channel and bin over the segment's frames. Unit: the stream's. */
#include <math.h>

#include "moments.h"

typedef struct std_params {
  int64_t ddof;
} std_params;

typedef struct std_state {
  bl_moments moments; /* first: the shared slots see this part */
  int64_t ddof;
} std_state;

static const bl_opt opts[] = {
    BL_INT(std_params, ddof, "0", 0, 1, "", "sums are divided by the frames less this: 0 as numpy, 1 unbiased"),
    BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, "std", "%s", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  std_state *s = state;
  s->ddof = ((const std_params *)params)->ddof;
  return bl_moments_init(ctx, &s->moments, in, 2);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const std_state *s = state;
  for (size_t i = 0; i < s->moments.width; i++) {
    double var;
    bl_status status = bl_moments_variance(ctx, &s->moments, "std", s->ddof, i, &var);
    if (status) return status;
    row[i] = (float)sqrt(var);
  }
  return BL_OK;
}

const bl_summary_class bl_summary_std = {
    .name = "std",
    .summary = "standard deviation over time of each channel and bin",
    .source = "numpy.std",
    .opts = opts,
    .params_size = sizeof(std_params),
    .state_size = sizeof(std_state),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = finish,
    .release = bl_moments_release,
};
