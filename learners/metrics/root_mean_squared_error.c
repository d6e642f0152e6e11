/* Root mean squared error, in the target's unit. */
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = sqrt(bl_mean_squared_error(s));
  return BL_OK;
}

const bl_metric_class bl_metric_root_mean_squared_error = {
    .name = "root_mean_squared_error",
    .summary = "Square root of the mean squared error",
    .source = "scikit-learn root_mean_squared_error",
    .for_numbers = true,
    .greater_is_better = false,
    .needs = BL_NEEDS_PRED,
    .score = score,
};
