/* decision_tree_regressor: as decision_tree_classifier, with the mean target of a leaf's rows. */
#include "forest.h"

static const bl_opt opts[] = {
    BL_ENUM(bl_forest_params, criterion, "squared_error", bl_forest_number_criteria, "impurity that splits lower"),
    BL_TREE_OPTS("none"),
    BL_OPT_END,
};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  static const bl_forest_kind kind = {.who = "decision_tree_regressor", .one_tree = true};
  return bl_forest_fit(ctx, self, t, &kind);
}

/* clang-format off */
const bl_estimator_class bl_estimator_decision_tree_regressor = {
    .name = "decision_tree_regressor", .summary = "a tree of splits; the mean target of a leaf", .source = "scikit-learn DecisionTreeRegressor; Breiman et al. 1984",
    .kind = BL_REGRESSOR, .tags = BL_TAG_WEIGHTS | BL_TAG_NAN_OK, .state_version = 1, .opts = opts,
    .params_size = sizeof(bl_forest_params), .fields = bl_forest_fields, .state_size = sizeof(bl_forest_state), .fit = fit,
    .width = bl_forest_number_width, .prepare = bl_forest_prepare, .apply = bl_forest_apply, .work = bl_forest_work,
    .check = bl_forest_check};
/* clang-format on */
