/* The dual by coordinates (Hsieh, Chang, Lin, Keerthi and Sundararajan 2008; Ho and Lin 2012), one form for classes and
 * numbers: the least of |sum_i b_i x_i|^2 / 2 - y'b + epsilon |b|_1 + sum_i lambda_i b_i^2 / 2 with lo_i <= b_i <= hi_i, in
 * an order drawn anew for each pass. Coordinates that rest at a bound, or at 0, with a gradient that holds them there by
 * more than any violated in the pass before are left out (shrinking) until the others are done; then all are looked at once
 * more. Squared losses go by Newton steps on the primal where columns are few. */
#include "linear_svm.h"

#include <math.h>

#include "baleen/blas.h"
#include "baleen/random.h"
#include "minimise.h"
#include "row_loss.h"

enum { NEWTON_COLUMNS = 1000 };
const char *const bl_linear_svm_dual[] = {"auto", "true", "false", NULL};

bool bl_linear_svm_by_dual(int asked, bool squared, size_t rows, size_t cols)
{
  if (!squared) return true;
  return asked == BL_DUAL_AUTO ? cols > NEWTON_COLUMNS || cols > 10 * rows : asked == BL_DUAL_TRUE;
}

/* ---- Newton ------------------------------------------------------------------------------------------------------ */

static bl_row_slope class_loss(const void *arg, double y, double z)
{
  double r = y - z;
  (void)arg;
  return y * r > 0 ? (bl_row_slope){r * r, -2 * r, 2} : (bl_row_slope){0, 0, 0};
}

static bl_row_slope number_loss(const void *arg, double y, double z)
{
  double r = y - z, epsilon = *(const double *)arg, over = fabs(r) - epsilon;
  return over > 0 ? (bl_row_slope){over * over, -2 * copysign(over, r), 2} : (bl_row_slope){0, 0, 0};
}

static double largest(const double *v, size_t n)
{
  double top = 0;
  for (size_t i = 0; i < n; i++) top = fmax(top, fabs(v[i]));
  return top;
}

static bl_status by_newton(bl_ctx *ctx, bl_linear_svm *m, const bl_cmat *X, const double *y, const double *weight,
                           double *coef, double *intercept)
{
  size_t d = X->cols, n = d + m->fit_intercept;
  double *block = bl_calloc(ctx, 3 * n + d, sizeof *block), f;
  if (!block) return bl_fail_nomem(ctx, m->who);
  double *theta = block, *scale = theta + n, *shift = scale + d, *grad = shift + n;
  for (size_t j = 0; j < d; j++) scale[j] = 1;
  bl_row_loss loss = {.X = X,
                      .y = y,
                      .weight = weight,
                      .weight_sum = bl_kit_weight_sum(X->rows, weight),
                      .bias = m->fit_intercept ? m->intercept_scaling : 0,
                      .intercept = m->fit_intercept,
                      .shift = shift,
                      .scale = scale,
                      .fn = m->classes ? class_loss : number_loss,
                      .arg = &m->epsilon};
  loss.ridge = 1 / (m->C * loss.weight_sum); /* the objective over C and the weights */
  bl_status s = bl_row_loss_value(ctx, &loss, theta, &f, grad, NULL);
  double first = s ? 0 : largest(grad, n);
  bl_minimise q = {.n = n, .fn = bl_row_loss_value, .arg = &loss, .tol = m->tol * first, .max_iter = m->max_iter};
  if (!s) s = bl_minimise_newton(ctx, &q, theta);
  if (!s) bl_row_loss_coef(&loss, theta, coef, intercept);
  m->n_iter = q.n_iter;
  m->converged = q.converged;
  m->off = first > 0 ? q.grad_max / first : 0;
  bl_free(ctx, block);
  return s;
}

/* ---- the dual ---------------------------------------------------------------------------------------------------- */

typedef struct dual {
  const bl_cmat *X;
  const double *y;
  double *w, *b, *square, *lo, *hi, *lambda; /* w [d + 1]: coefficients, that of the added column last */
  uint32_t *order;
  size_t active;
  double bias, epsilon;
} dual;

static double score(const dual *q, size_t i)
{
  const float *x = bl_crow(q->X, i);
  double z = q->bias * q->w[q->X->cols];
  for (size_t j = 0; j < q->X->cols; j++) z += (double)x[j] * q->w[j];
  return z;
}

static void move(dual *q, size_t i, double step)
{
  const float *x = bl_crow(q->X, i);
  for (size_t j = 0; j < q->X->cols; j++) q->w[j] += step * (double)x[j];
  q->w[q->X->cols] += step * q->bias;
}

