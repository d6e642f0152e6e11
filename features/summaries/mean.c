/* mean: of each channel and bin over the segment's frames; a double sum in frame order. Unit: the stream's. */
#include "moments.h"

static bl_status value(bl_ctx *ctx, const bl_moments *m, size_t i, double *out)
{
  (void)ctx;
  *out = m->m[0][i] / (double)m->n;
  return BL_OK;
}

static const bl_moment_form form = {"mean", "%s", 1, value};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, form.name, form.unit, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_moments_init(ctx, state, in, &form, params);
}

const bl_summary_class bl_summary_mean = {
    .name = "mean",
    .summary = "mean over time of each channel and bin",
    .source = "numpy.mean",
    .state_size = sizeof(bl_moments),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = bl_moments_finish,
    .release = bl_moments_release,
};
