/* linear_regression: coef minimises sum w (y - X coef - b)^2. Rows are centred (weighted) and multiplied by the roots
 * of their weights; of all solutions the one of least norm, by singular values, so that columns that depend on one
 * another do no harm. As scikit-learn's LinearRegression. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "kit.h"

typedef struct params {
  bool fit_intercept;
} params;

typedef struct state {
  size_t n_features;
  double *coef, intercept;
  int64_t rank;
} state;

static const bl_opt opts[] = {BL_BOOL(params, fit_intercept, "true", "learn an offset too"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, coef, BL_F64, n_features, "change of the target a unit of each column"),
    BL_FIELD_SCALAR(state, intercept, BL_F64, "target where all columns are 0"),
    BL_FIELD_SCALAR(state, rank, BL_I64, "columns that do not depend on others, after centring"), BL_FIELD_END};

/* coef from centred, weighted x [n x d] (destroyed) and y [max(n, d)] (destroyed). */
static bl_status solve(bl_ctx *ctx, size_t n, size_t d, double *x, double *y, state *st)
{
  size_t rank = 0, larger = n > d ? n : d;
  /* float32 columns centred in double: below this a singular value is rounding */
  bl_status s = bl_lstsq(ctx, n, d, x, 1, y, DBL_EPSILON * (double)larger, &rank);
  if (s) return s;
  memcpy(st->coef, y, d * sizeof *y);
  st->rank = (int64_t)rank;
  if (rank < d && n > d)
    bl_warn(
        ctx, BL_W_COLLINEAR,
        "linear_regression: the %zu columns depend on one another (rank %zu); of all solutions the smallest is taken",
        d, rank);
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *st = self->state;
  size_t n = t->X.rows, d = t->X.cols;
  double *block = bl_calloc(ctx, d + n + (n > d ? n : d), sizeof *block), *x = NULL, y_mean = 0;
  st->n_features = d;
  st->coef = bl_calloc(ctx, d, sizeof *st->coef);
  bl_status s = block && st->coef ? BL_OK : bl_fail_nomem(ctx, "linear_regression");
  if (s) goto done;
  double *mean = block, *root = mean + d, *y = root + n;
  if (p->fit_intercept && (s = bl_kit_moments(ctx, &t->X, t->weight, mean, NULL))) goto done;
  for (size_t i = 0; i < n; i++) {
    double w = t->weight ? t->weight[i] : 1;
    y_mean += w * t->y[i];
    root[i] = sqrt(w);
  }
  y_mean = p->fit_intercept ? y_mean / bl_kit_weight_sum(n, t->weight) : 0;
  for (size_t i = 0; i < n; i++) y[i] = root[i] * (t->y[i] - y_mean);
  if ((s = bl_kit_doubles(ctx, &t->X, mean, root, &x)) || (s = BL_CHECK_CANCEL(ctx))) goto done;
  if ((s = solve(ctx, n, d, x, y, st))) goto done;
  st->intercept = y_mean - bl_dot(d, mean, st->coef);
done:
  bl_free(ctx, x);
  bl_free(ctx, block);
  return s;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT;
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
  return bl_fail(ctx, BL_E_FORMAT, "linear_regression: its coefficients do not fit %zu columns", self->n_features);
}

const bl_estimator_class bl_estimator_linear_regression = {.name = "linear_regression",
                                                           .summary = "ordinary least squares",
                                                           .source = "scikit-learn LinearRegression; Legendre 1805",
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
