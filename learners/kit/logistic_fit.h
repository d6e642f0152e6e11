/* logistic_fit.h: the fit of logistic_regression, which logistic_regression_cv shares. */
#ifndef BL_LEARNERS_LOGISTIC_FIT_H
#define BL_LEARNERS_LOGISTIC_FIT_H

#include "linear_classifier.h"

typedef struct bl_logistic_params {
  int penalty, solver, multi_class;
  bl_numbers class_weight;
  double C, l1_ratio, tol;
  bool fit_intercept;
  int64_t max_iter;
} bl_logistic_params;

extern const char *const bl_logistic_penalties[], *const bl_logistic_solvers[], *const bl_logistic_ways[];
/* Rows of options that both have, over a member m. */
/* clang-format off */
#define BL_LOGISTIC_OPTIONS(T, m)                                                                                      \
  {"penalty", BL_OPT_ENUM, offsetof(T, m.penalty), "l2", 0, 0, 0, bl_logistic_penalties, "", "what keeps the coefficients small: their squares, magnitudes, or both", NULL}, \
  {"tol", BL_OPT_REAL, offsetof(T, m.tol), "1e-4", 0, 1, BL_OPT_OPEN_LO, NULL, "", "done when no entry of the gradient is larger", NULL}, \
  {"fit_intercept", BL_OPT_BOOL, offsetof(T, m.fit_intercept), "true", 0, 0, 0, NULL, "", "learn a constant too", NULL}, \
  {"class_weight", BL_OPT_NUMBERS, offsetof(T, m.class_weight), "none", 0, 1e15, BL_OPT_OPEN_LO, bl_class_weight_words, "", BL_CLASS_WEIGHT_HELP, NULL}, \
  {"max_iter", BL_OPT_INT, offsetof(T, m.max_iter), "100", 1, 1000000, 0, NULL, "", "most steps of the solver", NULL}, \
  {"solver", BL_OPT_ENUM, offsetof(T, m.solver), "auto", 0, 0, 0, bl_logistic_solvers, "", "newton-cholesky needs few steps and memory of (K d)^2; auto takes it up to K d = 300; with magnitudes lbfgs stands for gradient steps", NULL}, \
  {"multi_class", BL_OPT_ENUM, offsetof(T, m.multi_class), "auto", 0, 0, 0, bl_logistic_ways, "", "more than two classes: one problem of all (multinomial, auto) or one a class against the rest (ovr)", NULL}
/* clang-format on */

/* How probabilities come from the scores of such a model. */
bl_linear_link bl_logistic_link(const bl_logistic_params *p);
/* The optimum for these rows, codes and weights (NULL: ones), into m, which has room (bl_linear_scores_begin). Warns
 * when it did not converge, unless `quiet`. */
bl_status bl_logistic_fit(bl_ctx *ctx, const char *who, const bl_logistic_params *p, const bl_cmat *X, const double *y,
                          const double *weight, bool quiet, bl_linear_scores *m, int64_t *n_iter) BL_MUST_CHECK;

#endif
