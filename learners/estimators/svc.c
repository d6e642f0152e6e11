/* svc: C-support vector classification: of two classes the widest margin between them, each row within it or beyond
 * costing C times how far; of more, one machine for each pair and a vote. As scikit-learn's SVC, which is libsvm; it has
 * no option `probability`: what gives probabilities stands around it.
 *
 * gamma: scale counts rows by their weights, so that a weight of 2 equals a repeated row. */
#include "svm_classifier.h"

static const bl_opt opts[] = {{"C", BL_OPT_REAL, offsetof(bl_svm_classifier_params, strength), "1", 0, 1e300,
                               BL_OPT_OPEN_LO, NULL, "", "price of a row within the margin; smaller is smoother", NULL},
                              BL_SVM_CLASSIFIER_OPTIONS,
                              BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_svm_classifier_fit(ctx, self, t, false);
}

/* clang-format off */
const bl_estimator_class bl_estimator_svc = {
    .name = "svc", .summary = "support vector machine that tells classes apart, with any kernel",
    .source = "scikit-learn SVC; Cortes and Vapnik 1995; Fan, Chen and Lin 2005", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS, .state_version = 1, .opts = opts, .params_size = sizeof(bl_svm_classifier_params),
    .fields = bl_svm_fields, .state_size = sizeof(bl_svm_state), .fit = fit, .width = bl_svm_classifier_width,
    .prepare = bl_svm_prepare, .release = bl_svm_release, .apply = bl_svm_classifier_apply, .work = bl_svm_work,
    .check = bl_svm_classifier_check};
/* clang-format on */
