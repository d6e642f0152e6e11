/* The normal equations go to Cholesky: X'X + alpha I for at least as many rows as columns, else the dual
 * X X' + alpha I, coef = X' a (Saunders, Gammerman and Vovk 1998). alpha 0, or a matrix that is not positive definite in
 * double (collinear columns that alpha cannot lift), goes to the least-squares solution of minimal norm by singular
 * values of [X; sqrt(alpha) I] instead.
 *
 * Many alphas: with X'X = V L V' the hat matrix of alpha is Z (L + alpha)^-1 Z', Z = X V; with X X' = U L U' (fewer rows
 * than columns) it is U L (L + alpha)^-1 U'. The intercept adds root root' / sum w. An error of a row left out is its
 * residual over 1 - h_ii (Golub, Heath and Wahba 1979; Rifkin and Lippert 2007). */
#include "ridge_solve.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"

bl_status bl_ridge_begin(bl_ctx *ctx, const char *who, const bl_train *t, bool intercept, bl_ridge *q,
                         bl_linear_targets *m)
{
  *q = (bl_ridge){.who = who, .n = t->X.rows, .d = t->X.cols, .k = t->n_targets, .intercept = intercept};
  q->mean = bl_calloc(ctx, q->d, sizeof *q->mean);
  q->root = bl_calloc(ctx, q->n, sizeof *q->root);
  q->y = bl_calloc(ctx, q->n, q->k * sizeof *q->y);
  bl_status s = q->mean && q->root && q->y ? bl_linear_targets_begin(ctx, t, m) : bl_fail_nomem(ctx, who);
  if (!s && intercept) s = bl_kit_moments(ctx, &t->X, t->weight, q->mean, NULL);
  if (s) return s;
  for (size_t i = 0; i < q->n; i++) q->root[i] = sqrt(t->weight ? t->weight[i] : 1);
  bl_linear_targets_centre(t, intercept, q->root, q->y, m->intercept);
  s = bl_kit_doubles(ctx, &t->X, q->mean, q->root, &q->x);
  return s ? s : BL_CHECK_CANCEL(ctx);
}

void bl_ridge_free(bl_ctx *ctx, bl_ridge *q)
{
  bl_free(ctx, q->mean);
  bl_free(ctx, q->root);
  bl_free(ctx, q->x);
  bl_free(ctx, q->y);
}

/* ---- one alpha --------------------------------------------------------------------------------------------------- */

/* out [d x k] = X' b, b [n x k]. */
static void x_times(const bl_ridge *q, const double *b, double *out)
{
  if (q->k == 1) bl_gemv(true, q->n, q->d, 1, q->x, q->d, b, 0, out);
  else bl_gemm(true, false, q->d, q->k, q->n, 1, q->x, q->d, b, q->k, 0, out, q->k);
}

static bl_status by_cholesky(bl_ctx *ctx, const bl_ridge *q, double alpha, double *coef)
{
  bool dual = q->n < q->d;
  size_t m = dual ? q->n : q->d;
  double *a = bl_calloc(ctx, m * m, sizeof *a), *b = bl_calloc(ctx, m, q->k * sizeof *b),
         *w = dual ? bl_calloc(ctx, q->d, q->k * sizeof *w) : NULL;
  bl_status s = a && b && (w || !dual) ? BL_OK : bl_fail_nomem(ctx, q->who);
  if (s) goto done;
  if (dual) {
    s = bl_gemm_parallel(ctx, false, true, m, m, q->d, 1, q->x, q->d, q->x, q->d, 0, a, m);
    memcpy(b, q->y, m * q->k * sizeof *b);
  } else {
    s = bl_gram(ctx, q->x, q->n, m, a);
    x_times(q, q->y, b);
  }
  for (size_t i = 0; i < m; i++) a[i * m + i] += alpha;
  if (!s) s = bl_solve_spd(ctx, m, a, q->k, b);
  if (s) goto done;
  if (dual) x_times(q, b, w);
  bl_kit_turn(q->d, q->k, dual ? w : b, coef);
  for (size_t j = 0; !s && j < q->d * q->k; j++)
    if (!isfinite(coef[j])) s = bl_fail(ctx, BL_E_RANGE, "%s: the normal equations overflow", q->who);
done:
  bl_free(ctx, a);
  bl_free(ctx, b);
  bl_free(ctx, w);
  return s;
}

