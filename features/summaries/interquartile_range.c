/* interquartile_range: differences of quartiles of each channel and bin: iqr1-2 and iqr2-3, from the first to the second
 * and from the second to the third, and iqr1-3. Quartiles are numpy's (bl_quantile). */
#include "baleen/sort.h"
#include "series.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx, (void)s;
  bl_sort(x, n);
  double q1 = bl_quantile(x, n, 0.25), q2 = bl_quantile(x, n, 0.5), q3 = bl_quantile(x, n, 0.75);
  out[0] = q2 - q1;
  out[1] = q3 - q2;
  out[2] = q3 - q1;
  return BL_OK;
}

static const char *const what[] = {"iqr1-2", "iqr2-3", "iqr1-3"};
static const char *const units[] = {"%d", "%d", "%d"};
static const bl_series_form form = {"interquartile_range", what, units, 3, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_interquartile_range = {
    .name = "interquartile_range",
    .summary = "differences of quartiles of each channel and bin",
    .source = "openSMILE Percentiles, scipy.stats.iqr",
    BL_SERIES_SLOTS,
};
