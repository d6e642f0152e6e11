/* times: for which share of a segment each channel and bin is above levels, rising, falling and curved: openSMILE's Times.
 *
 * upleveltimeP        share of the frames above min + P % of the range
 * risetime, falltime  share of the steps from frame to frame that go up, and down
 * leftctime           share of the inner frames at which the step behind is larger than the step before: curved to the left
 * rightctime          the same where it is smaller
 * Of a segment of fewer than three frames shares of steps or inner frames are 0. */
#include "series.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  static const double levels[] = {0.25, 0.5, 0.75, 0.9};
  (void)ctx, (void)s;
  double lo = x[0], hi = x[0];
  size_t rise = 0, fall = 0, left = 0, right = 0;
  for (size_t i = 1; i < n; i++) {
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
    rise += x[i] > x[i - 1];
    fall += x[i] < x[i - 1];
  }
  for (size_t i = 1; i + 1 < n; i++) {
    left += x[i + 1] - x[i] > x[i] - x[i - 1];
    right += x[i + 1] - x[i] < x[i] - x[i - 1];
  }
  for (size_t k = 0; k < 4; k++) {
    size_t above = 0;
    for (size_t i = 0; i < n; i++) above += x[i] > lo + levels[k] * (hi - lo);
    out[k] = (double)above / (double)n;
  }
  double steps = n > 1 ? (double)(n - 1) : 1, inner = n > 2 ? (double)(n - 2) : 1;
  out[4] = (double)rise / steps;
  out[5] = (double)fall / steps;
  out[6] = (double)left / inner;
  out[7] = (double)right / inner;
  return BL_OK;
}

static const char *const what[] = {"upleveltime25", "upleveltime50", "upleveltime75", "upleveltime90",
                                   "risetime",      "falltime",      "leftctime",     "rightctime"};
static const char *const units[] = {"1", "1", "1", "1", "1", "1", "1", "1"};
static const bl_series_form form = {"times", what, units, 8, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_times = {
    .name = "times",
    .summary = "share of time above levels, rising, falling, curved",
    .source = "openSMILE Times",
    BL_SERIES_SLOTS,
};
