/* min: smallest value over the segment's frames. A NaN that comes in comes out, as in numpy. */
#include "moments.h"

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  (void)ctx;
  bl_moments_push_extreme(state, x, n, -1);
  return BL_OK;
}

static bl_status value(bl_ctx *ctx, const bl_moments *m, size_t i, double *out)
{
  (void)ctx;
  *out = m->m[0][i];
  return BL_OK;
}

static const bl_moment_form form = {"min", "%s", 1, value};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, form.name, form.unit, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_moments_init(ctx, state, in, &form, params);
}

const bl_summary_class bl_summary_min = {
    .name = "min",
    .summary = "smallest value over time of each channel and bin",
    .source = "numpy.min",
    .state_size = sizeof(bl_moments),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = push,
    .finish = bl_moments_finish,
    .release = bl_moments_release,
};
