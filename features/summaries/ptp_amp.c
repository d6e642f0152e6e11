/* ptp_amp: peak-to-peak amplitude, the largest value less the smallest, of each channel and bin. */
#include "series.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx, (void)s;
  double lo = x[0], hi = x[0];
  for (size_t i = 1; i < n; i++) {
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  *out = hi - lo;
  return BL_OK;
}

static const char *const what[] = {"ptp_amp"}, *const units[] = {"%d"};
static const bl_series_form form = {"ptp_amp", what, units, 1, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_ptp_amp = {
    .name = "ptp_amp",
    .summary = "peak-to-peak amplitude of each channel and bin",
    .source = "numpy.ptp",
    BL_SERIES_SLOTS,
};
