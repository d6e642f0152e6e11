/* sgd_regressor: linear regression by one step a row. Losses, penalties and rates are those of scikit-learn's SGDRegressor;
 * the order of rows is drawn by our own generator. In parts it makes one pass over each part's rows in
 * their order, and any cut of the same rows learns the same; fit makes several passes. sgd.c says how a step is made. */
#include "linear_targets.h"
#include "sgd.h"

static const char *const losses[] = {"squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive",
                                     NULL};

typedef struct params {
  bl_sgd sgd;
  int loss;
} params;

typedef bl_sgd_state state;

static const bl_opt opts[] = {BL_ENUM(params, loss, "squared_error", losses, "what a row costs"),
                              BL_SGD_PENALTY_OPTIONS(params, sgd, "l2", "1e-4"),
                              BL_SGD_RATE_OPTIONS(params, sgd, "invscaling", "0.01", "0.25"),
                              {"epsilon", BL_OPT_REAL, offsetof(params, sgd.epsilon), "0.1", 0, 1e300, 0, NULL, "",
                               "errors up to this cost nothing, or with huber their square, in the target's unit",
                               NULL},
                              BL_SGD_OPTIONS(params, sgd),
                              BL_OPT_END};

static const bl_field fields[] = {BL_SGD_FIELDS(state), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_sgd sgd = p->sgd;
  sgd.loss = BL_SGD_SQUARED + p->loss;
  return bl_sgd_fit(ctx, "sgd_regressor", &sgd, t, self->state);
}

static bl_status partial_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_sgd sgd = p->sgd;
  sgd.loss = BL_SGD_SQUARED + p->loss;
  return bl_sgd_part(ctx, "sgd_regressor", &sgd, t, self->state);
}

/* clang-format off */
const bl_estimator_class bl_estimator_sgd_regressor = {
    .name = "sgd_regressor", .summary = "linear regression that learns row by row",
    .source = "scikit-learn SGDRegressor; Bottou 2010", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_RANDOM | BL_TAG_INCREMENTAL | BL_TAG_ONE_PASS,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .partial_fit = partial_fit, .width = bl_linear_targets_width, .prepare = bl_linear_targets_prepare,
    .apply = bl_linear_targets_apply, .check = bl_linear_targets_check};
/* clang-format on */
