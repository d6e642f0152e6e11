/* line_length: mean absolute difference from one sample to the next, of each channel and bin.
 *
 * The mean, as mne-features has it; Esteller's sum is that times the samples less one. */
#include <math.h>

#include "series.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx, (void)s;
  double sum = 0;
  for (size_t i = 1; i < n; i++) sum += fabs(x[i] - x[i - 1]);
  *out = sum / (double)(n - 1);
  return BL_OK;
}

static const char *const what[] = {"line_length"}, *const units[] = {"%d"};
static const bl_series_form form = {"line_length", what, units, 1, 2, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_line_length = {
    .name = "line_length",
    .summary = "mean absolute step from sample to sample of each channel and bin",
    .source = "Esteller and others 2001; mne_features.univariate.compute_line_length",
    BL_SERIES_SLOTS,
};
