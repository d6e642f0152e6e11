/* ridge: least squares with a penalty: coef minimises sum w (y - X coef - b)^2 + alpha |coef|^2, the intercept b free.
 *
 * Rows are centred (weighted) and multiplied by the roots of their weights. The normal equations go to Cholesky:
 * X'X + alpha I for at least as many rows as columns, else the dual X X' + alpha I, coef = X' a (Saunders, Gammerman
 * and Vovk 1998). alpha 0, or a matrix that is not positive definite in double (collinear columns that alpha cannot
 * lift), goes to the least-squares solution of minimal norm by singular values of [X; sqrt(alpha) I] instead. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "kit.h"

typedef struct params {
  double alpha;
  bool fit_intercept;
} params;

typedef struct state {
  size_t n_features;
  double *coef, intercept;
} state;

static const bl_opt opts[] = {
    BL_REAL(params, alpha, "1", 0, INFINITY, "", "strength of the penalty on the coefficients' squares"),
    BL_BOOL(params, fit_intercept, "true", "learn an offset; it is not penalised"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, coef, BL_F64, n_features, "change of the target a unit of each column"),
    BL_FIELD_SCALAR(state, intercept, BL_F64, "target where all columns are 0"), BL_FIELD_END};

/* Centred and weighted problem: x [n x d], y [n]. */
typedef struct problem {
  size_t n, d;
  double alpha, *x, *y;
} problem;

static bl_status by_cholesky(bl_ctx *ctx, const problem *q, double *coef)
{
  bool dual = q->n < q->d;
  size_t m = dual ? q->n : q->d;
  double *a = bl_calloc(ctx, m * m, sizeof *a), *b = bl_calloc(ctx, m, sizeof *b);
  bl_status s = a && b ? BL_OK : bl_fail_nomem(ctx, "ridge");
  if (s) goto done;
  if (dual) {
    s = bl_gemm_parallel(ctx, false, true, m, m, q->d, 1, q->x, q->d, q->x, q->d, 0, a, m);
    memcpy(b, q->y, m * sizeof *b);
  } else {
    s = bl_gram(ctx, q->x, q->n, m, a);
    bl_gemv(true, q->n, m, 1, q->x, m, q->y, 0, b);
  }
  for (size_t i = 0; i < m; i++) a[i * m + i] += q->alpha;
  if (!s) s = bl_solve_spd(ctx, m, a, 1, b);
  if (s) goto done;
  if (dual) bl_gemv(true, q->n, q->d, 1, q->x, q->d, b, 0, coef);
  else memcpy(coef, b, m * sizeof *coef);
  for (size_t j = 0; !s && j < q->d; j++)
    if (!isfinite(coef[j])) s = bl_fail(ctx, BL_E_RANGE, "ridge: the normal equations overflow");
done:
  bl_free(ctx, a);
  bl_free(ctx, b);
  return s;
}

static bl_status by_least_squares(bl_ctx *ctx, const problem *q, double *coef)
{
  size_t m = q->n + (q->alpha > 0 ? q->d : 0), rank = 0, room = m > q->d ? m : q->d;
  double *a = bl_calloc(ctx, m * q->d, sizeof *a), *b = bl_calloc(ctx, room, sizeof *b);
  bl_status s = a && b ? BL_OK : bl_fail_nomem(ctx, "ridge");
  if (!s) {
    memcpy(a, q->x, q->n * q->d * sizeof *a);
    memcpy(b, q->y, q->n * sizeof *b);
    for (size_t j = 0; j < q->d && q->alpha > 0; j++) a[(q->n + j) * q->d + j] = sqrt(q->alpha);
    s = bl_lstsq(ctx, m, q->d, a, 1, b, -1, &rank);
  }
  if (!s) memcpy(coef, b, q->d * sizeof *coef);
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
  state *st = self->state;
  problem q = {t->X.rows, t->X.cols, p->alpha, NULL, NULL};
  double *mean = bl_calloc(ctx, q.d, sizeof *mean), *root = bl_calloc(ctx, q.n, sizeof *root), y_mean = 0;
  st->n_features = q.d;
  st->coef = bl_calloc(ctx, q.d, sizeof *st->coef);
  q.y = bl_calloc(ctx, q.n, sizeof *q.y);
  bl_status s = mean && root && st->coef && q.y ? BL_OK : bl_fail_nomem(ctx, "ridge");
  if (!s && p->fit_intercept) s = bl_kit_moments(ctx, &t->X, t->weight, mean, NULL);
  if (s) goto done;
  for (size_t i = 0; i < q.n; i++) {
    double w = t->weight ? t->weight[i] : 1;
    y_mean += w * t->y[i];
    root[i] = sqrt(w);
  }
  y_mean = p->fit_intercept ? y_mean / bl_kit_weight_sum(q.n, t->weight) : 0;
  for (size_t i = 0; i < q.n; i++) q.y[i] = root[i] * (t->y[i] - y_mean);
  s = bl_kit_doubles(ctx, &t->X, mean, root, &q.x);
  if (!s) s = BL_CHECK_CANCEL(ctx);
  if (!s) s = q.alpha > 0 ? by_cholesky(ctx, &q, st->coef) : BL_E_RANGE;
  if (s == BL_E_RANGE) s = by_least_squares(ctx, &q, st->coef);
  st->intercept = y_mean;
  for (size_t j = 0; j < q.d; j++) st->intercept -= mean[j] * st->coef[j];
done:
  bl_free(ctx, mean);
  bl_free(ctx, root);
  bl_free(ctx, q.x);
  bl_free(ctx, q.y);
  return s;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT ? 1 : 0;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *st = self->state;
  bl_kit_map m = {.d = st->n_features, .k = 1, .Wt = st->coef, .bias = &st->intercept};
  (void)ctx, (void)room;
  for (size_t i = 0; out->v[BL_PREDICT] && i < X->rows; i++) bl_kit_linear(&m, bl_crow(X, i), out->v[BL_PREDICT] + i);
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *st = self->state;
  if (st->coef && st->n_features == self->n_features) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "ridge: its coefficients do not fit %zu columns", self->n_features);
}

const bl_estimator_class bl_estimator_ridge = {
    .name = "ridge",
    .summary = "linear regression with a penalty on the squares of the coefficients",
    .source = "scikit-learn Ridge; Hoerl and Kennard 1970",
    .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = width,
    .apply = apply,
    .check = check};
