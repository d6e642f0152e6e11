/* max_cross_corr: the largest correlation of pairs of channels over delays of the first one, as mne-features has it.
 *
 * Channels are centred and divided by their standard deviation (ddof 1); of each delay t from 0 to max_lag_s
 * |sum a[i + t] b[i]| / (n - t), and of these the largest. Only delays of the first channel of a pair are tried, for the peer
 * means to try both but takes the modulus of negative ones. A constant channel has no correlation: NaN and a warning. */
#include <math.h>

#include "pairs.h"

typedef struct max_cross_corr_params {
  double max_lag_s;
} max_cross_corr_params;

static const bl_opt opts[] = {
    BL_REAL(max_cross_corr_params, max_lag_s, "0.5", 0, 1e6, "s", "longest delay that is tried"), BL_OPT_END};

static const bl_series_form form = {.name = "max_cross_corr", .n_values = 1, .need = 2};

static double value(const bl_series *s, const double *of, size_t a, size_t b)
{
  const max_cross_corr_params *p = s->params;
  const double *x = of + a * s->n, *y = of + b * s->n;
  double most = NAN, lags = floor(p->max_lag_s * s->in->rate_hz + 1e-9);
  for (size_t t = 0; t < s->n && (double)t <= lags; t++) {
    double sum = 0;
    for (size_t i = 0; i + t < s->n; i++) sum += x[i + t] * y[i];
    most = fmax(most, fabs(sum) / (double)(s->n - t));
  }
  return most;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_pairs_shape(ctx, form.name, in, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, state, in, &form, 0, params);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  bl_series *s = state;
  double *x;
  bl_status status = bl_pairs_channels(ctx, s, 1, &x);
  for (size_t c = 0; !status && c < s->width; c++) {
    double mean = bl_mean(x + c * s->n, s->n), sd = sqrt(bl_variance(x + c * s->n, s->n, 1));
    for (size_t i = c * s->n; i < (c + 1) * s->n; i++) x[i] = sd > 0 ? (x[i] - mean) / sd : NAN;
  }
  return status ? status : bl_pairs_row(ctx, s, value, x, row);
}

const bl_summary_class bl_summary_max_cross_corr = {
    .name = "max_cross_corr",
    .summary = "largest correlation of pairs of channels over delays",
    .source = "mne_features.bivariate.compute_max_cross_corr",
    .opts = opts,
    .params_size = sizeof(max_cross_corr_params),
    .state_size = sizeof(bl_series),
    .shape = shape,
    .init = init,
    .begin = bl_series_begin,
    .push = bl_series_push,
    .finish = finish,
    .release = bl_series_release,
};
