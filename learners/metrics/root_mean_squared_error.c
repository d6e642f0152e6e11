/* Root mean squared error, in the target's unit; of several targets the plain mean of each one's. */
#include <math.h>

#include "metric_private.h"

static double of_target(const bl_scored *s, size_t target)
{
  return sqrt(bl_mean_loss(s, target, bl_squared_error, NULL));
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_targets(s, of_target);
  return BL_OK;
}

const bl_metric_class bl_metric_root_mean_squared_error = {
    .name = "root_mean_squared_error",
    .summary = "Square root of the mean squared error",
    .source = "scikit-learn root_mean_squared_error",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
