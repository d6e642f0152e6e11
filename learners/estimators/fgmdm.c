/* fgmdm: minimum distance to mean behind a geodesic filter. Rows are covariances (upper triangles, row by row). In the tangent space
 * at their mean, linear discriminant analysis (Ledoit-Wolf shrinkage) finds the directions that tell classes apart; what lies
 * beside them is noise to the classes, and is taken off: a vector becomes its projection on the span of the coefficients. Mapped
 * back, matrices belong to the nearest class mean as in mdm. Numbers are pyRiemann's FgMDM (0.11): Barachant et al., LVA/ICA
 * 2010, 629. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "kit.h"
#include "nearest_mean.h"

static const char who[] = "fgmdm";
static const double sqrt_2 = 1.41421356237309504880;

typedef struct state {
  size_t n_classes, n_channels, n_directions, n_columns, n_entries;
  double *reference, *directions, *means;
} state;

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, reference, BL_F64, n_channels, n_channels,
                    "mean of the matrices, where the tangent space is"),
    BL_FIELD_MATRIX(state, directions, BL_F64, n_directions, n_columns,
                    "orthonormal directions that are kept, one a row"),
    BL_FIELD_MATRIX(state, means, BL_F64, n_classes, n_entries, "mean of each class, filtered, a matrix a row"),
    BL_FIELD_END};

/* ---- there and back ---------------------------------------------------------------------------------------------- */

typedef struct filter {
  const state *s;
  double *root, *inverse; /* [n x n] of the reference */
  double *a, *t, *along;  /* a matrix, its vector, its coordinates on the directions */
  double *work;
} filter;

static size_t filter_room(size_t n, size_t n_directions)
{
  return 3 * n * n + n * (n + 1) / 2 + n_directions + bl_spd_room(n);
}

static bool filter_set(filter *f, const state *s, double *room)
{
  size_t n = s->n_channels, n2 = n * n;
  *f = (filter){.s = s, .root = room, .inverse = room + n2, .a = room + 2 * n2, .t = room + 3 * n2};
  f->along = f->t + n * (n + 1) / 2;
  f->work = f->along + s->n_directions;
  return bl_spd_apply_two(n, s->reference, true, sqrt, f->root, bl_spd_inverse_sqrt, f->inverse, f->work);
}

/* A row as a vector of the tangent space, to f->t. */
static bool to_tangent(const filter *f, const float *row)
{
  size_t n = f->s->n_channels, at = 0;
  bl_spd_of_row(n, row, f->a);
  bl_spd_around(n, f->inverse, f->a, f->a, f->work);
  if (!bl_spd_apply(n, f->a, log, f->a, f->work)) return false;
  for (size_t i = 0; i < n; i++)
    for (size_t k = i; k < n; k++) f->t[at++] = f->a[i * n + k] * (i == k ? 1 : sqrt_2);
  return true;
}

/* f->t, projected, as a matrix again, to f->a. */
static bool back(const filter *f)
{
  const state *s = f->s;
  size_t n = s->n_channels, d = s->n_columns, at = 0;
  for (size_t k = 0; k < s->n_directions; k++) f->along[k] = bl_dot(d, s->directions + k * d, f->t);
  memset(f->t, 0, d * sizeof *f->t);
  for (size_t k = 0; k < s->n_directions; k++)
    for (size_t i = 0; i < d; i++) f->t[i] += f->along[k] * s->directions[k * d + i];
  for (size_t i = 0; i < n; i++)
    for (size_t k = i; k < n; k++, at++) f->a[i * n + k] = f->a[k * n + i] = f->t[at] / (i == k ? 1 : sqrt_2);
  if (!bl_spd_apply_two(n, f->a, false, exp, f->a, NULL, NULL, f->work)) return false;
  bl_spd_around(n, f->root, f->a, f->a, f->work);
  return true;
}

/* ---- learning ---------------------------------------------------------------------------------------------------- */

static bl_status tangent_rows(bl_ctx *ctx, const filter *f, const bl_cmat *X, bl_mat *to)
{
  for (size_t i = 0; i < X->rows; i++) {
    if (!to_tangent(f, bl_crow(X, i)))
      return bl_fail(ctx, BL_E_RANGE, "%s: row %zu is not a positive definite matrix; put shrinkage before it", who, i);
    for (size_t k = 0; k < X->cols; k++) bl_row(to, i)[k] = (float)f->t[k];
  }
  return BL_OK;
}

/* Gram and Schmidt, each twice; a coefficient that lies in the span of those before adds none. */
static void orthonormal(state *s, const double *coef, size_t n)
{
  size_t d = s->n_columns;
  for (size_t c = 0; c < n; c++) {
    double *to = s->directions + s->n_directions * d, before = 0, after = 0;
    memcpy(to, coef + c * d, d * sizeof *to);
    before = bl_dot(d, to, to);
    for (size_t pass = 0; pass < 2; pass++)
      for (size_t k = 0; k < s->n_directions; k++) {
        const double *q = s->directions + k * d;
        double part = bl_dot(d, q, to);
        for (size_t i = 0; i < d; i++) to[i] -= part * q[i];
      }
    after = bl_dot(d, to, to);
    if (!(after > 1e-20 * before)) continue;
    for (size_t i = 0; i < d; i++) to[i] /= sqrt(after);
    s->n_directions++;
  }
}

