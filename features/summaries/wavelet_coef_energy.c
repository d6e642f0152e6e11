/* wavelet_coef_energy: sum of the squared coefficients of each level of a wavelet transform (dwt.h), of each channel and
 * bin. Row: [channel][bin][level], the finest details first; the last approximation is left out, as in mne-features. */
#include <stdio.h>

#include "dwt.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  bl_dwt t;
  bl_status status = bl_dwt_run(ctx, s, s->params, x, n, &t);
  if (status) return status;
  for (size_t i = 0; i < s->n_values; i++) {
    const double *v = t.v[s->n_values - i];
    out[i] = 0;
    for (size_t k = 0; k < t.n[s->n_values - i]; k++) out[i] += v[k] * v[k];
  }
  return BL_OK;
}

static const bl_series_form form = {"wavelet_coef_energy", NULL, NULL, 0, 1, values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  char text[BL_DWT_LEVELS][40]; /* room for any size_t, of which a compiler cannot tell how small it is here */
  const char *what[BL_DWT_LEVELS], *units[BL_DWT_LEVELS];
  size_t level = (size_t)((const bl_dwt_params *)params)->level;
  for (size_t i = 0; i < level; i++) {
    snprintf(text[i], sizeof text[i], "detail%zu_energy", i + 1);
    what[i] = text[i];
    units[i] = "%s^2";
  }
  return bl_features_each_of(ctx, in, what, units, level, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, state, in, &form, (size_t)((const bl_dwt_params *)params)->level, params);
}

const bl_summary_class bl_summary_wavelet_coef_energy = {
    .name = "wavelet_coef_energy",
    .summary = "energy of each level's wavelet coefficients of each channel and bin",
    .source = "mne_features.univariate.compute_wavelet_coef_energy; pywt.wavedec",
    .opts = bl_dwt_opts,
    .params_size = sizeof(bl_dwt_params),
    BL_SERIES_SLOTS,
};
