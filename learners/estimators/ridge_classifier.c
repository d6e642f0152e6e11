/* ridge_classifier: ridge on classes as targets of -1 and +1; the class of the largest prediction. As scikit-learn's
 * RidgeClassifier. */
#include "linear_classifier.h"
#include "ridge_solve.h"

typedef struct params {
  double alpha;
  bool fit_intercept;
  bl_numbers class_weight;
} params;

typedef struct state {
  bl_linear_scores scores;
} state;

static const bl_opt opts[] = {
    BL_REAL(params, alpha, "1", 0, INFINITY, "", "strength of the penalty on the coefficients' squares"),
    BL_BOOL(params, fit_intercept, "true", "learn an offset; it is not penalised"), BL_CLASS_WEIGHT(params),
    BL_OPT_END};

static const bl_field fields[] = {BL_LINEAR_SCORES_FIELDS(state), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_train numbers;
  bl_linear_targets m = {0};
  bl_ridge q = {0};
  double *y;
  bl_status status = bl_ridge_of_classes(ctx, t, &y, &numbers);
  if (!status) status = bl_ridge_begin(ctx, "ridge_classifier", &numbers, p->fit_intercept, &q, &m);
  if (!status) status = bl_ridge_solve(ctx, &q, p->alpha, &m);
  s->scores = (bl_linear_scores){m.n_targets, m.n_features, m.coef, m.intercept};
  bl_ridge_free(ctx, &q);
  bl_free(ctx, y);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_ridge_classifier = {
    .name = "ridge_classifier", .summary = "linear classifier by least squares with a penalty",
    .source = "scikit-learn RidgeClassifier", .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state), .fit = fit,
    .width = bl_linear_scores_width, .prepare = bl_linear_scores_prepare, .apply = bl_linear_scores_apply,
    .check = bl_linear_scores_check};
/* clang-format on */
