/* std: standard deviation of each channel and bin over the segment's frames. Unit: the stream's. */
#include <math.h>

#include "moments.h"

static bl_status value(bl_ctx *ctx, const bl_moments *m, size_t i, double *out)
{
  const bl_ddof_params *p = m->params;
  bl_status s = bl_moments_variance(ctx, m, p->ddof, i, out);
  if (!s) *out = sqrt(*out);
  return s;
}

static const bl_moment_form form = {"std", "%d", 2, value};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, form.name, form.unit, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_moments_init(ctx, state, in, &form, params);
}

const bl_summary_class bl_summary_std = {
    .name = "std",
    .summary = "standard deviation over time of each channel and bin",
    .source = "numpy.std",
    .opts = bl_ddof_opts,
    .params_size = sizeof(bl_ddof_params),
    .state_size = sizeof(bl_moments),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = bl_moments_finish,
    .release = bl_moments_release,
};
