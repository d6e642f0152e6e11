/* random_forest_regressor: the mean of many trees of rows drawn with repetition (Breiman, Machine Learning 45 (2001) 5); as
 * scikit-learn's RandomForestRegressor, but for its draws. */
#include "forest.h"

static const bl_opt opts[] = {
    BL_ENUM(bl_forest_params, criterion, "squared_error", bl_forest_number_criteria, "impurity that splits lower"),
    BL_FOREST_OPTS("true", "each tree learns from rows drawn with repetition"),
    BL_TREE_OPTS("none"),
    BL_OPT_END,
};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  static const bl_forest_kind kind = {.who = "random_forest_regressor"};
  return bl_forest_fit(ctx, self, t, &kind);
}

/* clang-format off */
const bl_estimator_class bl_estimator_random_forest_regressor = {
    .name = "random_forest_regressor", .summary = "many trees of rows drawn, averaged", .source = "scikit-learn RandomForestRegressor; Breiman 2001",
    .kind = BL_REGRESSOR, .tags = BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_RANDOM, .state_version = 1, .opts = opts,
    .params_size = sizeof(bl_forest_params), .fields = bl_forest_fields, .state_size = sizeof(bl_forest_state), .fit = fit,
    .width = bl_forest_number_width, .prepare = bl_forest_prepare, .apply = bl_forest_apply, .work = bl_forest_work,
    .check = bl_forest_check};
/* clang-format on */
