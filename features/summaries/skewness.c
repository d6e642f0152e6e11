/* skewness: third central moment over the variance to the power 3/2, of each channel and bin.
 *
 * Biased, as scipy's default. A constant channel has none: NaN as in scipy and a warning, or 0 if `constant` says so.
 * */
#include <math.h>

#include "moments.h"

static bl_status value(bl_ctx *ctx, const bl_moments *m, size_t i, double *out)
{
  double n = (double)m->n, var = m->m[1][i] / n;
  *out = var == 0 ? bl_moments_of_constant(ctx, m, i) : m->m[2][i] / n / (var * sqrt(var));
  return BL_OK;
}

static const bl_moment_form form = {"skewness", "1", 3, value};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, form.name, form.unit, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_moments_init(ctx, state, in, &form, params);
}

const bl_summary_class bl_summary_skewness = {
    .name = "skewness",
    .summary = "skewness over time of each channel and bin",
    .source = "scipy.stats.skew",
    .opts = bl_constant_opts,
    .params_size = sizeof(bl_constant_params),
    .state_size = sizeof(bl_moments),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = bl_moments_finish,
    .release = bl_moments_release,
};
