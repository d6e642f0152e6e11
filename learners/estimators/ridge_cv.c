/* ridge_cv: ridge whose alpha is the one that errs least on rows left out, each once, found for all alphas by one
 * decomposition. As scikit-learn's RidgeCV with cv=None: the error is the mean of w e^2 over rows and targets. */
#include "ridge_solve.h"

typedef struct params {
  bl_reals alphas;
  bool fit_intercept, alpha_per_target;
} params;

typedef struct state {
  bl_linear_targets map;
  size_t n_alphas;
  double *alpha, *best_score;
} state;

static const bl_opt opts[] = {
    {"alphas", BL_OPT_REALS, offsetof(params, alphas), "[0.1, 1, 10]", 0, 1e300, BL_OPT_OPEN_LO | BL_OPT_NEEDED, NULL,
     "", "strengths of the penalty to choose from", NULL},
    BL_BOOL(params, fit_intercept, "true", "learn an offset; it is not penalised"),
    BL_BOOL(params, alpha_per_target, "false", "choose an alpha for each target, not one for all"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_LINEAR_TARGETS_FIELDS(state), BL_FIELD_VECTOR(state, alpha, BL_F64, n_alphas, "chosen, one or one a target"),
    BL_FIELD_VECTOR(state, best_score, BL_F64, n_alphas, "minus the mean squared error of rows left out"),
    BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_ridge q;
  bl_status status = bl_ridge_begin(ctx, "ridge_cv", t, p->fit_intercept, &q, &s->map);
  s->n_alphas = p->alpha_per_target ? t->n_targets : 1;
  s->alpha = bl_calloc(ctx, s->n_alphas, sizeof *s->alpha);
  s->best_score = bl_calloc(ctx, s->n_alphas, sizeof *s->best_score);
  if (!status && (!s->alpha || !s->best_score)) status = bl_fail_nomem(ctx, "ridge_cv");
  if (!status)
    status = bl_ridge_choose(
        ctx, &q, &(bl_ridge_cv){p->alphas.v, p->alphas.n, p->alpha_per_target, s->alpha, s->best_score}, &s->map);
  bl_ridge_free(ctx, &q);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_ridge_cv = {
    .name = "ridge_cv", .summary = "ridge whose alpha is chosen by leaving out each row once",
    .source = "scikit-learn RidgeCV; Golub, Heath and Wahba 1979", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_TARGETS, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = fields, .state_size = sizeof(state), .fit = fit, .width = bl_linear_targets_width,
    .prepare = bl_linear_targets_prepare, .apply = bl_linear_targets_apply, .check = bl_linear_targets_check};
/* clang-format on */
