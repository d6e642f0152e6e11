/* elastic_net_fit.h: the fits of lasso and elastic_net, and of lasso_cv and elastic_net_cv, which differ in their tables. */
#ifndef BL_LEARNERS_ELASTIC_NET_FIT_H
#define BL_LEARNERS_ELASTIC_NET_FIT_H

#include "elastic_net.h"
#include "linear_targets.h"

typedef struct bl_elastic_net_params {
  double alpha, l1_ratio, tol;
  bool fit_intercept, positive;
  int64_t max_iter;
} bl_elastic_net_params;
typedef struct bl_elastic_net_state {
  bl_linear_targets map;
  int64_t n_iter;
} bl_elastic_net_state;
/* clang-format off */
#define BL_ELASTIC_NET_STOP(T, m)                                                                                      \
  {"fit_intercept", BL_OPT_BOOL, offsetof(T, m.fit_intercept), "true", 0, 0, 0, NULL, "", "learn an offset; it is not penalised", NULL}, \
  {"max_iter", BL_OPT_INT, offsetof(T, m.max_iter), "1000", 1, 1000000000, 0, NULL, "", "most passes over the coefficients", NULL}, \
  {"tol", BL_OPT_REAL, offsetof(T, m.tol), "1e-4", 0, 1, 0, NULL, "", "done when the duality gap is below this share of the targets' squares", NULL}, \
  {"positive", BL_OPT_BOOL, offsetof(T, m.positive), "false", 0, 0, 0, NULL, "", "no coefficient below 0", NULL}
/* clang-format on */
bl_status bl_elastic_net_fit(bl_ctx *ctx, const char *who, const bl_elastic_net_params *p, const bl_train *t,
                             bl_elastic_net_state *s) BL_MUST_CHECK;

typedef struct bl_elastic_net_cv_params {
  bl_elastic_net_params one; /* alpha and l1_ratio are chosen */
  bl_reals alphas, l1_ratio; /* none: a grid; none: 1 */
  double eps;
  int64_t n_alphas, cv;
} bl_elastic_net_cv_params;
typedef struct bl_elastic_net_cv_state {
  bl_linear_targets map;
  int64_t n_iter;
  double alpha, l1_ratio;
  size_t n_grid, n_folds;
  double *alphas;   /* [n_grid] of all l1_ratios, one behind the other, each descending */
  double *mse_path; /* [n_grid x n_folds] */
} bl_elastic_net_cv_state;
bl_status bl_elastic_net_cv_fit(bl_ctx *ctx, const char *who, const bl_elastic_net_cv_params *p, const bl_train *t,
                                bl_elastic_net_cv_state *s) BL_MUST_CHECK;

#endif
