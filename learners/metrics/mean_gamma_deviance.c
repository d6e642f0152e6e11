/* Mean gamma deviance: 2 (ln(p / y) + y / p - 1), the same in any unit. NaN with a warning unless all predictions and
 * targets are above 0. */
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  static const double power = 2;
  (void)params;
  bool defined;
  *out = (double)NAN;
  bl_status e = bl_tweedie_defined(ctx, "mean_gamma_deviance", s, power, &defined);
  if (!e && defined) *out = bl_mean_losses(s, bl_tweedie_loss, &power);
  return e;
}

const bl_metric_class bl_metric_mean_gamma_deviance = {
    .name = "mean_gamma_deviance",
    .summary = "Mean deviance of amounts above 0",
    .source = "Jorgensen 1987; scikit-learn mean_gamma_deviance",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
