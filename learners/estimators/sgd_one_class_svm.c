/* sgd_one_class_svm: one-class support vector machine with a linear kernel by one step a row: rows whose score lies below the
 * offset are outliers, of which nu bounds the share. As scikit-learn's SGDOneClassSVM; decision = score - offset. In parts it makes one pass over each part's rows in
 * their order, and any cut of the same rows learns the same; fit makes several passes. sgd.c says how a step is made. */
#include <math.h>

#include "sgd.h"

typedef struct params {
  bl_sgd sgd;
  double nu;
} params;

typedef bl_sgd_state state;

static const bl_opt opts[] = {BL_REAL_ABOVE(params, nu, "0.5", 0, 1, "", "share of outliers, about"),
                              BL_SGD_RATE_OPTIONS(params, sgd, "optimal", "0", "0.5"), BL_SGD_OPTIONS(params, sgd),
                              BL_OPT_END};

static const bl_field fields[] = {BL_SGD_FIELDS(state), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_sgd sgd = p->sgd;
  sgd.loss = BL_SGD_HINGE;
  sgd.penalty = BL_SGD_L2;
  sgd.alpha = p->nu / 2;
  sgd.one_class = true;
  return bl_sgd_fit(ctx, "sgd_one_class_svm", &sgd, t, self->state);
}

static bl_status partial_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_sgd sgd = p->sgd;
  sgd.loss = BL_SGD_HINGE;
  sgd.penalty = BL_SGD_L2;
  sgd.alpha = p->nu / 2;
  sgd.one_class = true;
  return bl_sgd_part(ctx, "sgd_one_class_svm", &sgd, t, self->state);
}

static size_t width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT || op == BL_DECISION || op == BL_SCORE_SAMPLES;
}

/* The learnt constant is 1 - offset. */
static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    double score = 0;
    for (size_t j = 0; j < s->n_features; j++) score += (double)x[j] * s->coef[j];
    double decision = score - (1 - s->intercept[0]);
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = isnan(decision) ? decision : decision < 0 ? -1 : 1;
    if (out->v[BL_DECISION]) out->v[BL_DECISION][i] = decision;
    if (out->v[BL_SCORE_SAMPLES]) out->v[BL_SCORE_SAMPLES][i] = score;
  }
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (s->coef && s->intercept && s->n_outputs == 1 && s->n_features == self->n_features) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "sgd_one_class_svm: its coefficients do not fit %zu columns", self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_sgd_one_class_svm = {
    .name = "sgd_one_class_svm", .summary = "one-class linear support vector machine that learns row by row",
    .source = "scikit-learn SGDOneClassSVM; Schoelkopf et al. 2001; Bottou 2010", .kind = BL_OUTLIER_DETECTOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_RANDOM | BL_TAG_INCREMENTAL | BL_TAG_ONE_PASS,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .partial_fit = partial_fit, .width = width, .apply = apply, .check = check};
/* clang-format on */
