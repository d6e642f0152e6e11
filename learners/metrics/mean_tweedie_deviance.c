/* Mean Tweedie deviance: squared error (power 0), Poisson (1), gamma (2), and what lies between and beyond. NaN with a
 * warning where a target or prediction has a sign that the distribution does not know. */
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *vp, const bl_scored *s, double *out)
{
  double power = ((const bl_tweedie_params *)vp)->power;
  bool defined;
  *out = (double)NAN;
  bl_status e = bl_tweedie_defined(ctx, "mean_tweedie_deviance", s, power, &defined);
  if (!e && defined) *out = bl_mean_losses(s, bl_tweedie_loss, &power);
  return e;
}

const bl_metric_class bl_metric_mean_tweedie_deviance = {
    .name = "mean_tweedie_deviance",
    .summary = "Mean deviance of numbers whose variance goes with a power of the mean",
    .source = "Jorgensen 1987; scikit-learn mean_tweedie_deviance",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .opts = bl_tweedie_opts,
    .params_size = sizeof(bl_tweedie_params),
    .score = score,
};
