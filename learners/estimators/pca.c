/* pca: principal components of the centred rows.
 *
 * components [n_components x n_features] are the directions of largest variance, unit length, in each the entry of
 * largest magnitude positive (scikit-learn from 1.5 on; it depends on the components alone). Variances are divided by
 * n - 1. n_components below 1 is a share: the smallest count whose cumulated ratio exceeds it.
 *
 * Solvers: `full` takes the singular values of the centred rows. `covariance_eigh` takes the eigenvalues of their
 * covariance, 5 to 10 times faster on tall data; squaring costs accuracy: a variance v is known to about
 * 1e-16 * largest / v, so directions below 1e-8 of the largest standard deviation drown. `auto` uses it for more than
 * 5 rows a column and up to 1000 columns.
 *
 * whiten divides by the standard deviation; a direction of no variance (within rounding) becomes 0. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "kit.h"

enum { AUTO, FULL, COVARIANCE_EIGH };
static const char *const solvers[] = {"auto", "full", "covariance_eigh", NULL};
static const char *const none[] = {"none", NULL};

typedef struct params {
  bl_word n_components;
  bool whiten;
  int svd_solver;
} params;

typedef struct state {
  size_t n_features, n_components;
  double *mean, *components, *explained_variance, *explained_variance_ratio, *singular_values;
  double noise_variance;
  int64_t n_samples;
} state;

static const bl_opt opts[] = {
    BL_WORD(params, n_components, "none", none, 0, INFINITY, BL_OPT_OPEN_LO, "",
            "how many to keep; below 1 the share of variance to keep; none keeps all"),
    BL_BOOL(params, whiten, "false", "scale each component to variance 1"),
    BL_ENUM(params, svd_solver, "auto", solvers, "full is exact, covariance_eigh fast on tall data"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, mean, BL_F64, n_features, "mean of each column"),
    BL_FIELD_MATRIX(state, components, BL_F64, n_components, n_features, "one direction a row"),
    BL_FIELD_VECTOR(state, explained_variance, BL_F64, n_components, "variance along each, divided by n - 1"),
    BL_FIELD_VECTOR(state, explained_variance_ratio, BL_F64, n_components, "its share of the whole"),
    BL_FIELD_VECTOR(state, singular_values, BL_F64, n_components, "of the centred rows"),
    BL_FIELD_SCALAR(state, noise_variance, BL_F64, "mean variance of the directions left out"),
    BL_FIELD_SCALAR(state, n_samples, BL_I64, "rows seen"),
    BL_FIELD_END};

/* What a solver finds: the first n singular values and directions, the largest first. */
typedef struct found {
  double *s, *vt; /* [n], [n x d] */
  size_t n, of;   /* of: how many there are */
  double total;   /* sum of the squares of all singular values, those that were not looked for included */
} found;

static double sum_of_squares(const double *s, size_t n)
{
  double sum = 0;
  for (size_t k = 0; k < n; k++) sum += s[k] * s[k];
  return sum;
}

static bl_status by_svd(bl_ctx *ctx, const bl_cmat *X, const double *mean, found *f)
{
  double *x = NULL;
  bl_status status = bl_kit_doubles(ctx, X, mean, NULL, &x);
  if (!status) status = BL_CHECK_CANCEL(ctx);
  if (!status) status = bl_svd(ctx, X->rows, X->cols, x, f->s, NULL, f->vt);
  if (!status) f->total = sum_of_squares(f->s, f->n);
  bl_free(ctx, x);
  return status;
}

/* All eigenvalues of c [d x d]. */
static bl_status all_directions(bl_ctx *ctx, size_t d, double *c, found *f)
{
  double *w = bl_calloc(ctx, d, sizeof *w), *v = bl_calloc(ctx, d * d, sizeof *v);
  bl_status status = w && v ? bl_eigh(ctx, d, c, w, v) : bl_fail_nomem(ctx, "pca");
  for (size_t k = 0; !status && k < f->n; k++) {
    size_t from = d - 1 - k; /* eigh ascends */
    f->s[k] = w[from] > 0 ? sqrt(w[from]) : 0;
    for (size_t j = 0; j < d; j++) f->vt[k * d + j] = v[j * d + from];
  }
  if (!status) f->total = sum_of_squares(f->s, f->n);
  bl_free(ctx, w);
  bl_free(ctx, v);
  return status;
}

