/* Mean Poisson deviance: 2 (y ln(y / p) - y + p). NaN with a warning unless all predictions are above 0 and no target is
 * below it. */
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  static const double power = 1;
  (void)params;
  bool defined;
  *out = (double)NAN;
  bl_status e = bl_tweedie_defined(ctx, "mean_poisson_deviance", s, power, &defined);
  if (!e && defined) *out = bl_mean_losses(s, bl_tweedie_loss, &power);
  return e;
}

const bl_metric_class bl_metric_mean_poisson_deviance = {
    .name = "mean_poisson_deviance",
    .summary = "Mean deviance of counts",
    .source = "Jorgensen 1987; scikit-learn mean_poisson_deviance",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
