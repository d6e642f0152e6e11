/* ridge_classifier_cv: ridge_classifier whose alpha is the one that errs least on rows left out, each once, found for all
 * alphas by one decomposition: of rows beyond columns that of X'X, else that of X X' (the head of random-convolution
 * features, 10,000 columns and a few hundred rows). As scikit-learn's RidgeClassifierCV with cv=None. */
#include "linear_classifier.h"
#include "ridge_solve.h"

typedef struct params {
  bl_reals alphas;
  bool fit_intercept;
  bl_numbers class_weight;
} params;

typedef struct state {
  bl_linear_scores scores;
  double alpha, best_score;
} state;

static const bl_opt opts[] = {{"alphas", BL_OPT_REALS, offsetof(params, alphas), "[0.1, 1, 10]", 0, 1e300,
                               BL_OPT_OPEN_LO | BL_OPT_NEEDED, NULL, "", "strengths of the penalty to choose from",
                               NULL},
                              BL_BOOL(params, fit_intercept, "true", "learn an offset; it is not penalised"),
                              BL_CLASS_WEIGHT(params),
                              BL_OPT_END};

static const bl_field fields[] = {
    BL_LINEAR_SCORES_FIELDS(state), BL_FIELD_SCALAR(state, alpha, BL_F64, "chosen strength of the penalty"),
    BL_FIELD_SCALAR(state, best_score, BL_F64, "minus the mean squared error of rows left out"), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_train numbers;
  bl_linear_targets m = {0};
  bl_ridge q = {0};
  bl_ridge_cv cv = {p->alphas.v, p->alphas.n, false, &s->alpha, &s->best_score};
  double *y;
  bl_status status = bl_ridge_of_classes(ctx, t, &y, &numbers);
  if (!status) status = bl_ridge_begin(ctx, "ridge_classifier_cv", &numbers, p->fit_intercept, &q, &m);
  if (!status) status = bl_ridge_choose(ctx, &q, &cv, &m);
  s->scores = (bl_linear_scores){m.n_targets, m.n_features, m.coef, m.intercept};
  bl_ridge_free(ctx, &q);
  bl_free(ctx, y);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_ridge_classifier_cv = {
    .name = "ridge_classifier_cv", .summary = "ridge_classifier whose alpha is chosen by leaving out each row once",
    .source = "scikit-learn RidgeClassifierCV; Golub, Heath and Wahba 1979", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS, .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields,
    .state_size = sizeof(state), .fit = fit, .width = bl_linear_scores_width, .prepare = bl_linear_scores_prepare,
    .apply = bl_linear_scores_apply, .check = bl_linear_scores_check};
/* clang-format on */
