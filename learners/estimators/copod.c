/* copod: how far out a row lies by an empirical copula. A column gives the larger of the mean of both tails, minus the logarithms of the
 * shares of training rows at or below and at or above the value, and the tail on the side of its skew; the score is their sum (Li et
 * al., ICDM 2020). Training rows score as in PyOD; see ecod for the others. */
#include <math.h>

#include "tails.h"

static double join(double left, double right, double skew)
{
  return fmax((left + right) / 2, bl_tails_skewed(left, right, skew));
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t) { return bl_tails_fit(ctx, self, t, join); }

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  (void)ctx, (void)room;
  bl_tails_apply(self, X, join, out);
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_copod = {
    .name = "copod", .summary = "outlier detector: tails of the columns by an empirical copula", .source = "PyOD COPOD; Li et al. 2020",
    .kind = BL_OUTLIER_DETECTOR, .state_version = 1, .opts = bl_tails_opts, .params_size = sizeof(bl_tails_params),
    .fields = bl_tails_fields, .state_size = sizeof(bl_tails_state), .fit = fit, .width = bl_anomaly_width, .apply = apply,
    .work = bl_tails_work, .check = bl_tails_check};
/* clang-format on */
