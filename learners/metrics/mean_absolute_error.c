/* Mean absolute error, in the target's unit; of several targets their plain mean. */
#include <math.h>

#include "metric_private.h"

static double of_target(const bl_scored *s, size_t target)
{
  double sum = 0, all = 0;
  size_t k = bl_n_targets(s);
  for (size_t i = 0; i < s->n; i++) {
    sum += bl_weight_of(s, i) * fabs(s->y[i * k + target] - s->pred[i * k + target]);
    all += bl_weight_of(s, i);
  }
  return sum / all;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_targets(s, of_target);
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
