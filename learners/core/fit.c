/* Fitting: everything that is given is checked once, here, as the class's tags ask; classes see clean data.
 *
 * Rows of weight zero are left out before anything else looks at them, so that weight 0 is the same as no row; weights
 * that are all 1 are the same as none. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estimator_private.h"

typedef struct checked {
  bl_data data; /* without the rows of weight zero */
  bl_train train;
  uint32_t *index;    /* of the kept rows; NULL when all are kept */
  double *y, *weight; /* kept rows' own copies, NULL when all are kept */
  int32_t *group;
  double *code; /* y as 0 .. n_classes-1 */
} checked;

static void release(bl_ctx *ctx, checked *c)
{
  bl_free(ctx, c->index);
  bl_free(ctx, c->y);
  bl_free(ctx, c->weight);
  bl_free(ctx, c->group);
  bl_free(ctx, c->code);
}

const char *bl_nonfinite_name(double x) { return isnan(x) ? "NaN" : x > 0 ? "infinity" : "-infinity"; }

/* Without a way out of the loop, so that it runs several numbers at a time. */
static bool all_finite(const float *x, size_t n)
{
  unsigned bad = 0;
  for (size_t j = 0; j < n; j++) bad |= !(fabsf(x[j]) <= FLT_MAX);
  return !bad;
}

bl_status bl_check_finite(bl_ctx *ctx, const char *who, const bl_cmat *X, bool nan_ok, const bl_texts *names,
                          size_t first_row)
{
  for (size_t i = 0; i < X->rows; i++) {
    const float *r = bl_crow(X, i);
    for (size_t j = all_finite(r, X->cols) ? X->cols : 0; j < X->cols; j++) {
      if (isfinite(r[j]) || (nan_ok && isnan(r[j]))) continue;
      bool named = names && names->n == X->cols;
      return bl_fail(ctx, BL_E_NONFINITE,
                     "%s: %s in row %zu, column %zu%s%s%s (counted from 0); leave the row out or fill the gap", who,
                     bl_nonfinite_name((double)r[j]), first_row + i, j, named ? " '" : "", named ? names->v[j] : "",
                     named ? "'" : "");
    }
  }
  return BL_OK;
}

/* ---- the data as given ------------------------------------------------------------------------------------------- */

static bl_status check_shape(bl_ctx *ctx, const char *who, unsigned tags, const bl_data *d)
{
  const bl_cmat *X = &d->X;
  if (!X->rows || !X->cols)
    return bl_fail(ctx, BL_E_SHAPE, "%s: data of %zu rows x %zu columns; at least one of each is needed to learn from",
                   who, X->rows, X->cols);
  if (d->feature_names && d->feature_names->n != X->cols)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu feature names for %zu columns", who, d->feature_names->n, X->cols);
  if (tags & BL_TAG_COVARIANCE_ROWS) {
    size_t n = (size_t)((sqrt(8.0 * (double)X->cols + 1) - 1) / 2 + 0.5);
    if (n * (n + 1) / 2 != X->cols)
      return bl_fail(ctx, BL_E_SHAPE,
                     "%s: %zu columns are not the upper triangle of a matrix (n(n+1)/2: 3, 6, 10 ..); give it rows "
                     "of covariance",
                     who, X->cols);
  }
  return BL_OK;
}

static bl_status check_y(bl_ctx *ctx, const char *who, const bl_data *d, bool classes)
{
  if (!d->y)
    return bl_fail(ctx, BL_E_ARG, "%s: learns from %s, but y was not given", who, classes ? "classes" : "targets");
  for (size_t i = 0; i < d->X.rows; i++) {
    if (!isfinite(d->y[i]))
      return bl_fail(ctx, BL_E_NONFINITE, "%s: y of row %zu is %s; leave the row out", who, i,
                     bl_nonfinite_name(d->y[i]));
    if (!classes || !d->class_names) continue;
    if (!(d->y[i] >= 0 && d->y[i] < (double)d->class_names->n && d->y[i] == floor(d->y[i])))
      return bl_fail(ctx, BL_E_CLASSES, "%s: y of row %zu is %g, which is none of the %zu class names", who, i, d->y[i],
                     d->class_names->n);
  }
  return BL_OK;
}

/* *zeros: how many rows weigh nothing. */
static bl_status check_weight(bl_ctx *ctx, const char *who, unsigned tags, const bl_data *d, size_t *zeros)
{
  *zeros = 0;
  if (!d->weight) return BL_OK;
  if (!(tags & BL_TAG_WEIGHTS))
    return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: takes no sample weights; leave them out", who);
  for (size_t i = 0; i < d->X.rows; i++) {
    double w = d->weight[i];
    if (!isfinite(w))
      return bl_fail(ctx, BL_E_NONFINITE, "%s: the weight of row %zu is %s", who, i, bl_nonfinite_name(w));
    if (w < 0) return bl_fail(ctx, BL_E_RANGE, "%s: the weight of row %zu is %g; weights are 0 or more", who, i, w);
    *zeros += !(w > 0);
  }
  if (*zeros == d->X.rows)
    return bl_fail(ctx, BL_E_RANGE, "%s: all %zu weights are zero; nothing is left to learn from", who, *zeros);
  return BL_OK;
}