static bl_status first_directions(bl_ctx *ctx, size_t d, double *c, found *f)
{
  f->total = 0;
  for (size_t j = 0; j < d; j++) f->total += c[j * d + j]; /* the sum of all eigenvalues */
  bl_status status = bl_eigh_largest(ctx, d, f->n, c, f->s, f->vt);
  for (size_t k = 0; !status && k < f->n; k++) f->s[k] = f->s[k] > 0 ? sqrt(f->s[k]) : 0;
  return status;
}

static bl_status by_covariance(bl_ctx *ctx, const bl_cmat *X, const double *mean, found *f)
{
  size_t d = X->cols;
  double *c = bl_calloc(ctx, d * d, sizeof *c);
  bl_status status = c ? bl_kit_gram(ctx, X, mean, c) : bl_fail_nomem(ctx, "pca");
  if (!status) status = BL_CHECK_CANCEL(ctx);
  if (!status) status = (f->n < f->of ? first_directions : all_directions)(ctx, d, c, f);
  bl_free(ctx, c);
  return status;
}

static bl_status check_count(bl_ctx *ctx, const params *p, size_t most)
{
  double want = p->n_components.real;
  if (p->n_components.word >= 0 || want < 1) return BL_OK;
  if (want != floor(want))
    return bl_fail(ctx, BL_E_RANGE, "pca: n_components: %g is neither a whole number nor a share below 1", want);
  if (want > (double)most)
    return bl_fail(ctx, BL_E_RANGE, "pca: n_components: %g of at most %zu, the smaller of rows and columns", want,
                   most);
  return BL_OK;
}

static bl_status foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of)
{
  size_t most = of->rows && (!of->cols || of->rows < of->cols) ? of->rows : of->cols;
  return most ? check_count(ctx, self->params, most) : BL_OK;
}

static bl_status count_components(bl_ctx *ctx, const params *p, const double *variance, size_t r, double total,
                                  size_t *out)
{
  double want = p->n_components.real;
  *out = r;
  if (p->n_components.word >= 0) return BL_OK;
  if (want >= 1) {
    bl_status s = check_count(ctx, p, r);
    if (!s) *out = (size_t)want;
    return s;
  }
  double sum = 0;
  for (size_t k = 0; k < r; k++) {
    sum += total > 0 ? variance[k] / total : 0;
    if (sum > want) return *out = k + 1, BL_OK;
  }
  return BL_OK;
}

static void turn_positive(double *v, size_t d)
{
  size_t top = 0;
  for (size_t j = 1; j < d; j++)
    if (fabs(v[j]) > fabs(v[top])) top = j;
  if (v[top] >= 0) return;
  for (size_t j = 0; j < d; j++) v[j] = -v[j];
}

/* The variance of the directions behind the first k. */
static double rest_of(const found *f, const double *variance, size_t k, double total)
{
  double first = 0, rest = 0;
  for (size_t i = 0; i < k; i++) first += variance[i];
  for (size_t i = k; i < f->n; i++) rest += variance[i];
  return f->n == f->of ? rest : total > first ? total - first : 0;
}

static bl_status keep(bl_ctx *ctx, const params *p, state *st, size_t n, const found *f)
{
  size_t d = st->n_features, r = f->of;
  double total = f->total / (double)(n - 1);
  bl_status status = BL_OK;
  double *variance = bl_calloc(ctx, f->n, sizeof *variance);
  if (!variance) return bl_fail_nomem(ctx, "pca");
  for (size_t k = 0; k < f->n; k++) variance[k] = f->s[k] * f->s[k] / (double)(n - 1);
  if (!(total > 0)) bl_warn(ctx, BL_W_CONSTANT, "pca: all columns are constant; there is no variance to explain");
  status = count_components(ctx, p, variance, r, total, &st->n_components);
  if (status) goto done;
  size_t k = st->n_components;
  st->components = bl_calloc(ctx, k * d, sizeof *st->components);
  st->explained_variance = bl_calloc(ctx, k, sizeof(double));
  st->explained_variance_ratio = bl_calloc(ctx, k, sizeof(double));
  st->singular_values = bl_calloc(ctx, k, sizeof(double));
  if (!st->components || !st->explained_variance || !st->explained_variance_ratio || !st->singular_values) {
    status = bl_fail_nomem(ctx, "pca");
    goto done;
  }
  memcpy(st->components, f->vt, k * d * sizeof *f->vt);
  memcpy(st->explained_variance, variance, k * sizeof *variance);
  memcpy(st->singular_values, f->s, k * sizeof *f->s);
  for (size_t i = 0; i < k; i++) {
    turn_positive(st->components + i * d, d);
    st->explained_variance_ratio[i] = total > 0 ? variance[i] / total : 0;
  }
  st->noise_variance = k < r ? rest_of(f, variance, k, total) / (double)(r - k) : 0;
done:
  bl_free(ctx, variance);
  return status;
}

