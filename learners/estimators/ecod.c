/* ecod: how far out a row lies in each column's distribution. A column gives the largest of: minus the logarithm of the share of
 * training rows at or below the value, of those at or above it, and of the side where the column's long tail is; the score is their
 * sum (Li et al., IEEE Trans. Knowledge and Data Eng. 35 (2022) 12181). No parameters to choose. Training rows score as in PyOD; it
 * puts the rows asked about into the distributions, too, so that a score depends on the others asked: here on the row alone. */
#include <math.h>

#include "tails.h"

static double join(double left, double right, double skew)
{
  return fmax(fmax(left, right), bl_tails_skewed(left, right, skew));
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t) { return bl_tails_fit(ctx, self, t, join); }

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  (void)ctx, (void)room;
  bl_tails_apply(self, X, join, out);
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_ecod = {
    .name = "ecod", .summary = "outlier detector: how far out in the tails of the columns", .source = "PyOD ECOD; Li et al. 2022",
    .kind = BL_OUTLIER_DETECTOR, .state_version = 1, .opts = bl_tails_opts, .params_size = sizeof(bl_tails_params),
    .fields = bl_tails_fields, .state_size = sizeof(bl_tails_state), .fit = fit, .width = bl_anomaly_width, .apply = apply,
    .work = bl_tails_work, .check = bl_tails_check};
/* clang-format on */
