/* D2 of Tweedie deviance: 1 - deviance / the deviance of the mean target. NaN with a warning where a target or prediction
 * has a sign that the distribution does not know; of a constant target 1 when all is predicted exactly, else 0, with a
 * warning. */
#include <math.h>

#include "metric_private.h"

static double mean(const void *unused, const double *y, const double *weight, size_t n)
{
  double sum = 0, all = 0;
  (void)unused;
  for (size_t i = 0; i < n; i++) {
    sum += (weight ? weight[i] : 1) * y[i];
    all += weight ? weight[i] : 1;
  }
  return sum / all;
}

static bl_status score(bl_ctx *ctx, const void *vp, const bl_scored *s, double *out)
{
  double power = ((const bl_tweedie_params *)vp)->power;
  bool defined;
  *out = (double)NAN;
  bl_status e = bl_tweedie_defined(ctx, "d2_tweedie", s, power, &defined);
  return e || !defined ? e : bl_d2(ctx, "d2_tweedie", s, bl_tweedie_loss, mean, &power, out);
}

const bl_metric_class bl_metric_d2_tweedie = {
    .name = "d2_tweedie",
    .summary = "Share of the Tweedie deviance that is predicted away",
    .source = "Hastie, Tibshirani and Wainwright 2015; scikit-learn d2_tweedie_score",
    .for_numbers = true,
    .greater_is_better = true,
    .bounds = {(double)-INFINITY, 1},
    .needs = BL_NEEDS_PRED,
    .opts = bl_tweedie_opts,
    .params_size = sizeof(bl_tweedie_params),
    .score = score,
};
