/* Mean absolute error, in the target's unit; of several targets their plain mean. */
#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  *out = bl_mean_losses(s, bl_absolute_error, params);
  return BL_OK;
}

const bl_metric_class bl_metric_mean_absolute_error = {
    .name = "mean_absolute_error",
    .summary = "Mean distance of prediction and target",
    .source = "scikit-learn mean_absolute_error",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
