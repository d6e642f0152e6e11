/* nu_svc: support vector classification that is told not a price but a share: nu bounds from above the share of rows
 * beyond the margin and from below that of support vectors. As scikit-learn's NuSVC, which is libsvm. */
#include "svm_classifier.h"

static const bl_opt opts[] = {{"nu", BL_OPT_REAL, offsetof(bl_svm_classifier_params, strength), "0.5", 0, 1,
                               BL_OPT_OPEN_LO, NULL, "", "most rows beyond the margin, least that decide, as a share",
                               NULL},
                              BL_SVM_CLASSIFIER_OPTIONS,
                              BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_svm_classifier_fit(ctx, self, t, true);
}

/* clang-format off */
const bl_estimator_class bl_estimator_nu_svc = {
    .name = "nu_svc", .summary = "support vector machine told the share of rows within the margin",
    .source = "scikit-learn NuSVC; Schoelkopf, Smola, Williamson and Bartlett 2000", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS, .state_version = 1, .opts = opts, .params_size = sizeof(bl_svm_classifier_params),
    .fields = bl_svm_fields, .state_size = sizeof(bl_svm_state), .fit = fit, .width = bl_svm_classifier_width,
    .prepare = bl_svm_prepare, .release = bl_svm_release, .apply = bl_svm_classifier_apply, .work = bl_svm_work,
    .check = bl_svm_classifier_check};
/* clang-format on */
