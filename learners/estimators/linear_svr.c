/* linear_svr: regression that lets errors up to epsilon pass. The optimum is that of liblinear and of scikit-learn's
 * LinearSVR, whose intercept is penalised, too (linear_svm.h); tol as in linear_svc. */
#include "linear_svm.h"
#include "linear_targets.h"

enum { EPSILON_INSENSITIVE, SQUARED };
static const char *const losses[] = {"epsilon_insensitive", "squared_epsilon_insensitive", NULL};

typedef struct params {
  int loss, dual;
  double epsilon, C, tol, intercept_scaling;
  bool fit_intercept;
  int64_t random_state, max_iter;
} params;

typedef struct state {
  bl_linear_targets map;
  int64_t n_iter;
} state;

static const bl_opt opts[] = {
    BL_REAL(params, epsilon, "0", 0, 1e300, "", "errors up to this cost nothing, in the target's unit"),
    BL_ENUM(params, loss, "epsilon_insensitive", losses, "what lies beyond epsilon costs, or its square"),
    BL_ENUM(params, dual, "auto", bl_linear_svm_dual, "solve the dual, row by row; auto where columns are many"),
    BL_REAL_ABOVE(params, tol, "1e-4", 0, 1, "", "done when no entry of the gradient is larger"),
    BL_REAL_ABOVE(params, C, "1", 0, 1e15, "", "weight of the loss against the penalty; smaller is smoother"),
    BL_BOOL(params, fit_intercept, "true", "learn a constant too"),
    BL_REAL_ABOVE(params, intercept_scaling, "1", 0, 1e15, "", "the larger, the less the constant is penalised"),
    BL_INT(params, random_state, "0", 0, 9007199254740991.0, "", "seed of the order of rows in the dual"),
    BL_INT(params, max_iter, "1000", 1, 1000000000, "", "most passes over the rows, or steps"),
    BL_OPT_END};

static const bl_field fields[] = {BL_LINEAR_TARGETS_FIELDS(state),
                                  BL_FIELD_SCALAR(state, n_iter, BL_I64, "passes over the rows, or steps"),
                                  BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_linear_svm m = {.who = "linear_svr",
                     .squared = p->loss == SQUARED,
                     .C = p->C,
                     .epsilon = p->epsilon,
                     .tol = p->tol,
                     .intercept_scaling = p->intercept_scaling,
                     .fit_intercept = p->fit_intercept,
                     .seed = (uint64_t)p->random_state,
                     .max_iter = (size_t)p->max_iter};
  m.dual = bl_linear_svm_by_dual(p->dual, m.squared, t->X.rows, t->X.cols);
  if (!m.squared && p->dual == BL_DUAL_FALSE)
    return bl_fail(ctx, BL_E_CONFIG,
                   "linear_svr: loss epsilon_insensitive goes by the dual alone; set dual to auto or true");
  bl_status status = bl_linear_targets_begin(ctx, t, &s->map);
  if (!status) status = bl_linear_svm_fit(ctx, &m, &t->X, t->y, t->weight, s->map.coef, s->map.intercept);
  s->n_iter = (int64_t)m.n_iter;
  if (!status) bl_linear_svm_warn(ctx, &m);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_linear_svr = {
    .name = "linear_svr", .summary = "linear support vector regression",
    .source = "scikit-learn LinearSVR; Ho and Lin 2012 (liblinear)", .kind = BL_REGRESSOR, .tags = BL_TAG_WEIGHTS,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_linear_targets_width, .prepare = bl_linear_targets_prepare,
    .apply = bl_linear_targets_apply, .check = bl_linear_targets_check};
/* clang-format on */