/* How far the gradient pulls b_i along a way that is open; *held: by how much it is held where it is. */
static double violation(const dual *q, size_t i, double g, double *held)
{
  double b = q->b[i], up = g + (b >= 0 ? q->epsilon : -q->epsilon), down = g + (b > 0 ? q->epsilon : -q->epsilon);
  bool may_rise = b<q->hi[i], may_fall = b> q->lo[i];
  double pull = fmax(may_rise ? fmax(-up, 0) : 0, may_fall ? fmax(down, 0) : 0);
  double hold = HUGE_VAL;
  if (may_rise) hold = fmin(hold, up);
  if (may_fall) hold = fmin(hold, -down);
  *held = pull > 0 || (b != 0 && may_rise && may_fall) ? 0 : hold;
  return pull;
}

/* One pass over the active coordinates in their order; returns the largest violation met. */
static double pass(dual *q, double limit)
{
  double worst = 0;
  for (size_t s = 0; s < q->active;) {
    size_t i = q->order[s];
    double g = score(q, i) - q->y[i] + q->lambda[i] * q->b[i], held, off = violation(q, i, g, &held);
    if (held > limit) { /* left out until the others are done */
      q->order[s] = q->order[--q->active];
      q->order[q->active] = (uint32_t)i;
      continue;
    }
    s++;
    worst = fmax(worst, off);
    double h = q->square[i] + q->lambda[i];
    if (!(off > 1e-15) || !(h > 0)) continue;
    double to = q->b[i] - g / h, by = q->epsilon / h;
    to = fabs(to) > by ? copysign(fabs(to) - by, to) : 0;
    to = fmin(fmax(to, q->lo[i]), q->hi[i]);
    move(q, i, to - q->b[i]);
    q->b[i] = to;
  }
  return worst;
}

static void set_bounds(const bl_linear_svm *m, dual *q, const double *weight)
{
  for (size_t i = 0; i < q->X->rows; i++) {
    const float *x = bl_crow(q->X, i);
    double cost = m->C * (weight ? weight[i] : 1), most = m->squared ? HUGE_VAL : cost;
    q->lambda[i] = m->squared ? 0.5 / cost : 0;
    q->hi[i] = m->classes && q->y[i] < 0 ? 0 : most;
    q->lo[i] = m->classes && q->y[i] > 0 ? 0 : -most;
    q->square[i] = q->bias * q->bias;
    for (size_t j = 0; j < q->X->cols; j++) q->square[i] += (double)x[j] * (double)x[j];
    q->order[i] = (uint32_t)i;
  }
}

static bl_status descend(bl_ctx *ctx, bl_linear_svm *m, dual *q)
{
  size_t n = q->X->rows;
  double limit = HUGE_VAL;
  q->active = n;
  for (m->n_iter = 0; !m->converged && m->n_iter < m->max_iter; m->n_iter++) {
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (s) return s;
    bl_rng r = bl_rng_make(m->seed, "linear svm", m->n_iter);
    bl_rng_shuffle(&r, q->order, q->active);
    m->off = pass(q, limit);
    limit = m->off > 0 ? m->off : HUGE_VAL;
    if (m->off > m->tol) continue;
    m->converged = q->active == n;
    q->active = n; /* look at all once more */
    limit = HUGE_VAL;
  }
  return BL_OK;
}

static bl_status by_dual(bl_ctx *ctx, bl_linear_svm *m, const bl_cmat *X, const double *y, const double *weight,
                         double *coef, double *intercept)
{
  size_t n = X->rows, d = X->cols;
  double *block = bl_calloc(ctx, 5 * n + d + 1, sizeof *block);
  dual q = {.X = X, .y = y, .order = bl_calloc(ctx, n, sizeof *q.order)};
  bl_status s = block && q.order ? BL_OK : bl_fail_nomem(ctx, m->who);
  if (s) goto done;
  q.b = block, q.square = q.b + n, q.lo = q.square + n, q.hi = q.lo + n, q.lambda = q.hi + n, q.w = q.lambda + n;
  q.bias = m->fit_intercept ? m->intercept_scaling : 0;
  q.epsilon = m->classes ? 0 : m->epsilon;
  set_bounds(m, &q, weight);
  s = descend(ctx, m, &q);
  for (size_t j = 0; j < d; j++) coef[j] = q.w[j];
  *intercept = q.bias * q.w[d];
done:
  bl_free(ctx, block);
  bl_free(ctx, q.order);
  return s;
}

bl_status bl_linear_svm_fit(bl_ctx *ctx, bl_linear_svm *m, const bl_cmat *X, const double *y, const double *weight,
                            double *coef, double *intercept)
{
  m->converged = false;
  return m->dual ? by_dual(ctx, m, X, y, weight, coef, intercept) : by_newton(ctx, m, X, y, weight, coef, intercept);
}

void bl_linear_svm_warn(bl_ctx *ctx, const bl_linear_svm *m)
{
  if (m->converged) return;
  bl_warn(
      ctx, BL_W_NO_CONVERGENCE,
      "%s: stopped after %zu passes with a gradient of %.3g, wanted %.3g; raise max_iter or tol, lower C, or scale the "
      "columns",
      m->who, m->n_iter, m->off, m->tol);
}
