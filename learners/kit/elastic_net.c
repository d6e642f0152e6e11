/* Cyclic coordinate descent with the duality gap as its end, as scikit-learn's (Friedman, Hastie and Tibshirani 2010; Kim,
 * Koh, Lustig, Boyd and Gorinevsky 2007 for the gap). What a coordinate needs of the others is kept up to date: y - X coef
 * where rows are few, X'y - X'X coef where they are many, so that a step costs the smaller of rows and columns. */
#include "elastic_net.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"

void bl_elastic_net_free(bl_ctx *ctx, bl_elastic_net *q)
{
  bl_free(ctx, q->mean);
  bl_free(ctx, q->columns);
  bl_free(ctx, q->y);
  bl_free(ctx, q->square);
  bl_free(ctx, q->rest);
}

/* The target without its mean times the roots of weights. */
static void centre_target(bl_elastic_net *q, const double *y, size_t step, const double *weight, const double *root,
                          bool intercept, double *out)
{
  for (size_t i = 0; intercept && i < q->n; i++) q->y_mean += (weight ? weight[i] : 1) * y[i * step];
  if (intercept) q->y_mean /= bl_kit_weight_sum(q->n, weight);
  for (size_t i = 0; i < q->n; i++) {
    out[i] = root[i] * (y[i * step] - q->y_mean);
    q->y_square += out[i] * out[i];
  }
}

/* x [n x d] into what is kept. */
static bl_status keep(bl_ctx *ctx, bl_elastic_net *q, const double *x, const double *y)
{
  size_t n = q->n, d = q->d;
  bl_status s = BL_OK;
  if (q->by_rows) {
    bl_kit_turn(n, d, x, q->columns);
    memcpy(q->y, y, n * sizeof *y);
    for (size_t j = 0; j < d; j++) q->square[j] = bl_dot(n, q->columns + j * n, q->columns + j * n);
    return s;
  }
  s = bl_gram(ctx, x, n, d, q->columns);
  bl_gemv(true, n, d, 1, x, d, y, 0, q->y);
  for (size_t j = 0; j < d; j++) q->square[j] = q->columns[j * d + j];
  return s;
}

bl_status bl_elastic_net_begin(bl_ctx *ctx, const bl_cmat *X, const double *y, size_t step, const double *weight,
                               bool intercept, bl_elastic_net *q)
{
  size_t n = X->rows, d = X->cols, m = n < d ? n : d;
  *q = (bl_elastic_net){.n = n, .d = d, .by_rows = n < d};
  double *x = NULL, *var = bl_calloc(ctx, d, sizeof *var), *root = bl_calloc(ctx, n, 2 * sizeof *root);
  q->mean = bl_calloc(ctx, d, sizeof *q->mean);
  q->columns = bl_calloc(ctx, d, m * sizeof *q->columns);
  q->y = bl_calloc(ctx, m, sizeof *q->y);
  q->square = bl_calloc(ctx, d, sizeof *q->square);
  q->rest = bl_calloc(ctx, m, sizeof *q->rest);
  bool room = var && root && q->mean && q->columns && q->y && q->square && q->rest;
  bl_status s = room ? bl_kit_moments(ctx, X, weight, q->mean, var) : bl_fail_nomem(ctx, "coordinate descent");
  if (s) goto done;
  double total = bl_kit_weight_sum(n, weight);
  for (size_t i = 0; i < n; i++) root[i] = weight ? sqrt(weight[i] * (double)n / total) : 1;
  centre_target(q, y, step, weight, root, intercept, root + n);
  /* what rounding leaves of a column without spread is no column */
  double *shift = intercept ? q->mean : NULL;
  s = bl_kit_doubles(ctx, X, shift, root, &x);
  if (!s) s = keep(ctx, q, x, root + n);
  for (size_t j = 0; !s && j < d; j++)
    if (intercept && bl_kit_constant(total, q->mean[j], var[j])) q->square[j] = 0;
  if (!intercept) memset(q->mean, 0, d * sizeof *q->mean);
done:
  bl_free(ctx, x);
  bl_free(ctx, var);
  bl_free(ctx, root);
  return s;
}

/* Column j times the rest. */
static double along(const bl_elastic_net *q, size_t j, const double *rest)
{
  return q->by_rows ? bl_dot(q->n, q->columns + j * q->n, rest) : rest[j];
}

