/* decorr_time: decorrelation time: the first lag at which the autocorrelation changes its sign, in seconds.
 *
 * The autocorrelation of the samples less their mean at the lags up to `lags`. It is that of the segment closed to a
 * ring, as mne-features has it by an FFT without zeros behind the signal. -1 when it changes sign at none of them, as in
 * mne-features. A constant has none: NaN and a warning. */
#include <math.h>

#include "series.h"

typedef struct decorr_time_params {
  int64_t lags;
} decorr_time_params;

static const bl_opt opts[] = {
    BL_INT(decorr_time_params, lags, "50", 1, 1e6, "samples", "the longest lag that is looked at"), BL_OPT_END};

static double at_lag(const double *x, size_t n, size_t lag)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i] * x[i + lag < n ? i + lag : i + lag - n];
  return sum;
}

static int sign_of(double x) { return (x > 0) - (x < 0); }

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx;
  size_t lags = (size_t)((const decorr_time_params *)s->params)->lags;
  double mean = 0;
  for (size_t i = 0; i < n; i++) mean += x[i];
  mean /= (double)n;
  for (size_t i = 0; i < n; i++) x[i] -= mean;
  int sign = sign_of(at_lag(x, n, 0));
  *out = sign ? -1 : (double)NAN;
  for (size_t lag = 1; sign && lag <= lags && lag < n; lag++) {
    if (sign_of(at_lag(x, n, lag)) == sign) continue;
    *out = (double)lag / s->in->rate_hz;
    break;
  }
  return BL_OK;
}

static const char *const what[] = {"decorr_time"}, *const units[] = {"s"};
static const bl_series_form form = {"decorr_time", what, units, 1, 2, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_decorr_time = {
    .name = "decorr_time",
    .summary = "time after which each channel and bin is no longer correlated with itself",
    .source = "Teixeira and others 2011; mne_features.univariate.compute_decorr_time",
    .opts = opts,
    .params_size = sizeof(decorr_time_params),
    BL_SERIES_SLOTS,
};
