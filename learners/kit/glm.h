/* glm.h: generalised linear models with a power variance and the link log or identity (poisson_regressor,
 * gamma_regressor, tweedie_regressor). */
#ifndef BL_LEARNERS_GLM_H
#define BL_LEARNERS_GLM_H

#include "linear_targets.h"

typedef struct bl_glm_params {
  double power, alpha, tol;
  int link;
  bool fit_intercept;
  int64_t max_iter;
} bl_glm_params;
enum { BL_GLM_AUTO, BL_GLM_IDENTITY, BL_GLM_LOG };
typedef struct bl_glm_state {
  bl_linear_targets map;
  int64_t n_iter;
} bl_glm_state;

/* clang-format off */
#define BL_GLM_OPTIONS(T, m)                                                                                           \
  {"alpha", BL_OPT_REAL, offsetof(T, m.alpha), "1", 0, 1e300, 0, NULL, "", "strength of the penalty on the coefficients' squares", NULL}, \
  {"fit_intercept", BL_OPT_BOOL, offsetof(T, m.fit_intercept), "true", 0, 0, 0, NULL, "", "learn a constant too; it is not penalised", NULL}, \
  {"max_iter", BL_OPT_INT, offsetof(T, m.max_iter), "100", 1, 1000000, 0, NULL, "", "most steps of the solver", NULL}, \
  {"tol", BL_OPT_REAL, offsetof(T, m.tol), "1e-4", 0, 1, BL_OPT_OPEN_LO, NULL, "", "done when no entry of the gradient is larger", NULL}
#define BL_GLM_FIELDS                                                                                                  \
  BL_LINEAR_TARGETS_FIELDS(bl_glm_state), BL_FIELD_SCALAR(bl_glm_state, n_iter, BL_I64, "steps the solver took")
/* clang-format on */

/* Minimises sum w d(y, mu) / (2 sum w) + alpha |coef|^2 / 2, d the unit deviance of that power. */
bl_status bl_glm_fit(bl_ctx *ctx, const char *who, const bl_glm_params *p, const bl_train *t,
                     bl_glm_state *s) BL_MUST_CHECK;
/* prepare and apply of one whose link is the logarithm: exp of the linear prediction. */
bl_status bl_glm_apply_log(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                           const bl_answer *out) BL_MUST_CHECK;

#endif
