/* Mean absolute error, in the target's unit. */
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  double sum = 0, all = 0;
  for (size_t i = 0; i < s->n; i++) {
    sum += bl_weight_of(s, i) * fabs(s->y[i] - s->pred[i]);
    all += bl_weight_of(s, i);
  }
  *out = sum / all;
  return BL_OK;
}

const bl_metric_class bl_metric_mean_absolute_error = {
    .name = "mean_absolute_error",
    .summary = "Mean distance of prediction and target",
    .source = "scikit-learn mean_absolute_error",
    .for_numbers = true,
    .greater_is_better = false,
    .needs = BL_NEEDS_PRED,
    .score = score,
};
