/* logistic_regression: minimises C * sum_i w_i loss_i + |coef|^2 / 2, the intercept free; two classes: one vector, of
 * the second class; K > 2: softmax with a vector each (over-parameterised, their sum 0).
 *
 * coef [1 or K x d], intercept [1 or K]. The solver sees the mean loss of columns brought to like scale (divided by
 * sqrt(var + 1/(C n)), and centred when there is an intercept), which moves no optimum but makes volts and counts
 * converge alike; tol bounds the largest entry of that gradient. On standardised columns that is scikit-learn's own
 * criterion from 1.3 on. */
#include <math.h>

#include "kit.h"
#include "linear_classifier.h"
#include "logistic_loss.h"
#include "minimise.h"

enum { NO_PENALTY = 1 };
enum { AUTO, LBFGS, NEWTON };
enum { NEWTON_UNKNOWNS = 300 }; /* up to here a Hessian costs less than the steps it saves */

static const char *const penalties[] = {"l2", "none", NULL};
static const char *const solvers[] = {"auto", "lbfgs", "newton", NULL};

typedef struct params {
  int penalty, solver;
  bl_numbers class_weight;
  double C, tol;
  bool fit_intercept;
  int64_t max_iter;
} params;

typedef struct state {
  size_t n_outputs, n_features;
  double *coef, *intercept;
  int64_t n_iter;
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, penalty, "l2", penalties, "what keeps the coefficients small"),
    BL_REAL_ABOVE(params, C, "1", 0, 1e15, "", "weight of the loss against the penalty; smaller is smoother"),
    BL_REAL_ABOVE(params, tol, "1e-4", 0, 1, "", "done when no entry of the gradient is larger"),
    BL_BOOL(params, fit_intercept, "true", "learn a constant too"),
    BL_CLASS_WEIGHT(params),
    BL_INT(params, max_iter, "100", 1, 1000000, "", "most steps of the solver"),
    BL_ENUM(params, solver, "auto", solvers,
            "newton needs few steps and memory of (K d)^2; auto takes it up to K d = 300"),
    BL_OPT_END};

static const bl_field fields[] = {BL_FIELD_MATRIX(state, coef, BL_F64, n_outputs, n_features,
                                                  "coefficients; one row for two classes, else one a class"),
                                  BL_FIELD_VECTOR(state, intercept, BL_F64, n_outputs, "constants"),
                                  BL_FIELD_SCALAR(state, n_iter, BL_I64, "steps the solver took"), BL_FIELD_END};

/* Turns column moments into shift and scale. Without an intercept columns keep their zero. */
static void precondition(const bl_logistic_loss *loss, double *shift, double *scale)
{
  for (size_t j = 0; j < loss->X->cols; j++) {
    double var = scale[j];
    if (!loss->intercept) {
      var += shift[j] * shift[j];
      shift[j] = 0;
    }
    scale[j] = var + loss->ridge > 0 ? 1 / sqrt(var + loss->ridge) : 1;
  }
}

/* A shift of all classes' vectors changes no probability; the one with sum zero is the smallest. */
static void centre_classes(state *s)
{
  size_t d = s->n_features, k = s->n_outputs;
  for (size_t j = 0; k > 1 && j <= d; j++) {
    double *v = j < d ? s->coef + j : s->intercept, mean = 0;
    size_t step = j < d ? d : 1;
    for (size_t c = 0; c < k; c++) mean += v[c * step] / (double)k;
    for (size_t c = 0; c < k; c++) v[c * step] -= mean;
  }
}

static bl_status solve(bl_ctx *ctx, const params *p, bl_logistic_loss *loss, state *s)
{
  bl_minimise m = {.n = loss->n_outputs * (loss->X->cols + p->fit_intercept),
                   .fn = bl_logistic_value,
                   .arg = loss,
                   .tol = p->tol,
                   .max_iter = (size_t)p->max_iter};
  double *theta = bl_calloc(ctx, m.n, sizeof *theta);
  if (!theta) return bl_fail_nomem(ctx, "logistic_regression");
  bool newton = p->solver == NEWTON || (p->solver == AUTO && m.n <= NEWTON_UNKNOWNS);
  bl_status status = newton ? bl_minimise_newton(ctx, &m, theta) : bl_minimise_lbfgs(ctx, &m, theta);
  if (!status) {
    bl_logistic_coef(loss, theta, s->coef, s->intercept);
    centre_classes(s);
    s->n_iter = (int64_t)m.n_iter;
    if (!m.converged)
      bl_warn(ctx, BL_W_NO_CONVERGENCE,
              "logistic_regression: stopped after %zu steps with a gradient of %.3g, wanted %.3g; "
              "raise max_iter or tol, or lower C",
              m.n_iter, m.grad_max, p->tol);
  }
  bl_free(ctx, theta);
  return status;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t n = t->X.rows, d = t->X.cols;
  s->n_features = d;
  s->n_outputs = bl_linear_outputs(t->n_classes);
  s->coef = bl_calloc(ctx, s->n_outputs, d * sizeof *s->coef);
  s->intercept = bl_calloc(ctx, s->n_outputs, sizeof *s->intercept);
  double *block = bl_calloc(ctx, n + 2 * d, sizeof *block);
  bl_status status = s->coef && s->intercept && block ? BL_OK : bl_fail_nomem(ctx, "logistic_regression");
  if (status) goto done;
  double *weight = block, *shift = weight + n, *scale = shift + d;
  bl_logistic_loss loss = {.X = &t->X,
                           .y = t->y,
                           .weight = weight,
                           .n_outputs = s->n_outputs,
                           .intercept = p->fit_intercept,
                           .shift = shift,
                           .scale = scale};
  for (size_t i = 0; i < n; i++) weight[i] = t->weight ? t->weight[i] : 1;
  loss.weight_sum = bl_kit_weight_sum(n, weight);
  loss.ridge = p->penalty == NO_PENALTY ? 0 : 1 / (p->C * loss.weight_sum);
  if ((status = bl_kit_moments(ctx, &t->X, weight, shift, scale))) goto done;
  precondition(&loss, shift, scale);
  status = solve(ctx, p, &loss, s);
done:
  bl_free(ctx, block);
  return status;
}

static bl_linear_scores scores(const bl_estimator *self)
{
  const state *s = self->state;
  return (bl_linear_scores){s->n_outputs, s->n_features, s->coef, s->intercept};
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  bl_linear_scores m = scores(self);
  (void)ops, (void)rows;
  return bl_linear_prepare(ctx, &m, room);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  (void)ctx, (void)self;
  bl_linear_apply(room, X, out);
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  bl_linear_scores m = scores(self);
  return bl_linear_check(ctx, self, &m);
}

const bl_estimator_class bl_estimator_logistic_regression = {
    .name = "logistic_regression",
    .summary = "linear classifier with probabilities",
    .source = "scikit-learn LogisticRegression; Liu and Nocedal 1989 (L-BFGS)",
    .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = bl_linear_width,
    .prepare = prepare,
    .apply = apply,
    .check = check};
