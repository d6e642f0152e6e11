/* qda: quadratic discriminant analysis, each class a normal cloud with a covariance of its own. Of the centred rows of a class,
 * X_k = U S V', the axes are V and the variances along them v = S^2 / (n_k - 1), or with reg_param r: (1 - r) v + r.
 *   decision_k = log prior_k - (sum log v + sum ((x - mean_k) V)^2 / v) / 2,  of two classes the second less the first.
 * scikit-learn's QuadraticDiscriminantAnalysis has no weights of rows; here a weight of 2 is a row that stands there twice. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "kit.h"
#include "linear_classifier.h"

typedef struct params {
  bl_reals priors;
  double reg_param, tol;
} params;
static const bl_opt opts[] = {
    BL_REALS(params, priors, NULL, 0, 1, "",
             "share of each class, in ascending order of classes; empty: as in the data"),
    BL_REAL(params, reg_param, "0", 0, 1, "", "how far each class's variances are moved to 1"),
    BL_REAL(params, tol, "1e-4", 0, 1e9, "", "axes with a singular value up to this are told as depending on others"),
    BL_OPT_END};

typedef struct state {
  size_t n_classes, n_features, n_rotations; /* n_features squared */
  double *priors, *means, *scalings, *rotations;
  int64_t *n_axes;
} state;
static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, priors, BL_F64, n_classes, "share of each class"),
    BL_FIELD_MATRIX(state, means, BL_F64, n_classes, n_features, "means of the columns, a class a row"),
    BL_FIELD_VECTOR(state, n_axes, BL_I64, n_classes,
                    "axes of each class: as many as columns, or as rows where they are fewer"),
    BL_FIELD_MATRIX(state, scalings, BL_F64, n_classes, n_features, "variances along its axes, descending; rest 0"),
    BL_FIELD_MATRIX(state, rotations, BL_F64, n_classes, n_rotations, "its axes, one behind the other, of each class"),
    BL_FIELD_END};

static bl_status set_priors(bl_ctx *ctx, const params *p, const bl_train *t, state *s)
{
  double total = bl_kit_weight_sum(t->X.rows, t->weight), sum = 0;
  for (size_t i = 0; i < t->X.rows; i++) s->priors[(size_t)t->y[i]] += (t->weight ? t->weight[i] : 1) / total;
  if (!p->priors.n) return BL_OK;
  if (p->priors.n != s->n_classes)
    return bl_fail(ctx, BL_E_SHAPE, "qda: %zu priors for %zu classes; give one a class, or none", p->priors.n,
                   s->n_classes);
  for (size_t c = 0; c < s->n_classes; c++) {
    if (!(p->priors.v[c] > 0))
      return bl_fail(ctx, BL_E_RANGE, "qda: prior %zu is %g; each must be above 0", c, p->priors.v[c]);
    sum += s->priors[c] = p->priors.v[c];
  }
  if (fabs(sum - 1) <= 1e-6) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "qda: the priors sum to %g; they must sum to 1", sum);
}

/* The class's rows, less their mean and times the root of their weights, into a; returns the sum of weights. */
static double centre(const bl_train *t, size_t c, double *mean, double *a, size_t *rows)
{
  size_t d = t->X.cols;
  double total = 0;
  *rows = 0;
  for (size_t i = 0; i < t->X.rows; i++) {
    double w = t->weight ? t->weight[i] : 1;
    if ((size_t)t->y[i] != c || !(w > 0)) continue;
    for (size_t j = 0; j < d; j++) mean[j] += w * (double)bl_crow(&t->X, i)[j];
    total += w;
  }
  for (size_t j = 0; j < d; j++) mean[j] /= total;
  for (size_t i = 0; i < t->X.rows; i++) {
    double w = t->weight ? t->weight[i] : 1, *to = a + *rows * d;
    if ((size_t)t->y[i] != c || !(w > 0)) continue;
    for (size_t j = 0; j < d; j++) to[j] = sqrt(w) * ((double)bl_crow(&t->X, i)[j] - mean[j]);
    ++*rows;
  }
  return total;
}

