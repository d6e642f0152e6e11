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
#include "kit.h"

typedef struct params {
  double alpha;
  bool fit_intercept;
} params;

typedef struct state {
  size_t n_targets, n_features;
  double *coef, *intercept;
} state;

static const bl_opt opts[] = {
    BL_REAL(params, alpha, "1", 0, INFINITY, "", "strength of the penalty on the coefficients' squares"),
    BL_BOOL(params, fit_intercept, "true", "learn an offset; it is not penalised"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, coef, BL_F64, n_targets, n_features, "change of each target a unit of each column"),
    BL_FIELD_VECTOR(state, intercept, BL_F64, n_targets, "targets where all columns are 0"), BL_FIELD_END};

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

/* Targets without their mean, times the roots of the weights; the means. */
static void centre(const bl_train *t, bool wanted, const double *root, double *y, double *mean)
{
  size_t k = t->n_targets;
  for (size_t c = 0; c < k; c++) {
    for (size_t i = 0; wanted && i < t->X.rows; i++) mean[c] += (t->weight ? t->weight[i] : 1) * t->y[i * k + c];
    mean[c] = wanted ? mean[c] / bl_kit_weight_sum(t->X.rows, t->weight) : 0;
    for (size_t i = 0; i < t->X.rows; i++) y[i * k + c] = root[i] * (t->y[i * k + c] - mean[c]);
  }
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *st = self->state;
  problem q = {t->X.rows, t->X.cols, t->n_targets, p->alpha, NULL, NULL};
  double *mean = bl_calloc(ctx, q.d, sizeof *mean), *root = bl_calloc(ctx, q.n, sizeof *root);
  st->n_targets = q.k;
  st->n_features = q.d;
  st->coef = bl_calloc(ctx, q.k, q.d * sizeof *st->coef);
  st->intercept = bl_calloc(ctx, q.k, sizeof *st->intercept);
  q.y = bl_calloc(ctx, q.n, q.k * sizeof *q.y);
  bl_status s = mean && root && st->coef && st->intercept && q.y ? BL_OK : bl_fail_nomem(ctx, "ridge");
  if (!s && p->fit_intercept) s = bl_kit_moments(ctx, &t->X, t->weight, mean, NULL);
  if (s) goto done;
  for (size_t i = 0; i < q.n; i++) root[i] = sqrt(t->weight ? t->weight[i] : 1);
  centre(t, p->fit_intercept, root, q.y, st->intercept);
  s = bl_kit_doubles(ctx, &t->X, mean, root, &q.x);
  if (!s) s = BL_CHECK_CANCEL(ctx);
  if (!s) s = q.alpha > 0 ? by_cholesky(ctx, &q, st->coef) : BL_E_RANGE;
  if (s == BL_E_RANGE) s = by_least_squares(ctx, &q, st->coef);
  for (size_t c = 0; c < q.k; c++)
    for (size_t j = 0; j < q.d; j++) st->intercept[c] -= mean[j] * st->coef[c * q.d + j];
done:
  bl_free(ctx, mean);
  bl_free(ctx, root);
  bl_free(ctx, q.x);
  bl_free(ctx, q.y);
  return s;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  size_t k = ((const state *)self->state)->n_targets;
  return op == BL_PREDICT ? k ? k : 1 : 0;
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  const state *st = self->state;
  double *Wt;
  bl_kit_map *m = bl_kit_room(ctx, sizeof *m, st->n_features * st->n_targets, &Wt);
  (void)ops, (void)rows;
  if (!m) return bl_fail_nomem(ctx, "ridge");
  bl_kit_turn(st->n_targets, st->n_features, st->coef, Wt);
  *m = (bl_kit_map){.d = st->n_features, .k = st->n_targets, .Wt = Wt, .bias = st->intercept};
  *room = m;
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const bl_kit_map *m = room;
  (void)ctx, (void)self;
  for (size_t i = 0; out->v[BL_PREDICT] && i < X->rows; i++)
    bl_kit_linear(m, bl_crow(X, i), out->v[BL_PREDICT] + i * m->k);
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *st = self->state;
  if (st->coef && st->intercept && st->n_targets && st->n_features == self->n_features) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "ridge: its coefficients do not fit %zu columns", self->n_features);
}

/* Version 1 knew one target: coef was a vector, intercept a number. */
static bl_status migrate(bl_ctx *ctx, unsigned from_version, bl_old_state *old)
{
  (void)from_version;
  bl_old_field *coef = bl_old_find(old, "coef"), *intercept = bl_old_find(old, "intercept");
  bl_status s = coef && coef->n_dims == 1 ? bl_old_reshape(ctx, coef, 2, 1, coef->dims[0]) : BL_OK;
  return s || !intercept ? s : bl_old_reshape(ctx, intercept, 1, 1, 0);
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
    .width = width,
    .prepare = prepare,
    .apply = apply,
    .migrate = migrate,
    .check = check};
