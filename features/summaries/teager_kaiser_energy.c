/* teager_kaiser_energy: mean and standard deviation (over n - 1) of the Teager-Kaiser energy x[i]^2 - x[i - 1] x[i + 1], of
 * each level of a wavelet transform (dwt.h), of each channel and bin.
 *
 * It tells how strong and how fast an oscillation is: A^2 sin^2(w) for A cos(w i). Row: [channel][bin][level][mean, std],
 * the last approximation first, then the details from coarse to fine, as in mne-features. */
#include <math.h>
#include <stdio.h>

#include "dwt.h"

/* Replaces n coefficients by the n - 2 energies. */
static void to_energies(double *x, size_t n)
{
  for (size_t i = 0; i + 2 < n; i++) x[i] = x[i + 1] * x[i + 1] - x[i] * x[i + 2];
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  bl_dwt t;
  bl_status status = bl_dwt_run(ctx, s, s->params, x, n, &t);
  for (size_t i = 0; !status && i < s->n_values / 2; i++) {
    if ((status = bl_series_need(ctx, s, t.n[i], 4))) break; /* a level of fewer coefficients has no deviation */
    to_energies(t.v[i], t.n[i]);
    out[2 * i] = bl_mean(t.v[i], t.n[i] - 2);
    out[2 * i + 1] = sqrt(bl_variance(t.v[i], t.n[i] - 2, 1));
  }
  return status;
}

static const bl_series_form form = {"teager_kaiser_energy", NULL, NULL, 0, 1, values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  char text[2 * BL_DWT_LEVELS + 2][40];
  const char *what[2 * BL_DWT_LEVELS + 2], *units[2 * BL_DWT_LEVELS + 2];
  size_t level = (size_t)((const bl_dwt_params *)params)->level, n = 2 * level + 2;
  for (size_t i = 0; i < n; i++) {
    const char *number = i % 2 ? "std" : "mean";
    if (i < 2) snprintf(text[i], sizeof text[i], "approximation_teager_%s", number);
    else snprintf(text[i], sizeof text[i], "detail%zu_teager_%s", level - i / 2 + 1, number);
    what[i] = text[i];
    units[i] = "%s^2";
  }
  return bl_features_each_of(ctx, in, what, units, n, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, state, in, &form, 2 * (size_t)((const bl_dwt_params *)params)->level + 2, params);
}

const bl_summary_class bl_summary_teager_kaiser_energy = {
    .name = "teager_kaiser_energy",
    .summary = "Teager-Kaiser energy of each level's wavelet coefficients of each channel and bin",
    .source = "Kaiser 1990; mne_features.univariate.compute_teager_kaiser_energy",
    .opts = bl_dwt_opts,
    .params_size = sizeof(bl_dwt_params),
    BL_SERIES_SLOTS,
};
