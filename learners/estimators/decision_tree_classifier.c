/* decision_tree_classifier: questions after one column each, down to leaves that hold one class or few rows; as scikit-learn's
 * DecisionTreeClassifier, but that of splits that gain alike the first column's is taken, small units are never taken for constant
 * columns, and missing values go where they lower the impurity most. */
#include "forest.h"

static const bl_opt opts[] = {
    BL_ENUM(bl_forest_params, criterion, "gini", bl_forest_class_criteria,
            "impurity that splits lower; log_loss is another name for entropy"),
    BL_TREE_OPTS("none"),
    BL_CLASS_WEIGHT(bl_forest_params),
    BL_OPT_END,
};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  static const bl_forest_kind kind = {.who = "decision_tree_classifier", .one_tree = true};
  return bl_forest_fit(ctx, self, t, &kind);
}

/* clang-format off */
const bl_estimator_class bl_estimator_decision_tree_classifier = {
    .name = "decision_tree_classifier", .summary = "a tree of splits after one column each", .source = "scikit-learn DecisionTreeClassifier; Breiman et al. 1984",
    .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS | BL_TAG_NAN_OK, .state_version = 1, .opts = opts,
    .params_size = sizeof(bl_forest_params), .fields = bl_forest_fields, .state_size = sizeof(bl_forest_state), .fit = fit,
    .width = bl_forest_class_width, .prepare = bl_forest_prepare, .apply = bl_forest_apply, .work = bl_forest_work,
    .check = bl_forest_check};
/* clang-format on */
