/* Mean absolute percentage error, as a share: the mean of |y - p| / |y|, where |y| is taken as the machine epsilon at
 * least, so that a target of 0 makes it huge. Of several targets the plain mean. */
#include <float.h>
#include <math.h>

#include "metric_private.h"

static double loss(const void *unused, double y, double pred)
{
  (void)unused;
  return fabs(y - pred) / fmax(fabs(y), DBL_EPSILON);
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  *out = bl_mean_losses(s, loss, params);
  return BL_OK;
}

const bl_metric_class bl_metric_mean_absolute_percentage_error = {
    .name = "mean_absolute_percentage_error",
    .summary = "Mean distance of prediction and target, as a share of the target",
    .source = "scikit-learn mean_absolute_percentage_error",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
