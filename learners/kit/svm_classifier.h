/* svm_classifier.h: what svc and nu_svc share: one machine for each pair of classes, their votes, and the weights of rows.
 */
#ifndef BL_LEARNERS_SVM_CLASSIFIER_H
#define BL_LEARNERS_SVM_CLASSIFIER_H

#include "svm.h"

typedef struct bl_svm_classifier_params {
  double strength; /* C, or nu */
  bl_kernel_options kernel;
  bl_svm_solving solving;
  bl_numbers class_weight;
  bool break_ties;
} bl_svm_classifier_params;
/* clang-format off */
#define BL_SVM_CLASSIFIER_OPTIONS \
  BL_KERNEL_OPTIONS(bl_svm_classifier_params, kernel, "rbf", "scale", "0"), \
  BL_SVM_SOLVING(bl_svm_classifier_params, solving), \
  BL_CLASS_WEIGHT(bl_svm_classifier_params), \
  BL_BOOL(bl_svm_classifier_params, break_ties, "false", \
          "among classes with as many votes the most confident one is taken, not the first")
/* clang-format on */

/* nu: strength is the share of rows within the margin; else the price of a row within it. */
bl_status bl_svm_classifier_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, bool nu) BL_MUST_CHECK;
size_t bl_svm_classifier_width(const bl_estimator *self, bl_op op);
bl_status bl_svm_classifier_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                                  const bl_answer *out) BL_MUST_CHECK;
bl_status bl_svm_classifier_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;
extern const bl_field bl_svm_fields[];

#endif
