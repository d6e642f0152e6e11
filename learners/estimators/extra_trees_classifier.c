/* extra_trees_classifier: as random_forest_classifier, of all rows, and each column that a node looks at is cut at a place that is
 * drawn (Geurts, Ernst and Wehenkel, Machine Learning 63 (2006) 3); as scikit-learn's ExtraTreesClassifier, but for its draws. */
#include "forest.h"

static const bl_opt opts[] = {
    BL_ENUM(bl_forest_params, criterion, "gini", bl_forest_class_criteria,
            "impurity that splits lower; log_loss is another name for entropy"),
    BL_FOREST_OPTS("false", "each tree learns from rows drawn with repetition"),
    BL_TREE_OPTS("sqrt"),
    BL_CLASS_WEIGHT(bl_forest_params),
    BL_OPT_END,
};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  static const bl_forest_kind kind = {.who = "extra_trees_classifier", .random_thresholds = true};
  return bl_forest_fit(ctx, self, t, &kind);
}

/* clang-format off */
const bl_estimator_class bl_estimator_extra_trees_classifier = {
    .name = "extra_trees_classifier", .summary = "many trees that cut drawn columns at drawn places", .source = "scikit-learn ExtraTreesClassifier; Geurts et al. 2006",
    .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_RANDOM, .state_version = 1, .opts = opts,
    .params_size = sizeof(bl_forest_params), .fields = bl_forest_fields, .state_size = sizeof(bl_forest_state), .fit = fit,
    .width = bl_forest_class_width, .prepare = bl_forest_prepare, .apply = bl_forest_apply, .work = bl_forest_work,
    .check = bl_forest_check};
/* clang-format on */
