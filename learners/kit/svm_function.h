/* svm_function.h: what machines share that learn one function of the rows: svr, nu_svr, one_class_svm. */
#ifndef BL_LEARNERS_SVM_FUNCTION_H
#define BL_LEARNERS_SVM_FUNCTION_H

#include "svm.h"

/* The problem of such a machine, one variable a row or two: row i then has the variables i, whose y is 1 and which raises
 * the function there, and i + rows, whose y is -1. Arrays are zeroed but for y. */
typedef struct bl_svm_problem {
  size_t rows, n; /* n: variables */
  double *y, *p, *C, *alpha;
} bl_svm_problem;
typedef void (*bl_svm_set_up_fn)(const bl_estimator *self, const bl_train *t, bl_svm_problem *q);

/* Fits the state of self, a bl_svm_state of one row of coefficients and one constant. */
bl_status bl_svm_function_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, const bl_svm_solving *solving,
                              bool two_a_row, bool by_sign, bl_svm_set_up_fn set_up) BL_MUST_CHECK;
extern const bl_field bl_svm_function_fields[];
/* Slots of regressors. */
size_t bl_svm_function_width(const bl_estimator *self, bl_op op);
bl_status bl_svm_function_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                                const bl_answer *out) BL_MUST_CHECK;
bl_status bl_svm_function_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;

static inline double bl_svm_weight(const bl_train *t, size_t i) { return t->weight ? t->weight[i] : 1; }

#endif
