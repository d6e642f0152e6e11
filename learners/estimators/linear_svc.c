/* linear_svc: linear support vector machine, one class against the rest where there are more than two. The optimum is that
 * of liblinear and of scikit-learn's LinearSVC, whose intercept is penalised, too (linear_svm.h); dual auto goes by Newton
 * steps where columns are few and the loss is squared_hinge. tol bounds the largest entry of the gradient: of the
 * dual's, or of the primal's over that at 0. */
#include "linear_classifier.h"
#include "linear_svm.h"

enum { SQUARED_HINGE };
static const char *const losses[] = {"squared_hinge", "hinge", NULL};

typedef struct params {
  int loss, dual;
  double C, tol, intercept_scaling;
  bool fit_intercept;
  bl_numbers class_weight;
  int64_t random_state, max_iter;
} params;

typedef struct state {
  bl_linear_scores scores;
  int64_t n_iter;
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, loss, "squared_hinge", losses, "what a row on the wrong side of its margin costs"),
    BL_ENUM(params, dual, "auto", bl_linear_svm_dual, "solve the dual, row by row; auto where columns are many"),
    BL_REAL_ABOVE(params, tol, "1e-4", 0, 1, "", "done when no entry of the gradient is larger"),
    BL_REAL_ABOVE(params, C, "1", 0, 1e15, "", "weight of the loss against the penalty; smaller is smoother"),
    BL_BOOL(params, fit_intercept, "true", "learn a constant too"),
    BL_REAL_ABOVE(params, intercept_scaling, "1", 0, 1e15, "", "the larger, the less the constant is penalised"),
    BL_CLASS_WEIGHT(params),
    BL_INT(params, random_state, "0", 0, 9007199254740991.0, "", "seed of the order of rows in the dual"),
    BL_INT(params, max_iter, "1000", 1, 1000000000, "", "most passes over the rows, or steps"),
    BL_OPT_END};

static const bl_field fields[] = {BL_LINEAR_SCORES_FIELDS(state),
                                  BL_FIELD_SCALAR(state, n_iter, BL_I64, "passes over the rows, or steps"),
                                  BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t n = t->X.rows, d = t->X.cols;
  bl_linear_svm m = {.who = "linear_svc",
                     .classes = true,
                     .squared = p->loss == SQUARED_HINGE,
                     .C = p->C,
                     .tol = p->tol,
                     .intercept_scaling = p->intercept_scaling,
                     .fit_intercept = p->fit_intercept,
                     .seed = (uint64_t)p->random_state,
                     .max_iter = (size_t)p->max_iter};
  m.dual = bl_linear_svm_by_dual(p->dual, m.squared, n, d);
  if (!m.squared && p->dual == BL_DUAL_FALSE)
    return bl_fail(ctx, BL_E_CONFIG, "linear_svc: loss hinge goes by the dual alone; set dual to auto or true");
  bl_linear_svm worst = m;
  double *y = bl_calloc(ctx, n, sizeof *y);
  bl_status status = y ? bl_linear_scores_begin(ctx, t->n_classes, d, &s->scores) : bl_fail_nomem(ctx, "linear_svc");
  for (size_t c = 0; !status && c < s->scores.n_outputs; c++) {
    size_t own = s->scores.n_outputs > 1 ? c : 1;
    for (size_t i = 0; i < n; i++) y[i] = (size_t)t->y[i] == own ? 1 : -1;
    status = bl_linear_svm_fit(ctx, &m, &t->X, y, t->weight, s->scores.coef + c * d, s->scores.intercept + c);
    s->n_iter = (int64_t)m.n_iter > s->n_iter ? (int64_t)m.n_iter : s->n_iter;
    if (!c || (!m.converged && (worst.converged || m.off > worst.off))) worst = m;
  }
  if (!status) bl_linear_svm_warn(ctx, &worst);
  bl_free(ctx, y);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_linear_svc = {
    .name = "linear_svc", .summary = "linear support vector machine",
    .source = "scikit-learn LinearSVC; Fan, Chang, Hsieh, Wang and Lin 2008 (liblinear)", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS, .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields,
    .state_size = sizeof(state), .fit = fit, .width = bl_linear_scores_width, .prepare = bl_linear_scores_prepare,
    .apply = bl_linear_scores_apply, .check = bl_linear_scores_check};
/* clang-format on */
