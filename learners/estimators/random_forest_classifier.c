/* random_forest_classifier: the mean of the class shares of many trees, each of rows drawn with repetition, each node of columns
 * drawn anew (Breiman, Machine Learning 45 (2001) 5); as scikit-learn's RandomForestClassifier, but for its draws. */
#include "forest.h"

static const bl_opt opts[] = {
    BL_ENUM(bl_forest_params, criterion, "gini", bl_forest_class_criteria,
            "impurity that splits lower; log_loss is another name for entropy"),
    BL_FOREST_OPTS("true", "each tree learns from rows drawn with repetition"),
    BL_TREE_OPTS("sqrt"),
    BL_CLASS_WEIGHT(bl_forest_params),
    BL_OPT_END,
};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  static const bl_forest_kind kind = {.who = "random_forest_classifier"};
  return bl_forest_fit(ctx, self, t, &kind);
}

/* clang-format off */
const bl_estimator_class bl_estimator_random_forest_classifier = {
    .name = "random_forest_classifier", .summary = "many trees of rows and columns drawn, their shares averaged", .source = "scikit-learn RandomForestClassifier; Breiman 2001",
    .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_RANDOM, .state_version = 1, .opts = opts,
    .params_size = sizeof(bl_forest_params), .fields = bl_forest_fields, .state_size = sizeof(bl_forest_state), .fit = fit,
    .width = bl_forest_class_width, .prepare = bl_forest_prepare, .apply = bl_forest_apply, .work = bl_forest_work,
    .check = bl_forest_check};
/* clang-format on */