static bl_status by_least_squares(bl_ctx *ctx, const bl_ridge *q, double alpha, double *coef)
{
  size_t m = q->n + (alpha > 0 ? q->d : 0), rank = 0, room = m > q->d ? m : q->d;
  double *a = bl_calloc(ctx, m * q->d, sizeof *a), *b = bl_calloc(ctx, room, q->k * sizeof *b);
  bl_status s = a && b ? BL_OK : bl_fail_nomem(ctx, q->who);
  if (!s) {
    memcpy(a, q->x, q->n * q->d * sizeof *a);
    memcpy(b, q->y, q->n * q->k * sizeof *b);
    for (size_t j = 0; j < q->d && alpha > 0; j++) a[(q->n + j) * q->d + j] = sqrt(alpha);
    s = bl_lstsq(ctx, m, q->d, a, q->k, b, -1, &rank);
  }
  if (!s) bl_kit_turn(q->d, q->k, b, coef);
  if (!s && rank < q->d && q->n > q->d)
    bl_warn(ctx, BL_W_COLLINEAR,
            "%s: the %zu columns depend on one another (rank %zu); of all solutions the smallest is taken", q->who,
            q->d, rank);
  bl_free(ctx, a);
  bl_free(ctx, b);
  return s;
}

/* Turns coefficients of centred rows into those of rows as they are. */
static void move_intercepts(const bl_ridge *q, bl_linear_targets *m)
{
  for (size_t c = 0; c < q->k; c++)
    for (size_t j = 0; j < q->d; j++) m->intercept[c] -= q->mean[j] * m->coef[c * q->d + j];
}

bl_status bl_ridge_solve(bl_ctx *ctx, const bl_ridge *q, double alpha, bl_linear_targets *m)
{
  bl_status s = alpha > 0 ? by_cholesky(ctx, q, alpha, m->coef) : BL_E_RANGE;
  if (s == BL_E_RANGE) s = by_least_squares(ctx, q, alpha, m->coef);
  if (!s) move_intercepts(q, m);
  return s;
}

/* ---- many alphas ------------------------------------------------------------------------------------------------- */

/* Axes of the rows: Z [n x m], values L [m], and B = Z' y [m x k], so that predictions of alpha are
 * Z diag(g(alpha)) B. */
typedef struct spectrum {
  size_t m;
  bool dual;
  double *block, *v, *value, *z, *b;
} spectrum;

/* What an axis counts for under alpha. */
static double gain(const spectrum *p, size_t j, double alpha)
{
  return (p->dual ? p->value[j] : 1) / (p->value[j] + alpha);
}

static bl_status decompose(bl_ctx *ctx, const bl_ridge *q, spectrum *p)
{
  size_t n = q->n, d = q->d;
  p->dual = n < d;
  size_t m = p->m = p->dual ? n : d;
  p->block = bl_calloc(ctx, m * (2 * m + 1) + (p->dual ? 0 : n * m) + m * q->k, sizeof *p->block);
  if (!p->block) return bl_fail_nomem(ctx, q->who);
  double *a = p->block;
  p->v = a + m * m;
  p->value = p->v + m * m;
  p->z = p->dual ? p->v : p->value + m;
  p->b = p->dual ? p->value + m : p->z + n * m;
  bl_status s =
      p->dual ? bl_gemm_parallel(ctx, false, true, n, n, d, 1, q->x, d, q->x, d, 0, a, n) : bl_gram(ctx, q->x, n, d, a);
  if (!s) s = bl_eigh(ctx, m, a, p->value, p->v);
  for (size_t j = 0; !s && j < m; j++) p->value[j] = p->value[j] > 0 ? p->value[j] : 0;
  if (!s && !p->dual) s = bl_gemm_parallel(ctx, false, false, n, m, d, 1, q->x, d, p->v, m, 0, p->z, m);
  if (!s) bl_gemm(true, false, m, q->k, n, 1, p->z, m, q->y, q->k, 0, p->b, q->k);
  return s;
}

