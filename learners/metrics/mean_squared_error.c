/* Mean squared error, in the target's unit squared; of several targets their plain mean. */
#include "metric_private.h"

double bl_mean_squared_error(const bl_scored *s, size_t target)
{
  double sum = 0, all = 0;
  size_t k = bl_n_targets(s);
  for (size_t i = 0; i < s->n; i++) {
    double e = s->y[i * k + target] - s->pred[i * k + target], w = bl_weight_of(s, i);
    sum += w * e * e;
    all += w;
  }
  return sum / all;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_targets(s, bl_mean_squared_error);
  return BL_OK;
}

const bl_metric_class bl_metric_mean_squared_error = {
    .name = "mean_squared_error",
    .summary = "Mean squared distance of prediction and target",
    .source = "scikit-learn mean_squared_error",
    .for_numbers = true,
    .greater_is_better = false,
    .needs = BL_NEEDS_PRED,
    .score = score,
};
