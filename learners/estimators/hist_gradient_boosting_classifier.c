/* hist_gradient_boosting_classifier: trees one after the other, each of what those before it got wrong, in the log odds of the classes;
 * as scikit-learn's HistGradientBoostingClassifier. Columns and rows may be drawn for each tree, as boosting in the manner of
 * the right-whale contest's winner does. Rows for early stopping are held out by whole groups. */
#include "boost.h"

static const bl_opt opts[] = {BL_BOOST_OPTS, BL_CLASS_WEIGHT(bl_boost_params), BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_boost_fit(ctx, self, t, BL_BOOST_LOG_LOSS);
}

/* clang-format off */
const bl_estimator_class bl_estimator_hist_gradient_boosting_classifier = {
    .name = "hist_gradient_boosting_classifier", .summary = "trees one after the other, each of what those before got wrong",
    .source = "scikit-learn HistGradientBoostingClassifier; Friedman 2001", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS | BL_TAG_NAN_OK, .state_version = 1, .opts = opts, .params_size = sizeof(bl_boost_params),
    .fields = bl_boost_fields, .state_size = sizeof(bl_boost_state), .fit = fit, .width = bl_boost_class_width,
    .prepare = bl_boost_prepare, .apply = bl_boost_class_apply, .work = bl_boost_work, .check = bl_boost_check};
/* clang-format on */
