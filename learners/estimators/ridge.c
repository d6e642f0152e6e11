/* ridge: least squares with a penalty: coef minimises sum w (y - X coef - b)^2 + alpha |coef|^2, the intercept b free.
 * Several targets are as many problems over one matrix (ridge_solve.c says how). */
#include "ridge_solve.h"

typedef struct params {
  double alpha;
  bool fit_intercept;
} params;

typedef struct state {
  bl_linear_targets map;
} state;

static const bl_opt opts[] = {
    BL_REAL(params, alpha, "1", 0, INFINITY, "", "strength of the penalty on the coefficients' squares"),
    BL_BOOL(params, fit_intercept, "true", "learn an offset; it is not penalised"), BL_OPT_END};

static const bl_field fields[] = {BL_LINEAR_TARGETS_FIELDS(state), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_ridge q;
  bl_status s = bl_ridge_begin(ctx, "ridge", t, p->fit_intercept, &q, self->state);
  if (!s) s = bl_ridge_solve(ctx, &q, p->alpha, self->state);
  bl_ridge_free(ctx, &q);
  return s;
}

const bl_estimator_class bl_estimator_ridge = {
    .name = "ridge",
    .summary = "linear regression with a penalty on the squares of the coefficients",
    .source = "scikit-learn Ridge; Hoerl and Kennard 1970",
    .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_TARGETS,
    .state_version = 2,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = bl_linear_targets_width,
    .prepare = bl_linear_targets_prepare,
    .apply = bl_linear_targets_apply,
    .migrate = bl_linear_targets_migrate,
    .check = bl_linear_targets_check};
