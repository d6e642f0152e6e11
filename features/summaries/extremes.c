/* extremes: where each channel and bin is largest and smallest, and how far from its mean: openSMILE's Extremes. Its range
 * is ptp_amp, its bounds are min and max.
 *
 * maxPos, minPos      seconds from the segment's first frame to that of the first largest and the first smallest value
 * maxameandist        the largest value less the mean
 * minameandist        the mean less the smallest value */
#include "series.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx;
  size_t hi = 0, lo = 0;
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    sum += x[i];
    if (x[i] > x[hi]) hi = i;
    if (x[i] < x[lo]) lo = i;
  }
  out[0] = (double)hi / s->in->rate_hz;
  out[1] = (double)lo / s->in->rate_hz;
  out[2] = x[hi] - sum / (double)n;
  out[3] = sum / (double)n - x[lo];
  return BL_OK;
}

static const char *const what[] = {"maxPos", "minPos", "maxameandist", "minameandist"};
static const char *const units[] = {"s", "s", "%d", "%d"};
static const bl_series_form form = {"extremes", what, units, 4, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_extremes = {
    .name = "extremes",
    .summary = "place of the largest and smallest value, and their distance from the mean",
    .source = "openSMILE Extremes",
    BL_SERIES_SLOTS,
};