/* How many directions to look for, of r there are: the first of them where these are known to be few. */
static size_t n_wanted(const params *p, size_t r)
{
  double want = p->n_components.real;
  bool few = p->n_components.word < 0 && want >= 1 && want == floor(want) && want <= (double)r / 4;
  return few ? (size_t)want : r;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *st = self->state;
  size_t n = t->X.rows, d = t->X.cols, r = n < d ? n : d;
  if (n < 2) return bl_fail(ctx, BL_E_SHAPE, "pca: 1 row has no variance; at least 2 rows are needed");
  bool square = p->svd_solver == COVARIANCE_EIGH || (p->svd_solver == AUTO && n > 5 * d && d <= 1000);
  found f = {.n = square ? n_wanted(p, r) : r, .of = r};
  st->n_features = d;
  st->n_samples = (int64_t)n;
  f.s = bl_calloc(ctx, f.n, sizeof *f.s);
  f.vt = bl_calloc(ctx, f.n * d, sizeof *f.vt);
  st->mean = bl_calloc(ctx, d, sizeof *st->mean);
  bl_status status = f.s && f.vt && st->mean ? BL_OK : bl_fail_nomem(ctx, "pca");
  if (!status) status = bl_kit_moments(ctx, &t->X, NULL, st->mean, NULL);
  if (!status) status = (square ? by_covariance : by_svd)(ctx, &t->X, st->mean, &f);
  if (!status) status = keep(ctx, p, st, n, &f);
  bl_free(ctx, f.s);
  bl_free(ctx, f.vt);
  return status;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op != BL_TRANSFORM) return 0;
  return self->fitted ? ((const state *)self->state)->n_components : 1;
}

typedef struct room {
  bl_kit_map map;
  double *scale; /* [k] of whitening */
  double *z;     /* [k] one row's components */
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const params *p = self->params;
  const state *st = self->state;
  size_t k = st->n_components, d = st->n_features;
  double *doubles;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, k * (d + 2), &doubles);
  if (!r) return bl_fail_nomem(ctx, "pca");
  bl_kit_turn(k, d, st->components, doubles);
  *r = (room){{.d = d, .k = k, .Wt = doubles, .center = st->mean}, doubles + k * d, doubles + k * d + k};
  double least = (double)(d > (size_t)st->n_samples ? d : (size_t)st->n_samples) * DBL_EPSILON;
  for (size_t i = 0; i < k; i++) {
    bool varies = st->singular_values[i] > least * st->singular_values[0];
    r->scale[i] = !p->whiten ? 1 : varies ? 1 / sqrt(st->explained_variance[i]) : 0;
  }
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_pca, const bl_cmat *X, const bl_answer *out)
{
  const room *r = of_pca;
  (void)ctx, (void)self;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    bl_kit_linear(&r->map, bl_crow(X, i), r->z);
    for (size_t m = 0; m < r->map.k; m++) bl_row(&out->transform, i)[m] = (float)(r->z[m] * r->scale[m]);
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  const state *st = self->state;
  return 2 * (double)st->n_components * (double)st->n_features;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *st = self->state;
  if (!st->mean || !st->components || !st->explained_variance || !st->explained_variance_ratio ||
      !st->singular_values || st->n_features != self->n_features || !st->n_components || st->n_samples < 2)
    return bl_fail(ctx, BL_E_FORMAT, "pca: its components do not fit %zu columns", self->n_features);
  return BL_OK;
}

const bl_estimator_class bl_estimator_pca = {.name = "pca",
                                             .summary = "principal components: the directions of largest variance",
                                             .source = "scikit-learn PCA; Hotelling 1933",
                                             .kind = BL_TRANSFORMER,
                                             .state_version = 1,
                                             .opts = opts,
                                             .params_size = sizeof(params),
                                             .fields = fields,
                                             .state_size = sizeof(state),
                                             .foresee = foresee,
                                             .fit = fit,
                                             .width = width,
                                             .prepare = prepare,
                                             .apply = apply,
                                             .work = cost,
                                             .check = check};
