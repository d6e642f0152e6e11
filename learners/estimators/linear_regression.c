/* linear_regression: coef minimises sum w (y - X coef - b)^2. Rows are centred (weighted) and multiplied by the roots
 * of their weights; of all solutions the one of least norm, by singular values, so that columns that depend on one
 * another do no harm. Several targets are as many problems over one matrix. As scikit-learn's LinearRegression. */
#include <math.h>

#include "baleen/blas.h"
#include "linear_targets.h"

typedef struct params {
  bool fit_intercept;
} params;

typedef struct state {
  bl_linear_targets map;
  int64_t rank;
} state;

static const bl_opt opts[] = {BL_BOOL(params, fit_intercept, "true", "learn an offset too"), BL_OPT_END};

static const bl_field fields[] = {
    BL_LINEAR_TARGETS_FIELDS(state),
    BL_FIELD_SCALAR(state, rank, BL_I64, "columns that do not depend on others, after centring"), BL_FIELD_END};

/* coef from centred, weighted x [n x d] (destroyed) and y [max(n, d) x targets] (destroyed). */
static bl_status solve(bl_ctx *ctx, size_t n, double *x, double *y, state *st)
{
  size_t rank = 0, d = st->map.n_features;
  bl_status s = bl_lstsq(ctx, n, d, x, st->map.n_targets, y, -1, &rank);
  if (s) return s;
  bl_kit_turn(d, st->map.n_targets, y, st->map.coef);
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
  bl_linear_targets *m = &st->map;
  size_t n = t->X.rows, d = t->X.cols, k = t->n_targets, larger = n > d ? n : d;
  double *mean = bl_calloc(ctx, d, sizeof *mean), *root = bl_calloc(ctx, n, sizeof *root),
         *y = bl_calloc(ctx, larger, k * sizeof *y), *x = NULL;
  bl_status s = mean && root && y ? bl_linear_targets_begin(ctx, t, m) : bl_fail_nomem(ctx, "linear_regression");
  if (!s && p->fit_intercept) s = bl_kit_moments(ctx, &t->X, t->weight, mean, NULL);
  for (size_t i = 0; !s && i < n; i++) root[i] = sqrt(t->weight ? t->weight[i] : 1);
  if (!s) bl_linear_targets_centre(t, p->fit_intercept, root, y, m->intercept);
  if (!s) s = bl_kit_doubles(ctx, &t->X, mean, root, &x);
  if (!s) s = BL_CHECK_CANCEL(ctx);
  if (!s) s = solve(ctx, n, x, y, st);
  for (size_t c = 0; !s && c < k; c++) m->intercept[c] -= bl_dot(d, mean, m->coef + c * d);
  bl_free(ctx, mean);
  bl_free(ctx, root);
  bl_free(ctx, y);
  bl_free(ctx, x);
  return s;
}

/* clang-format off */
const bl_estimator_class bl_estimator_linear_regression = {
    .name = "linear_regression", .summary = "ordinary least squares",
    .source = "scikit-learn LinearRegression; Legendre 1805", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_TARGETS, .state_version = 2, .opts = opts, .params_size = sizeof(params),
    .fields = fields, .state_size = sizeof(state), .fit = fit, .width = bl_linear_targets_width,
    .prepare = bl_linear_targets_prepare, .apply = bl_linear_targets_apply, .migrate = bl_linear_targets_migrate,
    .check = bl_linear_targets_check};
/* clang-format on */
