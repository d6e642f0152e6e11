/* Coverage error: how far down the ranking of its labels one must go, on average, to have all labels of a row; equal
 * scores count as far as they go. The best is the mean number of labels a row. A row without a label counts 0. */
#include <math.h>

#include "metric_private.h"

static double depth(const bl_scored *s, size_t row)
{
  size_t k = s->n_classes, n = 0;
  const double *y = s->y + row * k, *v = bl_label_scores(s) + row * k;
  double lowest = INFINITY;
  for (size_t c = 0; c < k; c++) lowest = y[c] > 0 && v[c] < lowest ? v[c] : lowest;
  for (size_t c = 0; c < k; c++) n += v[c] >= lowest;
  return (double)n;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_rows(s, depth);
  return BL_OK;
}

const bl_metric_class bl_metric_coverage_error = {
    .name = "coverage_error",
    .summary = "How many labels must be named to have all of a row's",
    .source = "scikit-learn coverage_error; Tsoumakas, Katakis and Vlahavas 2010",
    .for_labels = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_SCORES,
    .score = score,
};