double bl_elastic_net_alpha_max(const bl_elastic_net *q, double l1_ratio)
{
  double top = 0;
  for (size_t j = 0; j < q->d; j++)
    if (q->square[j] > 0) top = fmax(top, fabs(along(q, j, q->y)));
  return top / ((double)q->n * l1_ratio);
}

double bl_elastic_net_intercept(const bl_elastic_net *q, const double *coef)
{
  return q->y_mean - bl_dot(q->d, q->mean, coef);
}

static void take_off(bl_elastic_net *q, size_t j, double step)
{
  size_t m = q->by_rows ? q->n : q->d;
  const double *column = q->columns + j * m;
  for (size_t i = 0; i < m; i++) q->rest[i] -= step * column[i];
}

/* One pass over the coordinates; the largest step and the largest coefficient. */
static void pass(bl_elastic_net *q, double l1, double l2, bool positive, double *coef, double *step, double *top)
{
  *step = *top = 0;
  for (size_t j = 0; j < q->d; j++) {
    if (!(q->square[j] > 0)) continue;
    double before = coef[j], pull = along(q, j, q->rest) + before * q->square[j], size = fabs(pull) - l1;
    coef[j] = size > 0 && !(positive && pull < 0) ? copysign(size, pull) / (q->square[j] + l2) : 0;
    if (coef[j] != before) take_off(q, j, coef[j] - before);
    *step = fmax(*step, fabs(coef[j] - before));
    *top = fmax(*top, fabs(coef[j]));
  }
}

/* What the objective (times n) lies above the best of the dual, at most. */
static double gap_of(const bl_elastic_net *q, double l1, double l2, bool positive, const double *coef)
{
  double most = 0, sum = 0, square = 0, fit = 0, left = 0, with_y;
  for (size_t j = 0; j < q->d; j++) {
    double pull = along(q, j, q->rest);
    if (!(q->square[j] > 0)) continue;
    most = fmax(most, positive ? pull - l2 * coef[j] : fabs(pull - l2 * coef[j]));
    sum += fabs(coef[j]);
    square += coef[j] * coef[j];
    fit += q->by_rows ? 0 : coef[j] * q->y[j];
    left += q->by_rows ? 0 : coef[j] * pull;
  }
  if (q->by_rows) {
    left = bl_dot(q->n, q->rest, q->rest);
    with_y = bl_dot(q->n, q->rest, q->y);
  } else { /* |r|^2 = |y|^2 - coef'X'y - coef'X'r, r'y = |y|^2 - coef'X'y */
    with_y = q->y_square - fit;
    left = with_y - left;
  }
  double shrink = most > l1 ? l1 / most : 1;
  double gap = most > l1 ? 0.5 * left * (1 + shrink * shrink) : left;
  return gap + l1 * sum - shrink * with_y + 0.5 * l2 * (1 + shrink * shrink) * square;
}

bl_status bl_elastic_net_descend(bl_ctx *ctx, bl_elastic_net *q, double alpha, double l1_ratio,
                                 bl_elastic_net_stop *stop, double *coef)
{
  double l1 = alpha * l1_ratio * (double)q->n, l2 = alpha * (1 - l1_ratio) * (double)q->n;
  double goal = stop->tol * q->y_square, step, top;
  memcpy(q->rest, q->y, (q->by_rows ? q->n : q->d) * sizeof *q->rest);
  for (size_t j = 0; j < q->d; j++)
    if (coef[j] != 0) take_off(q, j, coef[j]);
  stop->converged = false;
  stop->gap = 0;
  for (stop->n_iter = 0; !stop->converged && stop->n_iter < stop->max_iter; stop->n_iter++) {
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (s) return s;
    pass(q, l1, l2, stop->positive, coef, &step, &top);
    if (top > 0 && step / top > stop->tol) continue;
    stop->gap = gap_of(q, l1, l2, stop->positive, coef);
    /* at the optimum the gap is what rounding leaves of sums of squares */
    stop->converged = stop->gap <= fmax(goal, 1e-14 * q->y_square) || step == 0;
  }
  if (!stop->converged) stop->gap = gap_of(q, l1, l2, stop->positive, coef);
  return BL_OK;
}

void bl_elastic_net_warn(bl_ctx *ctx, const char *who, const bl_elastic_net_stop *stop, double y_square)
{
  if (stop->converged) return;
  bl_warn(
      ctx, BL_W_NO_CONVERGENCE,
      "%s: stopped after %zu passes with a duality gap of %.3g, wanted %.3g; raise max_iter, tol or alpha, or scale "
      "the columns",
      who, stop->n_iter, stop->gap, stop->tol * y_square);
}
