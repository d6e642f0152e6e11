/* linear_svm.h: linear support vector machines by liblinear's objectives (linear_svc, linear_svr).
 *
 * |(coef, b')|^2 / 2 + C sum_i w_i loss_i over rows with one more column of intercept_scaling, whose coefficient b' is
 * penalised like the others; intercept = intercept_scaling b'. With r = y - score:
 *   classes y = -1, +1: max(0, y r) (hinge) or its square; numbers: max(0, |r| - epsilon) or its square. */
#ifndef BL_LEARNERS_LINEAR_SVM_H
#define BL_LEARNERS_LINEAR_SVM_H

#include "kit.h"

typedef struct bl_linear_svm {
  const char *who;
  bool classes, squared; /* which loss */
  bool dual;             /* by coordinates of the dual; not: by Newton steps, for squared losses */
  double C, epsilon, tol, intercept_scaling;
  bool fit_intercept;
  uint64_t seed;
  size_t max_iter;
  size_t n_iter;  /* set */
  double off;     /* set: largest entry of the (projected) gradient at the end, as tol counts it */
  bool converged; /* set */
} bl_linear_svm;

extern const char *const bl_linear_svm_dual[]; /* auto, true, false */
enum { BL_DUAL_AUTO, BL_DUAL_TRUE, BL_DUAL_FALSE };
/* Whether to go by the dual: as asked, or where Newton steps would cost more. A plain loss has no second derivative. */
bool bl_linear_svm_by_dual(int asked, bool squared, size_t rows, size_t cols);
/* Targets y [rows] of rows X with weights (NULL: ones); into coef [d] and the constant. */
bl_status bl_linear_svm_fit(bl_ctx *ctx, bl_linear_svm *m, const bl_cmat *X, const double *y, const double *weight,
                            double *coef, double *intercept) BL_MUST_CHECK;
void bl_linear_svm_warn(bl_ctx *ctx, const bl_linear_svm *m);

#endif