/* The directions that tell classes apart. */
static bl_status find_directions(bl_ctx *ctx, const bl_train *t, const bl_mat *vectors, state *s)
{
  bl_estimator *lda = NULL;
  bl_status status = bl_estimator_parse(ctx, "{lda: {solver: lsqr, shrinkage: auto}}", &lda);
  if (!status) status = bl_fit(ctx, lda, &(bl_data){.X = bl_mat_view(vectors), .y = t->y});
  if (status) status = bl_fail_in(ctx, status, "%s: ", who);
  const bl_field *f = status ? NULL : lda->cls->fields;
  while (f && f->name && strcmp(f->name, "coef")) f++;
  bl_field_view coef = status ? (bl_field_view){0} : bl_field_get(f, lda->state);
  if (!status && !(s->directions = bl_calloc(ctx, coef.dims[0], s->n_columns * sizeof *s->directions)))
    status = bl_fail_nomem(ctx, who);
  if (!status) orthonormal(s, coef.v, coef.dims[0]);
  bl_estimator_free(ctx, lda);
  return status;
}

static bl_status filtered_means(bl_ctx *ctx, const bl_train *t, filter *f, bl_mat *rows, state *s)
{
  size_t n = s->n_channels;
  for (size_t i = 0; i < t->X.rows; i++) {
    float *to = bl_row(rows, i);
    if (!to_tangent(f, bl_crow(&t->X, i)) || !back(f))
      return bl_fail(ctx, BL_E_RANGE, "%s: row %zu cannot be filtered", who, i);
    for (size_t c = 0; c < n; c++)
      for (size_t k = c; k < n; k++) *to++ = (float)f->a[c * n + k];
  }
  bl_cmat X = bl_mat_view(rows);
  return bl_spd_class_means(ctx, who, t, &X, BL_SPD_RIEMANN, s->means);
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state;
  size_t n = bl_spd_channels(t->X.cols), n2 = n * n;
  bl_spd_set set = {.n = n, .count = t->X.rows, .rows = &t->X};
  bl_mat rows = {0};
  filter f;
  s->n_channels = n, s->n_entries = n2, s->n_columns = t->X.cols, s->n_classes = t->n_classes;
  s->reference = bl_calloc(ctx, n2, sizeof *s->reference);
  s->means = bl_calloc(ctx, t->n_classes, n2 * sizeof *s->means);
  double *room = bl_calloc(ctx, filter_room(n, t->n_classes), sizeof *room);
  bl_status status = s->reference && s->means && room ? BL_OK : bl_fail_nomem(ctx, who);
  if (!status) status = bl_spd_mean(ctx, who, &set, NULL, BL_SPD_RIEMANN, s->reference);
  if (!status && !filter_set(&f, s, room))
    status = bl_fail(ctx, BL_E_RANGE, "%s: the mean of the matrices is not positive definite", who);
  if (!status) status = bl_mat_new(ctx, t->X.rows, t->X.cols, &rows);
  if (!status) status = tangent_rows(ctx, &f, &t->X, &rows);
  if (!status) status = find_directions(ctx, t, &rows, s);
  if (!status && filter_set(&f, s, room)) status = filtered_means(ctx, t, &f, &rows, s);
  bl_mat_free(ctx, &rows);
  bl_free(ctx, room);
  return status;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

typedef struct room {
  filter filter;
  bl_spd_distances to_means;
  double *z;
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const state *s = self->state;
  size_t n = s->n_channels, of_filter = filter_room(n, s->n_directions), k = s->n_classes;
  double *v;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, of_filter + bl_spd_distances_room(n, k) + k, &v);
  if (!r) return bl_fail_nomem(ctx, who);
  r->z = v + of_filter + bl_spd_distances_room(n, k);
  if (!filter_set(&r->filter, s, v)) return bl_fail(ctx, BL_E_RANGE, "%s: the reference is not positive definite", who);
  return bl_spd_distances_set(ctx, who, BL_SPD_RIEMANN, n, k, s->means, v + of_filter, &r->to_means);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_fgmdm, const bl_cmat *X, const bl_answer *out)
{
  room *r = of_fgmdm;
  (void)ctx;
  for (size_t i = 0; i < X->rows; i++) {
    if (to_tangent(&r->filter, bl_crow(X, i)) && back(&r->filter)) bl_spd_distances2(&r->to_means, r->filter.a, r->z);
    else
      for (size_t c = 0; c < self->n_classes; c++) r->z[c] = NAN;
    bl_spd_answer(self->n_classes, r->z, i, out);
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  double n = (double)bl_spd_channels(self->n_features);
  return 10 * n * n * n * (double)(self->n_classes + 4);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  size_t n = bl_spd_channels(self->n_features);
  if (!s->reference || !s->means || !s->directions)
    return bl_fail(ctx, BL_E_FORMAT, "%s: reference, directions or means are missing", who);
  if (s->n_classes != self->n_classes || n * (n + 1) / 2 != self->n_features || s->n_channels != n ||
      s->n_entries != n * n || s->n_columns != self->n_features || s->n_directions > s->n_classes)
    return bl_fail(ctx, BL_E_FORMAT, "%s: %zu channels, %zu directions and means of %zu classes do not fit %zu columns",
                   who, s->n_channels, s->n_directions, s->n_classes, self->n_features);
  return BL_OK;
}

const bl_estimator_class bl_estimator_fgmdm = {
    .name = "fgmdm",
    .summary = "Riemannian minimum distance to mean behind a filter that keeps what tells classes apart",
    .source = "pyRiemann FgMDM; Barachant et al. 2010",
    .kind = BL_CLASSIFIER,
    .tags = BL_TAG_COVARIANCE_ROWS,
    .state_version = 1,
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = bl_spd_classifier_width,
    .prepare = prepare,
    .apply = apply,
    .work = cost,
    .check = check};
