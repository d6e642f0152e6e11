/* petrosian_fd: Petrosian's fractal dimension, from how often the differences of samples change sign.
 *
 * log n / (log n + log(n / (n + 0.4 changes))); a difference of zero counts as positive. 1 for what only rises. */
#include <math.h>

#include "series.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx, (void)s;
  for (size_t i = 0; i + 1 < n; i++) x[i] = x[i + 1] - x[i];
  double size = (double)n, changes = (double)bl_sign_changes(x, n - 1);
  *out = log10(size) / (log10(size) + log10(size / (size + 0.4 * changes)));
  return BL_OK;
}

static const char *const what[] = {"petrosian_fd"}, *const units[] = {"1"};
static const bl_series_form form = {"petrosian_fd", what, units, 1, 2, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_petrosian_fd = {
    .name = "petrosian_fd",
    .summary = "fractal dimension after Petrosian of each channel and bin",
    .source = "Petrosian 1995; antropy.petrosian_fd",
    BL_SERIES_SLOTS,
};
