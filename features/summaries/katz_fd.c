/* katz_fd: Katz's fractal dimension, from the length of the curve and its extent.
 *
 * log(L / a) / log(d / a): L the sum and a the mean of the steps, d the largest distance from the first sample. A
 * constant has none (NaN), what moves to and fro between two values an infinite one; both with a warning. */
#include <math.h>

#include "series.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx, (void)s;
  double length = 0, extent = 0;
  for (size_t i = 1; i < n; i++) {
    length += fabs(x[i] - x[i - 1]);
    extent = fmax(extent, fabs(x[i] - x[0]));
  }
  double step = length / (double)(n - 1);
  *out = log10(length / step) / log10(extent / step);
  return BL_OK;
}

static const char *const what[] = {"katz_fd"}, *const units[] = {"1"};
static const bl_series_form form = {"katz_fd", what, units, 1, 2, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_katz_fd = {
    .name = "katz_fd",
    .summary = "fractal dimension after Katz of each channel and bin",
    .source = "Katz 1988; antropy.katz_fd",
    BL_SERIES_SLOTS,
};
