/* Maximum error: the largest distance of prediction and target, in its unit, over rows of any weight. Of several targets
 * the plain mean. */
#include <math.h>

#include "metric_private.h"

static double of_target(const bl_scored *s, size_t target)
{
  double most = 0;
  size_t k = bl_n_targets(s);
  for (size_t i = 0; i < s->n; i++)
    if (bl_weight_of(s, i) > 0) most = fmax(most, fabs(s->y[i * k + target] - s->pred[i * k + target]));
  return most;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_targets(s, of_target);
  return BL_OK;
}

const bl_metric_class bl_metric_max_error = {
    .name = "max_error",
    .summary = "Largest distance of prediction and target",
    .source = "scikit-learn max_error",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
