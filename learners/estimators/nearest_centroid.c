/* nearest_centroid: a row has the class whose centroid is nearest; ties go to the lower class. Centroids are the means of a
 * class's rows (euclidean) or the medians of its columns (manhattan). As scikit-learn's NearestCentroid.
 *
 * shrink_threshold (Tibshirani et al. 2002, nearest shrunken centroids) moves each centroid towards the mean of all rows:
 *   d_cj = (centroid_cj - mean_j) / (m_c s_j),  m_c = sqrt(1 / n_c - 1 / n),
 *   s_j  = sqrt(sum over rows (x_j - centroid of its class)^2 / (n - classes)) + the median of these over the columns;
 * |d_cj| loses the threshold, and what would fall below 0 becomes 0: that column no longer tells the class from the rest. */
#include <math.h>
#include <string.h>

#include "baleen/sort.h"
#include "kit.h"
#include "linear_classifier.h"

enum { EUCLIDEAN, MANHATTAN };
static const char *const metrics[] = {"euclidean", "manhattan", NULL};
static const char *const none[] = {"none", NULL};

typedef struct params {
  int metric;
  bl_word shrink_threshold;
} params;

typedef struct state {
  size_t n_classes, n_features;
  double *centroids;
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, metric, "euclidean", metrics, "how distance is measured: to the means, or to the medians"),
    BL_WORD(params, shrink_threshold, "none", none, 0, 1e15, BL_OPT_OPEN_LO, "",
            "how far centroids are drawn to the mean of all rows, in standard errors"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, centroids, BL_F64, n_classes, n_features, "centre of each class, a class a row"),
    BL_FIELD_END};

static double median_of(double *v, size_t n)
{
  bl_sort(v, n);
  return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

/* The rows of class c as numbers of rows of t->X.v; returns how many. */
static size_t rows_of(const bl_train *t, size_t c, uint32_t *index)
{
  size_t m = 0;
  for (size_t i = 0; i < t->X.rows; i++)
    if ((size_t)t->y[i] == c) index[m++] = t->X.index ? t->X.index[i] : (uint32_t)i;
  return m;
}

/* column: room for as many numbers as there are rows. */
static bl_status find_centroid(bl_ctx *ctx, const params *p, const bl_cmat *X, double *column, double *out)
{
  if (p->metric == EUCLIDEAN) return bl_kit_moments(ctx, X, NULL, out, NULL);
  for (size_t j = 0; j < X->cols; j++) {
    for (size_t i = 0; i < X->rows; i++) column[i] = (double)bl_crow(X, i)[j];
    out[j] = median_of(column, X->rows);
  }
  return BL_OK;
}

/* Spread of each column within the classes, and `all`, the means of all rows. */
static bl_status measure_spread(bl_ctx *ctx, const bl_train *t, const state *s, double *spread, double *all)
{
  size_t n = t->X.rows, d = s->n_features, constant = 0;
  if (n == s->n_classes)
    return bl_fail(ctx, BL_E_SHAPE,
                   "nearest_centroid: shrink_threshold wants more rows than the %zu classes, found %zu", s->n_classes,
                   n);
  bl_status status = bl_kit_moments(ctx, &t->X, NULL, all, spread);
  for (size_t j = 0; !status && j < d; j++) constant += bl_kit_constant((double)n, all[j], spread[j]);
  if (!status && constant == d)
    status = bl_fail(ctx, BL_E_RANGE,
                     "nearest_centroid: no column varies, so centroids cannot be shrunk by their spread; "
                     "leave shrink_threshold out");
  if (status) return status;
  memset(spread, 0, d * sizeof *spread);
  for (size_t i = 0; i < n; i++) {
    const float *x = bl_crow(&t->X, i);
    const double *centroid = s->centroids + (size_t)t->y[i] * d;
    for (size_t j = 0; j < d; j++) spread[j] += ((double)x[j] - centroid[j]) * ((double)x[j] - centroid[j]);
  }
  for (size_t j = 0; j < d; j++) spread[j] = sqrt(spread[j] / (double)(n - s->n_classes));
  return BL_OK;
}

/* scratch: 3 numbers a column. */
static bl_status shrink(bl_ctx *ctx, const params *p, const bl_train *t, const double *count, double *scratch, state *s)
{
  size_t d = s->n_features;
  double *spread = scratch, *all = scratch + d, *sorted = scratch + 2 * d;
  bl_status status = measure_spread(ctx, t, s, spread, all);
  if (status) return status;
  memcpy(sorted, spread, d * sizeof *spread);
  double usual = median_of(sorted, d);
  for (size_t c = 0; c < s->n_classes; c++) {
    double m = sqrt(1 / count[c] - 1 / (double)t->X.rows), *centroid = s->centroids + c * d;
    for (size_t j = 0; j < d; j++) {
      double unit = m * (spread[j] + usual), apart = centroid[j] - all[j];
      double left = fabs(apart) - p->shrink_threshold.real * unit;
      centroid[j] = all[j] + (left > 0 ? copysign(left, apart) : 0);
    }
  }
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t n = t->X.rows, d = t->X.cols, k = t->n_classes;
  s->n_classes = k;
  s->n_features = d;
  s->centroids = bl_calloc(ctx, k, d * sizeof *s->centroids);
  uint32_t *index = bl_calloc(ctx, n, sizeof *index);
  double *scratch = bl_calloc(ctx, n + k + 3 * d, sizeof *scratch);
  bl_status status = s->centroids && index && scratch ? BL_OK : bl_fail_nomem(ctx, "nearest_centroid");
  double *count = scratch + n;
  for (size_t c = 0; !status && c < k; c++) {
    bl_cmat X = t->X;
    X.index = index;
    X.rows = rows_of(t, c, index);
    count[c] = (double)X.rows;
    status = find_centroid(ctx, p, &X, scratch, s->centroids + c * d);
  }
  if (!status && p->shrink_threshold.word < 0) status = shrink(ctx, p, t, count, count + k, s);
  bl_free(ctx, index);
  bl_free(ctx, scratch);
  return status;
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  (void)ops, (void)rows;
  *out = bl_calloc(ctx, self->n_classes, sizeof(double));
  return *out ? BL_OK : bl_fail_nomem(ctx, "nearest_centroid");
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  double *near = room; /* [classes] distances, negated; Euclidean ones squared */
  size_t d = s->n_features;
  (void)ctx;
  for (size_t i = 0; out->v[BL_PREDICT] && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    for (size_t c = 0; c < s->n_classes; c++) {
      double sum = 0;
      for (size_t j = 0; j < d; j++) {
        double apart = fabs((double)x[j] - s->centroids[c * d + j]);
        sum += p->metric == EUCLIDEAN ? apart * apart : apart;
      }
      near[c] = -sum;
    }
    out->v[BL_PREDICT][i] = bl_top_class(near, s->n_classes);
  }
  return BL_OK;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT;
}

static double cost(const bl_estimator *self)
{
  const state *s = self->state;
  return 3 * (double)s->n_classes * (double)s->n_features;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (s->centroids && s->n_classes == self->n_classes && s->n_features == self->n_features) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "nearest_centroid: centroids are %zu x %zu, wanted %zu x %zu", s->n_classes,
                 s->n_features, self->n_classes, self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_nearest_centroid = {
    .name = "nearest_centroid", .summary = "the class whose mean or median is nearest",
    .source = "scikit-learn NearestCentroid; Tibshirani et al. 2002", .kind = BL_CLASSIFIER, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state), .fit = fit,
    .width = width, .prepare = prepare, .apply = apply, .work = cost, .check = check};
/* clang-format on */
