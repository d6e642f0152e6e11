/* sgd.h: stochastic gradient descent over linear scores, by scikit-learn's rules: what sgd_classifier, sgd_regressor,
 * sgd_one_class_svm, passive_aggressive_* and perceptron share. */
#ifndef BL_LEARNERS_SGD_H
#define BL_LEARNERS_SGD_H

#include "kit.h"

/* Classes are -1 and +1, z = y score; of numbers r = y - score. */
typedef enum bl_sgd_loss {
  BL_SGD_HINGE,
  BL_SGD_LOG,
  BL_SGD_MODIFIED_HUBER,
  BL_SGD_SQUARED_HINGE,
  BL_SGD_PERCEPTRON, /* classes */
  BL_SGD_SQUARED,
  BL_SGD_HUBER,
  BL_SGD_EPSILON,
  BL_SGD_SQUARED_EPSILON /* numbers */
} bl_sgd_loss;
typedef enum bl_sgd_rate {
  BL_RATE_OPTIMAL,    /* 1 / (alpha (t0 + t)), t0 by Bottou's rule */
  BL_RATE_CONSTANT,   /* eta0 */
  BL_RATE_INVSCALING, /* eta0 / t^power_t */
  BL_RATE_ADAPTIVE,   /* eta0, a fifth of it each time that the loss no longer falls */
  BL_RATE_PA1,
  BL_RATE_PA2 /* passive-aggressive: as far as the row asks, at most eta0; or softened by 1 / (2 eta0) */
} bl_sgd_rate;
typedef enum bl_sgd_penalty { BL_SGD_L2, BL_SGD_L1, BL_SGD_ELASTICNET, BL_SGD_NO_PENALTY } bl_sgd_penalty;
extern const char *const bl_sgd_penalties[], *const bl_sgd_rates[], *const bl_sgd_none[];

typedef struct bl_sgd {
  int loss, rate, penalty;
  double alpha, l1_ratio, epsilon, eta0, power_t;
  bool fit_intercept, shuffle, one_class;
  int64_t average; /* 0: no; else steps from this one on are averaged */
  bl_word tol;     /* stop when the loss summed over a pass falls by less than tol a row n_iter_no_change times; none */
  int64_t max_iter, n_iter_no_change, random_state;
} bl_sgd;

/* Rows of options that all have, over a member m. */
/* clang-format off */
#define BL_SGD_OPTIONS(T, m)                                                                                           \
  {"fit_intercept", BL_OPT_BOOL, offsetof(T, m.fit_intercept), "true", 0, 0, 0, NULL, "", "learn a constant too", NULL}, \
  {"max_iter", BL_OPT_INT, offsetof(T, m.max_iter), "1000", 1, 1000000000, 0, NULL, "", "most passes over the rows", NULL}, \
  {"tol", BL_OPT_WORD, offsetof(T, m.tol), "1e-3", 0, 1e300, 0, bl_sgd_none, "", "done when a pass lowers the mean loss by less, n_iter_no_change times", NULL}, \
  {"shuffle", BL_OPT_BOOL, offsetof(T, m.shuffle), "true", 0, 0, 0, NULL, "", "another order of the rows in each pass; in parts rows keep theirs", NULL}, \
  {"random_state", BL_OPT_INT, offsetof(T, m.random_state), "0", 0, 9007199254740991.0, 0, NULL, "", "seed of these orders", NULL}, \
  {"n_iter_no_change", BL_OPT_INT, offsetof(T, m.n_iter_no_change), "5", 1, 1000000, 0, NULL, "", "passes without a lower loss that end it", NULL}, \
  {"average", BL_OPT_INT, offsetof(T, m.average), "0", 0, 1e15, 0, NULL, "", "above 0: learn the mean of the coefficients from this step on", NULL}
#define BL_SGD_PENALTY_OPTIONS(T, m, usual, strength)                                                                  \
  {"penalty", BL_OPT_ENUM, offsetof(T, m.penalty), usual, 0, 0, 0, bl_sgd_penalties, "", "what keeps the coefficients small", NULL}, \
  {"alpha", BL_OPT_REAL, offsetof(T, m.alpha), strength, 0, 1e300, BL_OPT_OPEN_LO, NULL, "", "strength of the penalty; the rate optimal hangs on it, too", NULL}, \
  {"l1_ratio", BL_OPT_REAL, offsetof(T, m.l1_ratio), "0.15", 0, 1, 0, NULL, "", "with elasticnet, the share of the penalty that is on magnitudes", NULL}
#define BL_SGD_RATE_OPTIONS(T, m, usual, first, power)                                                                 \
  {"learning_rate", BL_OPT_ENUM, offsetof(T, m.rate), usual, 0, 0, 0, bl_sgd_rates, "", "how far a step goes: 1 / (alpha (t0 + t)), eta0, eta0 / t^power_t, or eta0 that falls when the loss no longer does", NULL}, \
  {"eta0", BL_OPT_REAL, offsetof(T, m.eta0), first, 0, 1e300, 0, NULL, "", "first rate of all but optimal", NULL},      \
  {"power_t", BL_OPT_REAL, offsetof(T, m.power_t), power, -10, 10, 0, NULL, "", "exponent of invscaling", NULL}
/* clang-format on */

/* What is learnt, and what the next part goes on from. Begins as bl_linear_scores and bl_linear_targets do. */
typedef struct bl_sgd_state {
  size_t n_outputs, n_features;
  double *coef, *intercept;         /* to predict with */
  double *own_coef, *own_intercept; /* with average: those of the last step */
  double *paid;                     /* [n_outputs x n_features] penalty on magnitudes so far, with l1 */
  double *owed;                     /* [n_outputs] what of it is due */
  int64_t t, n_iter;                /* steps from 1 on; passes */
} bl_sgd_state;
/* clang-format off */
#define BL_SGD_FIELDS(T)                                                                                               \
  {"coef", BL_F64, offsetof(T, coef), offsetof(T, n_outputs), offsetof(T, n_features), "coefficients; one row, or one a class"}, \
  {"intercept", BL_F64, offsetof(T, intercept), offsetof(T, n_outputs), BL_NO_DIM, "constants"},                        \
  {"standard_coef", BL_F64, offsetof(T, own_coef), offsetof(T, n_outputs), offsetof(T, n_features), "with average, those of the last step"}, \
  {"standard_intercept", BL_F64, offsetof(T, own_intercept), offsetof(T, n_outputs), BL_NO_DIM, "with average, those of the last step"}, \
  {"paid", BL_F64, offsetof(T, paid), offsetof(T, n_outputs), offsetof(T, n_features), "penalty on magnitudes that coefficients have paid"}, \
  {"owed", BL_F64, offsetof(T, owed), offsetof(T, n_outputs), BL_NO_DIM, "penalty on magnitudes that is due"},           \
  {"t", BL_I64, offsetof(T, t), BL_NO_DIM, BL_NO_DIM, "number of the next step"},                                       \
  {"n_iter", BL_I64, offsetof(T, n_iter), BL_NO_DIM, BL_NO_DIM, "passes over the rows"}
/* clang-format on */

/* Passes until it stops, from nothing; y [rows]: codes with n_classes above 0, else numbers. */
bl_status bl_sgd_fit(bl_ctx *ctx, const char *who, const bl_sgd *p, const bl_train *t, bl_sgd_state *s) BL_MUST_CHECK;
/* One pass over the rows in their order, on from s, which changes only where this succeeds. */
bl_status bl_sgd_part(bl_ctx *ctx, const char *who, const bl_sgd *p, const bl_train *t, bl_sgd_state *s) BL_MUST_CHECK;

#endif
