/* hist_gradient_boosting_regressor: trees one after the other, each of what those before it got wrong; as scikit-learn's
 * HistGradientBoostingRegressor. Rows for early stopping are held out by whole groups. */
#include "boost.h"

static const char *const losses[] = {"squared_error", "absolute_error", "poisson", "quantile", NULL};

static const bl_opt opts[] = {BL_ENUM(bl_boost_params, loss, "squared_error", losses,
                                      "what the trees lower; poisson foretells counts by their logarithm"),
                              BL_REAL(bl_boost_params, quantile, "0.5", 0, 1, "", "with loss: quantile, which one"),
                              BL_BOOST_OPTS, BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const bl_boost_params *p = self->params;
  for (size_t i = 0; p->loss == BL_BOOST_POISSON && i < t->X.rows; i++)
    if (t->y[i] < 0)
      return bl_fail(ctx, BL_E_RANGE,
                     "hist_gradient_boosting_regressor: the target of row %zu is %g; poisson takes none below 0", i,
                     t->y[i]);
  return bl_boost_fit(ctx, self, t, (bl_boost_loss)p->loss);
}

/* clang-format off */
const bl_estimator_class bl_estimator_hist_gradient_boosting_regressor = {
    .name = "hist_gradient_boosting_regressor", .summary = "trees one after the other, each of what those before got wrong",
    .source = "scikit-learn HistGradientBoostingRegressor; Friedman 2001", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_NAN_OK, .state_version = 1, .opts = opts, .params_size = sizeof(bl_boost_params),
    .fields = bl_boost_fields, .state_size = sizeof(bl_boost_state), .fit = fit, .width = bl_boost_number_width,
    .prepare = bl_boost_prepare, .apply = bl_boost_number_apply, .work = bl_boost_work, .check = bl_boost_check};
/* clang-format on */
