/* Root of the mean squared logarithmic error: of ln(1 + p) and ln(1 + y). NaN with a warning where one of them is below 0. Of several
 * targets the plain mean. */
#include <math.h>

#include "metric_private.h"

static double of_target(const bl_scored *s, size_t target)
{
  double v = bl_mean_loss(s, target, bl_squared_log_error, NULL);
  return sqrt(v);
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)params;
  *out = bl_mean_over_targets(s, of_target);
  if (isnan(*out))
    bl_warn(ctx, BL_W_UNDEFINED, "root_mean_squared_log_error: undefined for targets and predictions below 0");
  return BL_OK;
}

const bl_metric_class bl_metric_root_mean_squared_log_error = {
    .name = "root_mean_squared_log_error",
    .summary = "Square root of the mean squared distance of the logarithms of prediction and target",
    .source = "scikit-learn root_mean_squared_log_error",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
