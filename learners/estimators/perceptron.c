/* perceptron: each row on the wrong side moves the coefficients by eta0 times itself. As scikit-learn's Perceptron
 * (Rosenblatt 1958), an sgd_classifier of loss perceptron and rate constant. In parts it makes one pass over each part's rows in
 * their order, and any cut of the same rows learns the same; fit makes several passes. sgd.c says how a step is made. */
#include "linear_classifier.h"
#include "sgd.h"

typedef struct params {
  bl_sgd sgd;
  bl_numbers class_weight;
} params;

typedef bl_sgd_state state;

static const bl_opt opts[] = {BL_SGD_PENALTY_OPTIONS(params, sgd, "none", "1e-4"),
                              {"eta0", BL_OPT_REAL, offsetof(params, sgd.eta0), "1", 0, 1e300, BL_OPT_OPEN_LO, NULL, "",
                               "how far a step goes", NULL},
                              BL_CLASS_WEIGHT(params),
                              BL_SGD_OPTIONS(params, sgd),
                              BL_OPT_END};

static const bl_field fields[] = {BL_SGD_FIELDS(state), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_sgd sgd = p->sgd;
  sgd.loss = BL_SGD_PERCEPTRON;
  sgd.rate = BL_RATE_CONSTANT;
  return bl_sgd_fit(ctx, "perceptron", &sgd, t, self->state);
}

static bl_status partial_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_sgd sgd = p->sgd;
  sgd.loss = BL_SGD_PERCEPTRON;
  sgd.rate = BL_RATE_CONSTANT;
  return bl_sgd_part(ctx, "perceptron", &sgd, t, self->state);
}

/* clang-format off */
const bl_estimator_class bl_estimator_perceptron = {
    .name = "perceptron", .summary = "linear classifier that errors alone move",
    .source = "scikit-learn Perceptron; Rosenblatt 1958", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS | BL_TAG_RANDOM | BL_TAG_INCREMENTAL | BL_TAG_ONE_PASS,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .partial_fit = partial_fit, .width = bl_linear_scores_width, .prepare = bl_linear_scores_prepare,
    .apply = bl_linear_scores_apply, .check = bl_linear_scores_check};
/* clang-format on */