/* Leaves the rows of weight zero out of c->data. */
static bl_status drop_rows(bl_ctx *ctx, checked *c, size_t zeros)
{
  bl_data *d = &c->data;
  size_t n = d->X.rows - zeros, k = 0;
  c->index = bl_calloc(ctx, n, sizeof *c->index);
  c->weight = bl_calloc(ctx, n, sizeof *c->weight);
  if (d->y) c->y = bl_calloc(ctx, n, sizeof *c->y);
  if (d->group) c->group = bl_calloc(ctx, n, sizeof *c->group);
  if (!c->index || !c->weight || (d->y && !c->y) || (d->group && !c->group))
    return bl_fail_nomem(ctx, "sample weights");
  for (size_t i = 0; i < d->X.rows; i++) {
    if (!(d->weight[i] > 0)) continue;
    c->index[k] = d->X.index ? d->X.index[i] : (uint32_t)i;
    c->weight[k] = d->weight[i];
    if (c->y) c->y[k] = d->y[i];
    if (c->group) c->group[k] = d->group[i];
    k++;
  }
  d->X.index = c->index;
  d->X.rows = n;
  d->weight = c->weight;
  d->y = c->y;
  d->group = c->group;
  return BL_OK;
}

/* ---- classes ----------------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static bl_status code_classes(bl_ctx *ctx, bl_estimator *e, unsigned tags, checked *c)
{
  const char *who = e->cls->name;
  size_t n = c->data.X.rows, k = 0;
  c->code = bl_calloc(ctx, n, sizeof *c->code);
  double *sorted = bl_calloc(ctx, n, sizeof *sorted);
  if (!c->code || !sorted) {
    bl_free(ctx, sorted);
    return bl_fail_nomem(ctx, "classes");
  }
  for (size_t i = 0; i < n; i++) sorted[i] = c->data.y[i] + 0.0; /* -0 becomes 0 */
  qsort(sorted, n, sizeof *sorted, ascending);
  for (size_t i = 0; i < n; i++)
    if (!k || sorted[i] > sorted[k - 1]) sorted[k++] = sorted[i];
  e->classes = sorted;
  e->n_classes = k;
  const bl_texts *names = c->data.class_names;
  if (k < 2) {
    char value[32];
    snprintf(value, sizeof value, "%g", sorted[0]);
    return bl_fail(ctx, BL_E_CLASSES, "%s: all %zu rows are of one class (%s); at least two are needed", who, n,
                   names ? names->v[(size_t)sorted[0]] : value);
  }
  if ((tags & BL_TAG_BINARY) && k > 2)
    return bl_fail(ctx, BL_E_CLASSES, "%s: the data have %zu classes; it tells two apart", who, k);
  for (size_t i = 0; i < n; i++) {
    double y = c->data.y[i];
    const double *at = bsearch(&y, sorted, k, sizeof *sorted, ascending);
    c->code[i] = (double)(at - sorted);
  }
  for (size_t i = 0; names && i < k; i++) {
    bl_status s = bl_texts_add(ctx, &e->class_names, names->v[(size_t)sorted[i]]);
    if (s) return s;
  }
  c->train.y = c->code;
  c->train.n_classes = k;
  return BL_OK;
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

static bl_status check_all(bl_ctx *ctx, bl_estimator *e, checked *c)
{
  const char *who = e->cls->name;
  unsigned tags = bl_estimator_tags(e);
  bl_kind kind = bl_estimator_kind(e);
  bool classes = kind == BL_CLASSIFIER || (kind == BL_TRANSFORMER && (tags & BL_TAG_NEEDS_Y));
  bl_data *d = &c->data;
  size_t zeros = 0;
  bl_status s = bl_estimator_complete(ctx, e);
  if (!s) s = check_shape(ctx, who, tags, d);
  if (!s) s = check_weight(ctx, who, tags, d, &zeros);
  if (!s && (classes || kind == BL_REGRESSOR)) s = check_y(ctx, who, d, classes);
  if (!s) s = bl_check_finite(ctx, who, &d->X, tags & BL_TAG_NAN_OK, d->feature_names, 0);
  if (!s && zeros) s = drop_rows(ctx, c, zeros);
  if (s) return s;
  bool ones = true;
  for (size_t i = 0; d->weight && ones && i < d->X.rows; i++) ones = d->weight[i] == 1;
  if (ones) d->weight = NULL;
  c->train = (bl_train){.X = d->X, .weight = d->weight, .group = d->group, .data = d};
  if (kind == BL_REGRESSOR) c->train.y = d->y;
  e->n_features = d->X.cols;
  if (d->feature_names) s = bl_texts_copy(ctx, &e->feature_names, d->feature_names);
  if (!s && classes) s = code_classes(ctx, e, tags, c);
  return s;
}

bl_status bl_fit(bl_ctx *ctx, bl_estimator *e, const bl_data *data)
{
  checked c = {.data = *data};
  bl_estimator_forget(ctx, e);
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (!s) s = check_all(ctx, e, &c);
  if (!s) s = e->cls->fit(ctx, e, &c.train);
  release(ctx, &c);
  if (s) bl_estimator_forget(ctx, e);
  else e->fitted = true;
  return s;
}