/* error [k]: mean over rows of the squared errors when each is left out. work [m x (k + 1)]. */
static void left_out(const bl_ridge *q, const spectrum *p, double alpha, double *work, double *error)
{
  size_t m = p->m, k = q->k;
  double total = 0, *g = work, *along = work + m;
  for (size_t j = 0; j < m; j++) {
    g[j] = gain(p, j, alpha);
    for (size_t c = 0; c < k; c++) along[c * m + j] = g[j] * p->b[j * k + c];
  }
  for (size_t i = 0; i < q->n; i++) total += q->root[i] * q->root[i];
  for (size_t c = 0; c < k; c++) error[c] = 0;
  for (size_t i = 0; i < q->n; i++) {
    const double *z = p->z + i * m;
    double own = q->intercept ? q->root[i] * q->root[i] / total : 0;
    for (size_t j = 0; j < m; j++) own += z[j] * z[j] * g[j];
    for (size_t c = 0; c < k; c++) {
      double e = (q->y[i * k + c] - bl_dot(m, z, along + c * m)) / (1 - own);
      error[c] += e * e / (double)q->n;
    }
  }
}

/* Coefficients of target c under alpha: V (L + alpha)^-1 B, or X' U (L + alpha)^-1 B. work [2 m]. */
static void coefficients(const bl_ridge *q, const spectrum *p, double alpha, size_t c, double *work, double *coef)
{
  size_t m = p->m;
  for (size_t j = 0; j < m; j++) work[j] = p->b[j * q->k + c] / (p->value[j] + alpha);
  if (!p->dual) {
    bl_gemv(false, m, m, 1, p->v, m, work, 0, coef);
    return;
  }
  double *a = work + m;
  bl_gemv(false, m, m, 1, p->v, m, work, 0, a);
  bl_gemv(true, q->n, q->d, 1, q->x, q->d, a, 0, coef);
}

bl_status bl_ridge_choose(bl_ctx *ctx, const bl_ridge *q, const bl_ridge_cv *cv, bl_linear_targets *m)
{
  spectrum p = {0};
  size_t groups = cv->per_target ? q->k : 1;
  double *error = bl_calloc(ctx, q->k, sizeof *error),
         *work = bl_calloc(ctx, q->n < q->d ? q->n : q->d, (q->k + 2) * sizeof *work);
  bl_status s = error && work ? decompose(ctx, q, &p) : bl_fail_nomem(ctx, q->who);
  for (size_t a = 0; !s && a < cv->n_alphas && !(s = BL_CHECK_CANCEL(ctx)); a++) {
    left_out(q, &p, cv->alphas[a], work, error);
    for (size_t c = 1; c < q->k && !cv->per_target; c++) error[0] += error[c];
    if (!cv->per_target) error[0] /= (double)q->k;
    for (size_t c = 0; c < groups; c++)
      if (!a || -error[c] > cv->best_score[c]) {
        cv->best_score[c] = -error[c];
        cv->best_alpha[c] = cv->alphas[a];
      }
  }
  for (size_t c = 0; !s && c < q->k; c++)
    coefficients(q, &p, cv->best_alpha[cv->per_target ? c : 0], c, work, m->coef + c * q->d);
  if (!s) move_intercepts(q, m);
  bl_free(ctx, p.block);
  bl_free(ctx, error);
  bl_free(ctx, work);
  return s;
}

bl_status bl_ridge_of_classes(bl_ctx *ctx, const bl_train *t, double **y, bl_train *out)
{
  size_t n = t->X.rows, k = t->n_classes > 2 ? t->n_classes : 1;
  if (!(*y = bl_calloc(ctx, n, k * sizeof **y))) return bl_fail_nomem(ctx, "classes as targets");
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < k; c++) (*y)[i * k + c] = (size_t)t->y[i] == (k > 1 ? c : 1) ? 1 : -1;
  *out = *t;
  out->y = *y;
  out->n_targets = k;
  out->n_classes = 0;
  return BL_OK;
}