static bl_status learn_class(bl_ctx *ctx, const params *p, const bl_train *t, state *s, size_t c, double *a)
{
  size_t d = t->X.cols, rows, low = 0;
  double total = centre(t, c, s->means + c * d, a, &rows), *v = s->scalings + c * d;
  double *axes = s->rotations + c * s->n_rotations;
  if (!(total > 1))
    return bl_fail(ctx, BL_E_RANGE, "qda: class %zu has %g rows; a covariance needs more than one", c, total);
  size_t r = rows < d ? rows : d;
  s->n_axes[c] = (int64_t)r;
  bl_status status = bl_svd(ctx, rows, d, a, v, NULL, axes);
  if (status) return status;
  for (size_t j = 0; j < r; j++) {
    low += !(v[j] > p->tol);
    v[j] = (1 - p->reg_param) * v[j] * v[j] / (total - 1) + p->reg_param;
    if (!(v[j] > 0) || !isfinite(v[j]) || !(1 / v[j] < HUGE_VAL))
      return bl_fail(ctx, BL_E_RANGE, "qda: the columns of class %zu depend on one another; raise reg_param", c);
  }
  if (low || r < d)
    bl_warn(ctx, BL_W_COLLINEAR, "qda: of %zu columns %zu depend on others in class %zu; raise reg_param", d,
            low + d - r, c);
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state;
  size_t k = t->n_classes, d = t->X.cols;
  *s = (state){.n_classes = k, .n_features = d, .n_rotations = d * d};
  s->priors = bl_calloc(ctx, k, sizeof *s->priors);
  s->means = bl_calloc(ctx, k, d * sizeof *s->means);
  s->n_axes = bl_calloc(ctx, k, sizeof *s->n_axes);
  s->scalings = bl_calloc(ctx, k, d * sizeof *s->scalings);
  s->rotations = bl_calloc(ctx, k * d, d * sizeof *s->rotations);
  double *a = bl_calloc(ctx, t->X.rows, d * sizeof *a);
  bool made = s->priors && s->means && s->n_axes && s->scalings && s->rotations && a;
  bl_status status = made ? set_priors(ctx, self->params, t, s) : bl_fail_nomem(ctx, "qda");
  for (size_t c = 0; !status && c < k; c++) status = learn_class(ctx, self->params, t, s, c, a);
  bl_free(ctx, a);
  return status;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

typedef struct room {
  double *constant, *apart, *z; /* [k]; [d] a row less a mean; [k] one row's decisions */
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const state *s = self->state;
  size_t k = s->n_classes, d = s->n_features;
  double *doubles;
  room *r = *out = bl_kit_room(ctx, sizeof *r, 2 * k + d, &doubles);
  (void)ops, (void)rows;
  if (!r) return bl_fail_nomem(ctx, "qda");
  *r = (room){doubles, doubles + k, doubles + k + d};
  for (size_t c = 0; c < k; c++) {
    r->constant[c] = log(s->priors[c]);
    for (size_t j = 0; j < (size_t)s->n_axes[c]; j++) r->constant[c] -= 0.5 * log(s->scalings[c * d + j]);
  }
  return BL_OK;
}

static double decision(const state *s, const room *r, size_t c, const float *x)
{
  size_t d = s->n_features;
  double sum = 0;
  for (size_t j = 0; j < d; j++) r->apart[j] = (double)x[j] - s->means[c * d + j];
  for (size_t a = 0; a < (size_t)s->n_axes[c]; a++) {
    const double *axis = s->rotations + c * s->n_rotations + a * d;
    double along = 0;
    for (size_t j = 0; j < d; j++) along += axis[j] * r->apart[j];
    sum += along * along / s->scalings[c * d + a];
  }
  return r->constant[c] - 0.5 * sum;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  const room *r = made;
  size_t k = s->n_classes;
  (void)ctx;
  for (size_t i = 0; i < X->rows; i++) {
    for (size_t c = 0; c < k; c++) r->z[c] = decision(s, r, c, bl_crow(X, i));
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = bl_top_class(r->z, k);
    if (out->v[BL_DECISION] && k == 2) out->v[BL_DECISION][i] = r->z[1] - r->z[0];
    else if (out->v[BL_DECISION]) memcpy(out->v[BL_DECISION] + i * k, r->z, k * sizeof *r->z);
    if (!out->v[BL_PREDICT_PROBA]) continue;
    bl_softmax(r->z, k);
    memcpy(out->v[BL_PREDICT_PROBA] + i * k, r->z, k * sizeof *r->z);
  }
  return BL_OK;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  size_t k = self->n_classes ? self->n_classes : 1;
  if (op == BL_PREDICT) return 1;
  if (op == BL_PREDICT_PROBA) return k;
  return op == BL_DECISION ? (k == 2 ? 1 : k) : 0;
}

static double cost(const bl_estimator *self)
{
  const state *s = self->state;
  return 2 * (double)s->n_classes * (double)s->n_rotations;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  size_t d = s->n_features;
  bool whole = s->priors && s->means && s->n_axes && s->scalings && s->rotations && s->n_classes &&
               s->n_classes == self->n_classes && d == self->n_features && s->n_rotations == d * d;
  for (size_t c = 0; whole && c < s->n_classes; c++) whole = s->n_axes[c] > 0 && (size_t)s->n_axes[c] <= d;
  if (whole) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "qda: %zu classes of %zu columns, wanted %zu of %zu, with their axes", s->n_classes,
                 d, self->n_classes, self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_qda = {
    .name = "qda", .summary = "quadratic discriminant analysis: each class a normal cloud of its own shape",
    .source = "scikit-learn QuadraticDiscriminantAnalysis", .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = width, .prepare = prepare, .apply = apply, .work = cost, .check = check};
/* clang-format on */
