/* Minimises C * sum_i w_i loss_i + penalty(coef), the intercept free, the penalty |coef|^2 / 2 (l2), |coef|_1 (l1) or
 * l1_ratio |coef|_1 + (1 - l1_ratio) |coef|^2 / 2 (elasticnet). Two classes: one vector, of the second class; K > 2: softmax
 * with a vector each (over-parameterised, with l2 their sum 0), or with ovr as many problems of two classes.
 *
 * The solver sees the mean loss of columns brought to like scale (divided by sqrt(var + 1/(C n)), and centred when there
 * is an intercept), which moves no optimum but makes volts and counts converge alike; tol bounds the largest entry of that
 * gradient. On standardised columns that is scikit-learn's own criterion from 1.3 on. */
#include "logistic_fit.h"

#include <math.h>

#include "logistic_loss.h"
#include "minimise.h"

enum { L2, L1, ELASTICNET, NO_PENALTY };
enum { AUTO, LBFGS, NEWTON };
enum { AUTO_WAY, OVR };
enum { NEWTON_UNKNOWNS = 300, NEWTON_L1_UNKNOWNS = 1000 }; /* up to here a Hessian costs less than the steps it saves */

const char *const bl_logistic_penalties[] = {"l2", "l1", "elasticnet", "none", NULL};
const char *const bl_logistic_solvers[] = {"auto", "lbfgs", "newton-cholesky", NULL};
const char *const bl_logistic_ways[] = {"auto", "ovr", "multinomial", NULL};

bl_linear_link bl_logistic_link(const bl_logistic_params *p)
{
  return p->multi_class == OVR ? BL_LINK_ONE_VS_REST : BL_LINK_SOFTMAX;
}

/* The share of the penalty that is on magnitudes. */
static double share_of_magnitudes(const bl_logistic_params *p)
{
  return p->penalty == L1 ? 1 : p->penalty == ELASTICNET ? p->l1_ratio : 0;
}

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

/* A shift of all classes' vectors changes no probability; of the squares the one with sum zero is the smallest. */
static void centre_classes(bl_linear_scores *s, bool coefficients)
{
  size_t d = s->n_features, k = s->n_outputs;
  for (size_t j = coefficients ? 0 : d; k > 1 && j <= d; j++) {
    double *v = j < d ? s->coef + j : s->intercept, mean = 0;
    size_t step = j < d ? d : 1;
    for (size_t c = 0; c < k; c++) mean += v[c * step] / (double)k;
    for (size_t c = 0; c < k; c++) v[c * step] -= mean;
  }
}

static bl_status minimise(bl_ctx *ctx, const bl_logistic_params *p, const bl_logistic_loss *loss, double magnitudes,
                          bl_minimise *m, double *theta)
{
  size_t d = loss->X->cols, per_row = d + loss->intercept;
  bool newton = p->solver == NEWTON ||
                (p->solver == AUTO && m->n <= (size_t)(magnitudes > 0 ? NEWTON_L1_UNKNOWNS : NEWTON_UNKNOWNS));
  if (!(magnitudes > 0)) return newton ? bl_minimise_newton(ctx, m, theta) : bl_minimise_lbfgs(ctx, m, theta);
  double *l1 = bl_calloc(ctx, m->n, sizeof *l1);
  if (!l1) return bl_fail_nomem(ctx, "a penalty");
  for (size_t i = 0; i < m->n; i++) l1[i] = i % per_row < d ? magnitudes * loss->scale[i % per_row] : 0;
  bl_status s = newton ? bl_minimise_newton_l1(ctx, m, l1, theta) : bl_minimise_gradient_l1(ctx, m, l1, theta);
  bl_free(ctx, l1);
  return s;
}

/* One problem: loss.y are its codes, m its vectors. */
static bl_status solve(bl_ctx *ctx, const char *who, const bl_logistic_params *p, bl_logistic_loss *loss, bool quiet,
                       bl_linear_scores *s, int64_t *n_iter)
{
  double magnitudes = p->penalty == NO_PENALTY ? 0 : share_of_magnitudes(p) / (p->C * loss->weight_sum);
  bl_minimise m = {.n = loss->n_outputs * (loss->X->cols + loss->intercept),
                   .fn = bl_logistic_value,
                   .arg = loss,
                   .tol = p->tol,
                   .max_iter = (size_t)p->max_iter};
  double *theta = bl_calloc(ctx, m.n, sizeof *theta);
  if (!theta) return bl_fail_nomem(ctx, who);
  bl_status status = minimise(ctx, p, loss, magnitudes, &m, theta);
  if (!status) {
    bl_logistic_coef(loss, theta, s->coef, s->intercept);
    centre_classes(s, !(magnitudes > 0));
    *n_iter = (int64_t)m.n_iter > *n_iter ? (int64_t)m.n_iter : *n_iter;
    if (!m.converged && !quiet)
      bl_warn(ctx, BL_W_NO_CONVERGENCE,
              "%s: stopped after %zu steps with a gradient of %.3g, wanted %.3g; raise max_iter or tol, or lower C",
              who, m.n_iter, m.grad_max, p->tol);
  }
  bl_free(ctx, theta);
  return status;
}

/* Each class against the rest: y [n] is scratch. */
static bl_status one_vs_rest(bl_ctx *ctx, const char *who, const bl_logistic_params *p, bl_logistic_loss *loss,
                             bool quiet, double *own, bl_linear_scores *s, int64_t *n_iter)
{
  const double *codes = loss->y;
  bl_status status = BL_OK;
  loss->y = own;
  loss->n_outputs = 1;
  for (size_t c = 0; !status && c < s->n_outputs; c++) {
    bl_linear_scores one = {1, s->n_features, s->coef + c * s->n_features, s->intercept + c};
    for (size_t i = 0; i < loss->X->rows; i++) own[i] = (size_t)codes[i] == c;
    status = solve(ctx, who, p, loss, quiet, &one, n_iter);
  }
  return status;
}

bl_status bl_logistic_fit(bl_ctx *ctx, const char *who, const bl_logistic_params *p, const bl_cmat *X, const double *y,
                          const double *weight, bool quiet, bl_linear_scores *m, int64_t *n_iter)
{
  size_t n = X->rows, d = X->cols;
  double *block = bl_calloc(ctx, 2 * n + 2 * d, sizeof *block);
  if (!block) return bl_fail_nomem(ctx, who);
  double *w = block, *own = w + n, *shift = own + n, *scale = shift + d;
  bl_logistic_loss loss = {.X = X,
                           .y = y,
                           .weight = w,
                           .n_outputs = m->n_outputs,
                           .intercept = p->fit_intercept,
                           .shift = shift,
                           .scale = scale};
  for (size_t i = 0; i < n; i++) w[i] = weight ? weight[i] : 1;
  loss.weight_sum = bl_kit_weight_sum(n, w);
  loss.ridge = p->penalty == NO_PENALTY ? 0 : (1 - share_of_magnitudes(p)) / (p->C * loss.weight_sum);
  *n_iter = 0;
  bl_status s = bl_kit_moments(ctx, X, w, shift, scale);
  if (!s) precondition(&loss, shift, scale);
  if (!s)
    s = p->multi_class == OVR && m->n_outputs > 1 ? one_vs_rest(ctx, who, p, &loss, quiet, own, m, n_iter)
                                                  : solve(ctx, who, p, &loss, quiet, m, n_iter);
  bl_free(ctx, block);
  return s;
}
