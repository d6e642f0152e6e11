/* hjorth: activity, mobility and complexity of each channel and bin, from differences between samples.
 *
 * Activity is the variance; mobility the standard deviation of the differences over that of the samples; complexity the
 * mobility of the differences over that of the samples. antropy (and YASA): plain differences, sums over n. mne_features:
 * a 0 stands before the first sample and counts for both deviations, so that a mean far from zero changes both; sums
 * over n - 1. A channel without variance has neither: NaN and a warning. The same from the spectrum: hjorth_spect. */
#include <math.h>

#include "series.h"

typedef struct hjorth_params {
  int convention;
} hjorth_params;

static const bl_opt opts[] = {BL_ENUM(hjorth_params, convention, "antropy", bl_peers,
                                      "antropy: textbook; mne_features: a 0 before the first sample, n - 1"),
                              BL_OPT_END};

/* Replaces n numbers by their n - 1 differences. */
static void differ(double *x, size_t n)
{
  for (size_t i = 0; i + 1 < n; i++) x[i] = x[i + 1] - x[i];
}

static void plain(double *x, size_t n, double *out)
{
  double var = bl_variance(x, n, 0);
  differ(x, n);
  double first = bl_variance(x, n - 1, 0);
  differ(x, n - 1);
  double second = bl_variance(x, n - 2, 0);
  out[0] = var;
  out[1] = sqrt(first / var);
  out[2] = sqrt(second / first) / out[1];
}

/* Mobility of 0, x[1], .. x[n]; x becomes the n differences, and has room for n + 1. */
static double mobility_from_zero(double *x, size_t n)
{
  for (size_t i = n; i-- > 0;) x[i + 1] = x[i];
  x[0] = 0;
  double sd = sqrt(bl_variance(x, n + 1, 1));
  differ(x, n + 1);
  return sqrt(bl_variance(x, n, 1)) / sd;
}

static bl_status from_zero(bl_ctx *ctx, bl_series *s, const double *x, size_t n, double *out)
{
  double *y;
  bl_status status = bl_series_room(ctx, s, n + 1, &y);
  if (status) return status;
  for (size_t i = 0; i < n; i++) y[i] = x[i];
  out[0] = bl_variance(x, n, 1);
  out[1] = mobility_from_zero(y, n);
  out[2] = mobility_from_zero(y, n) / out[1];
  return BL_OK;
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const hjorth_params *p = s->params;
  if (p->convention == BL_MNE_FEATURES) return from_zero(ctx, s, x, n, out);
  plain(x, n, out);
  return BL_OK;
}

static const char *const what[] = {"hjorth_activity", "hjorth_mobility", "hjorth_complexity"}, *const units[] = {
                                                                                                   "%s^2", "1", "1"};
static const bl_series_form form = {"hjorth", what, units, 3, 3, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_hjorth = {
    .name = "hjorth",
    .summary = "activity, mobility and complexity of each channel and bin",
    .source = "Hjorth 1970; antropy.hjorth_params",
    .opts = opts,
    .params_size = sizeof(hjorth_params),
    BL_SERIES_SLOTS,
};
