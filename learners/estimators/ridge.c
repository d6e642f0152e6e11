/* ridge: least squares with a penalty: coef minimises sum w (y - X coef - b)^2 + alpha |coef|^2, the intercept b free.
 * Several targets are as many problems over one matrix.
 *
 * Rows are centred (weighted) and multiplied by the roots of their weights. The normal equations go to Cholesky:
 * X'X + alpha I for at least as many rows as columns, else the dual X X' + alpha I, coef = X' a (Saunders, Gammerman
 * and Vovk 1998). alpha 0, or a matrix that is not positive definite in double (collinear columns that alpha cannot
 * lift), goes to the least-squares solution of minimal norm by singular values of [X; sqrt(alpha) I] instead. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "linear_targets.h"

typedef struct params {
  double alpha;
  bool fit_intercept;
} params;

typedef struct state {
  bl_linear_targets map;
} state;

static const bl_opt opts[] = {
    BL_REAL(params, alpha, "1", 0, INFINITY, "", "strength of the penalty on the coefficients' squares"),
    BL_BOOL(params, fit_intercept, "true", "learn an offset; it is not penalised"), BL_OPT_END};

static const bl_field fields[] = {BL_LINEAR_TARGETS_FIELDS(state), BL_FIELD_END};

/* Centred and weighted problem: x [n x d], y [n x k]. */
typedef struct problem {
  size_t n, d, k;
  double alpha, *x, *y;
} problem;

/* out [d x k] = X' b, b [n x k]. */
static void x_times(const problem *q, const double *b, double *out)
{
  if (q->k == 1) bl_gemv(true, q->n, q->d, 1, q->x, q->d, b, 0, out);
  else bl_gemm(true, false, q->d, q->k, q->n, 1, q->x, q->d, b, q->k, 0, out, q->k);
}

static bl_status by_cholesky(bl_ctx *ctx, const problem *q, double *coef)
{
  bool dual = q->n < q->d;
  size_t m = dual ? q->n : q->d;
  double *a = bl_calloc(ctx, m * m, sizeof *a), *b = bl_calloc(ctx, m, q->k * sizeof *b),
         *w = dual ? bl_calloc(ctx, q->d, q->k * sizeof *w) : NULL;
  bl_status s = a && b && (w || !dual) ? BL_OK : bl_fail_nomem(ctx, "ridge");
  if (s) goto done;
  if (dual) {
    s = bl_gemm_parallel(ctx, false, true, m, m, q->d, 1, q->x, q->d, q->x, q->d, 0, a, m);
    memcpy(b, q->y, m * q->k * sizeof *b);
  } else {
    s = bl_gram(ctx, q->x, q->n, m, a);
    x_times(q, q->y, b);
  }
  for (size_t i = 0; i < m; i++) a[i * m + i] += q->alpha;
  if (!s) s = bl_solve_spd(ctx, m, a, q->k, b);
  if (s) goto done;
  if (dual) x_times(q, b, w);
  bl_kit_turn(q->d, q->k, dual ? w : b, coef);
  for (size_t j = 0; !s && j < q->d * q->k; j++)
    if (!isfinite(coef[j])) s = bl_fail(ctx, BL_E_RANGE, "ridge: the normal equations overflow");
done:
  bl_free(ctx, a);
  bl_free(ctx, b);
  bl_free(ctx, w);
  return s;
}

static bl_status by_least_squares(bl_ctx *ctx, const problem *q, double *coef)
{
  size_t m = q->n + (q->alpha > 0 ? q->d : 0), rank = 0, room = m > q->d ? m : q->d;
  double *a = bl_calloc(ctx, m * q->d, sizeof *a), *b = bl_calloc(ctx, room, q->k * sizeof *b);
  bl_status s = a && b ? BL_OK : bl_fail_nomem(ctx, "ridge");
  if (!s) {
    memcpy(a, q->x, q->n * q->d * sizeof *a);
    memcpy(b, q->y, q->n * q->k * sizeof *b);
    for (size_t j = 0; j < q->d && q->alpha > 0; j++) a[(q->n + j) * q->d + j] = sqrt(q->alpha);
    s = bl_lstsq(ctx, m, q->d, a, q->k, b, -1, &rank);
  }
  if (!s) bl_kit_turn(q->d, q->k, b, coef);
  if (!s && rank < q->d && q->n > q->d)
    bl_warn(ctx, BL_W_COLLINEAR,
            "ridge: the %zu columns depend on one another (rank %zu); of all solutions the smallest is taken", q->d,
            rank);
  bl_free(ctx, a);
  bl_free(ctx, b);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_linear_targets *m = self->state;
  problem q = {t->X.rows, t->X.cols, t->n_targets, p->alpha, NULL, NULL};
  double *mean = bl_calloc(ctx, q.d, sizeof *mean), *root = bl_calloc(ctx, q.n, sizeof *root);
  q.y = bl_calloc(ctx, q.n, q.k * sizeof *q.y);
  bl_status s = mean && root && q.y ? bl_linear_targets_begin(ctx, t, m) : bl_fail_nomem(ctx, "ridge");
  if (!s && p->fit_intercept) s = bl_kit_moments(ctx, &t->X, t->weight, mean, NULL);
  if (s) goto done;
  for (size_t i = 0; i < q.n; i++) root[i] = sqrt(t->weight ? t->weight[i] : 1);
  bl_linear_targets_centre(t, p->fit_intercept, root, q.y, m->intercept);
  s = bl_kit_doubles(ctx, &t->X, mean, root, &q.x);
  if (!s) s = BL_CHECK_CANCEL(ctx);
  if (!s) s = q.alpha > 0 ? by_cholesky(ctx, &q, m->coef) : BL_E_RANGE;
  if (s == BL_E_RANGE) s = by_least_squares(ctx, &q, m->coef);
  for (size_t c = 0; c < q.k; c++)
    for (size_t j = 0; j < q.d; j++) m->intercept[c] -= mean[j] * m->coef[c * q.d + j];
done:
  bl_free(ctx, mean);
  bl_free(ctx, root);
  bl_free(ctx, q.x);
  bl_free(ctx, q.y);
  return s;
}

const bl_estimator_class bl_estimator_ridge = {
    .name = "ridge",
    .summary = "linear regression with a penalty on the squares of the coefficients",
    .source = "scikit-learn Ridge; Hoerl and Kennard 1970",
    .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_TARGETS,
    .state_version = 2,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = bl_linear_targets_width,
    .prepare = bl_linear_targets_prepare,
    .apply = bl_linear_targets_apply,
    .migrate = bl_linear_targets_migrate,
    .check = bl_linear_targets_check};
