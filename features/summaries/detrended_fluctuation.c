/* detrended_fluctuation: detrended fluctuation analysis (DFA): how the wandering of the summed signal grows with the window.
 *
 * The running sum of the samples less their mean is cut into windows of w samples (a last that is not full is left out),
 * each freed of its straight line; F(w) is the root of the mean square that remains. The exponent is the slope of log F
 * over log w, w = 4, 4 * 1.2, 4 * 1.2^2 .. rounded down, up to a tenth of the segment: 0.5 for white noise, 1.5 for its
 * sum. Lengths whose F is 0 are left out; where none remains, as for a constant, NaN and a warning. */
#include <math.h>

#include "series.h"

/* Sum of squares of y[0 .. w) around its straight line. */
static double around_line(const double *y, size_t w)
{
  double n = (double)w, middle = (n - 1) / 2, mean = 0, xy = 0, squares = 0;
  for (size_t i = 0; i < w; i++) mean += y[i] / n;
  for (size_t i = 0; i < w; i++) xy += ((double)i - middle) * y[i];
  double slope = xy / (n * (n * n - 1) / 12);
  for (size_t i = 0; i < w; i++) {
    double rest = y[i] - mean - slope * ((double)i - middle);
    squares += rest * rest;
  }
  return squares;
}

static double fluctuation(const double *walk, size_t n, size_t w)
{
  double sum = 0;
  size_t windows = n / w;
  for (size_t i = 0; i < windows; i++) sum += around_line(walk + i * w, w) / (double)w;
  return sqrt(sum / (double)windows);
}

static void sum_up(double *x, size_t n)
{
  double mean = 0, sum = 0;
  for (size_t i = 0; i < n; i++) mean += x[i];
  mean /= (double)n;
  for (size_t i = 0; i < n; i++) x[i] = sum += x[i] - mean;
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  double *log_w;
  size_t longest = 0, lengths = 0, most = (size_t)floor(log(0.1 * (double)n / 4) / log(1.2)) + 1;
  bl_status status = bl_series_room(ctx, s, 2 * most, &log_w);
  if (status) return status;
  sum_up(x, n);
  for (size_t i = 0; i < most; i++) {
    size_t w = (size_t)floor(4 * pow(1.2, (double)i));
    if (w <= longest) continue;
    longest = w;
    double f = fluctuation(x, n, w);
    if (f == 0) continue;
    log_w[lengths] = log((double)w);
    log_w[most + lengths++] = log(f);
  }
  *out = lengths ? bl_slope(log_w, log_w + most, lengths) : (double)NAN;
  return BL_OK;
}

static const char *const what[] = {"detrended_fluctuation"}, *const units[] = {"1"};
static const bl_series_form form = {"detrended_fluctuation", what, units, 1, 58, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_detrended_fluctuation = {
    .name = "detrended_fluctuation",
    .summary = "exponent of the detrended fluctuation analysis of each channel and bin",
    .source = "Peng and others 1994; antropy.detrended_fluctuation",
    BL_SERIES_SLOTS,
};
