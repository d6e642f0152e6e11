/* kurtosis: fourth central moment over the variance squared, less 3 (a normal gives 0), of each channel and bin.
 *
 * Biased, as scipy's default. A constant channel has none: NaN as in scipy and a warning, or 0 if `constant` says so.
 * */
#include "moments.h"

static bl_status value(bl_ctx *ctx, const bl_moments *m, size_t i, double *out)
{
  double n = (double)m->n, var = m->m[1][i] / n;
  *out = var == 0 ? bl_moments_of_constant(ctx, m, i) : m->m[3][i] / n / (var * var) - 3;
  return BL_OK;
}

static const bl_moment_form form = {"kurtosis", "1", 4, value};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, form.name, form.unit, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_moments_init(ctx, state, in, &form, params);
}

const bl_summary_class bl_summary_kurtosis = {
    .name = "kurtosis",
    .summary = "excess kurtosis over time of each channel and bin",
    .source = "scipy.stats.kurtosis",
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
