/* lasso: least squares with a penalty on the magnitudes of the coefficients:
 *   sum w (y - X coef - b)^2 / (2 sum w) + alpha |coef|_1,
 * the intercept b free; coefficients that are 0 there are exactly 0. As scikit-learn's Lasso; several targets are as many
 * problems. elastic_net.c says how. */
#include "elastic_net_fit.h"

typedef struct params {
  bl_elastic_net_params one;
} params;

typedef bl_elastic_net_state state;

static const bl_opt opts[] = {
    {"alpha", BL_OPT_REAL, offsetof(params, one.alpha), "1", 0, INFINITY, 0, NULL, "", "strength of the penalty", NULL},
    BL_ELASTIC_NET_STOP(params, one),
    BL_OPT_END};

static const bl_field fields[] = {BL_LINEAR_TARGETS_FIELDS(state),
                                  BL_FIELD_SCALAR(state, n_iter, BL_I64, "passes over the coefficients"), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_elastic_net_params one = p->one;
  one.l1_ratio = 1;
  return bl_elastic_net_fit(ctx, "lasso", &one, t, self->state);
}

/* clang-format off */
const bl_estimator_class bl_estimator_lasso = {
    .name = "lasso", .summary = "linear regression that leaves out columns",
    .source = "scikit-learn Lasso; Tibshirani 1996", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_TARGETS, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = fields, .state_size = sizeof(state), .fit = fit, .width = bl_linear_targets_width,
    .prepare = bl_linear_targets_prepare, .apply = bl_linear_targets_apply, .check = bl_linear_targets_check};
/* clang-format on */
