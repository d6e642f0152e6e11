/* Average precision: the sum over thresholds of (recall gained) * precision, without interpolation. Two classes: of
 * class 1; more: the mean over classes, each against the rest. A class without rows has none and is left out with a
 * warning; nothing left is NaN with a warning. */
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)params;
  double sum = 0;
  size_t defined = 0, from = s->n_classes == 2 ? 1 : 0;
  for (size_t k = from; k < s->n_classes; k++) {
    double share, v;
    bl_status e = bl_rank_class(ctx, s, bl_average_precision, k, SIZE_MAX, &share, &v);
    if (e) return e;
    if (isnan(v)) continue;
    sum += v;
    defined++;
  }
  *out = defined ? sum / (double)defined : (double)NAN;
  if (defined < s->n_classes - from)
    bl_warn(ctx, BL_W_UNDEFINED, "average_precision: %zu classes have no rows and no score",
            s->n_classes - from - defined);
  return BL_OK;
}

const bl_metric_class bl_metric_average_precision = {
    .name = "average_precision",
    .summary = "Area under the precision-recall steps",
    .source = "scikit-learn average_precision_score",
    .for_classes = true,
    .greater_is_better = true,
    .needs = BL_NEEDS_SCORES,
    .score = score,
};
