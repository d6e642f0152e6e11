/* Fitting: everything that is given is checked once, here, as the class's tags ask; classes see clean data.
 *
 * Rows of weight zero are left out before anything else looks at them, so that weight 0 is the same as no row; weights
 * that are all 1 are the same as none. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/sort.h"
#include "estimator_private.h"

typedef struct checked {
  bl_data data; /* without the rows of weight zero */
  bl_train train;
  uint32_t *index;           /* of the kept rows; NULL when all are kept */
  double *y, *weight, *time; /* kept rows' own copies, NULL when all are kept */
  int32_t *group;
  double *code;     /* y as 0 .. n_classes-1 */
  double *by_class; /* weights times those of classes; NULL: none are wanted */
} checked;

static void release(bl_ctx *ctx, checked *c)
{
  bl_free(ctx, c->index);
  bl_free(ctx, c->y);
  bl_free(ctx, c->weight);
  bl_free(ctx, c->group);
  bl_free(ctx, c->time);
  bl_free(ctx, c->code);
  bl_free(ctx, c->by_class);
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

static bl_status check_sign(bl_ctx *ctx, const char *who, const bl_data *d)
{
  for (size_t i = 0; i < d->X.rows; i++)
    for (size_t j = 0; j < d->X.cols; j++) {
      float x = bl_crow(&d->X, i)[j];
      if (!(x < 0)) continue;
      const char *name = d->feature_names ? d->feature_names->v[j] : "";
      return bl_fail(ctx, BL_E_RANGE,
                     "%s: %g in row %zu, column %zu%s%s%s (counted from 0); it learns from counts, powers or shares, "
                     "which are 0 or more: put min_max_scaler before it, or leave the column out",
                     who, (double)x, i, j, *name ? " '" : "", name, *name ? "'" : "");
    }
  return BL_OK;
}

/* ---- the data as given ------------------------------------------------------------------------------------------- */

/* Rows of covariance are one triangle: where blocks are known they say so, else the number of columns must do. */
bl_status bl_check_triangle(bl_ctx *ctx, const char *who, const bl_blocks *b, size_t cols)
{
  size_t n = (size_t)((sqrt(8.0 * (double)cols + 1) - 1) / 2 + 0.5);
  if (b && b->n ? b->n == 1 && b->v[0].form == BL_BLOCK_TRIANGLE : n * (n + 1) / 2 == cols) return BL_OK;
  if (!b || !b->n)
    return bl_fail(ctx, BL_E_SHAPE,
                   "%s: %zu columns are not the upper triangle of a matrix (n(n+1)/2: 3, 6, 10 ..); give it rows "
                   "of covariance",
                   who, cols);
  bl_buf there = {0};
  bl_status s = bl_blocks_describe(ctx, b, &there);
  if (!s)
    s = bl_fail(ctx, BL_E_SHAPE,
                "%s: learns from one triangle of covariances, but a row is made of %s; let 'columns' give it the one "
                "block that it is to learn from",
                who, bl_buf_text(&there));
  bl_buf_free(ctx, &there);
  return s;
}

bl_status bl_check_categories(bl_ctx *ctx, const char *who, unsigned tags, const bl_blocks *b)
{
  const bl_block *c = tags & BL_TAG_CATEGORIES ? NULL : bl_blocks_category(b);
  return c ? bl_fail(ctx, BL_E_SHAPE,
                     "%s: '%s' is a category ('%s' ..), no number; one_hot_encoder or ordinal_encoder makes numbers of "
                     "it, given it by 'columns' with forms: [category]",
                     who, c->name, c->values.v[0])
           : BL_OK;
}

static bl_status check_shape(bl_ctx *ctx, const char *who, unsigned tags, const bl_data *d)
{
  const bl_cmat *X = &d->X;
  if (!X->rows || !X->cols)
    return bl_fail(ctx, BL_E_SHAPE, "%s: data of %zu rows x %zu columns; at least one of each is needed to learn from",
                   who, X->rows, X->cols);
  if (d->feature_names && d->feature_names->n != X->cols)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu feature names for %zu columns", who, d->feature_names->n, X->cols);
  bl_status s = bl_blocks_check(ctx, who, d->blocks, X->cols);
  if (!s) s = bl_check_categories(ctx, who, tags, d->blocks);
  return !s && tags & BL_TAG_COVARIANCE_ROWS ? bl_check_triangle(ctx, who, d->blocks, X->cols) : s;
}

static bl_status refuse_targets(bl_ctx *ctx, const char *who, size_t k, bool classes)
{
  bl_buf fit = {0};
  bl_status s = bl_estimator_suggest(ctx, classes ? BL_CLASSIFIER : BL_REGRESSOR, BL_TAG_TARGETS, &fit);
  if (!s)
    s = bl_fail(ctx, BL_E_UNSUPPORTED, "%s: learns one %s, but y has %zu; what learns several: %s%s", who,
                classes ? "class a row" : "target", k, bl_buf_text(&fit),
                classes ? " (which makes several of any classifier)" : "; or fit one for each");
  bl_buf_free(ctx, &fit);
  return s;
}

/* Several labels: each is there or not. */
static bl_status check_labels(bl_ctx *ctx, const char *who, const bl_data *d)
{
  size_t k = d->n_targets;
  for (size_t i = 0; i < d->X.rows * k; i++)
    if (d->y[i] != 0 && d->y[i] != 1)
      return bl_fail(ctx, BL_E_CLASSES, "%s: label %zu of row %zu is %g; wanted 1 where the row has it, else 0", who,
                     i % k, i / k, d->y[i]);
  return BL_OK;
}

static bl_status check_y(bl_ctx *ctx, const char *who, unsigned tags, const bl_data *d, bool classes)
{
  if (!d->y)
    return bl_fail(ctx, BL_E_ARG, "%s: learns from %s, but y was not given", who, classes ? "classes" : "targets");
  size_t k = d->n_targets > 1 ? d->n_targets : 1;
  if (k > 1 && !(tags & BL_TAG_TARGETS)) return refuse_targets(ctx, who, k, classes);
  for (size_t i = 0; i < d->X.rows * k; i++) {
    if (!isfinite(d->y[i]))
      return bl_fail(ctx, BL_E_NONFINITE, "%s: y of row %zu is %s; leave the row out", who, i / k,
                     bl_nonfinite_name(d->y[i]));
    if (!classes || !d->class_names || k > 1) continue;
    if (!(d->y[i] >= 0 && d->y[i] < (double)d->class_names->n && d->y[i] == floor(d->y[i])))
      return bl_fail(ctx, BL_E_CLASSES, "%s: y of row %zu is %g, which is none of the %zu class names", who, i, d->y[i],
                     d->class_names->n);
  }
  if (k > 1 && d->class_names && d->class_names->n != k)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu names for %zu %s", who, d->class_names->n, k,
                   classes ? "labels" : "targets");
  return classes && k > 1 ? check_labels(ctx, who, d) : BL_OK;
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

static bl_status check_time(bl_ctx *ctx, const char *who, const bl_data *d)
{
  for (size_t i = 1; d->time && i < d->X.rows; i++)
    if (!(d->time[i] >= d->time[i - 1]))
      return bl_fail(ctx, BL_E_RANGE,
                     "%s: row %zu is of %.17g s, the row before it of %.17g s; it learns in the order of "
                     "time: sort the rows",
                     who, i, d->time[i], d->time[i - 1]);
  return BL_OK;
}

/* Leaves the rows of weight zero out of c->data. */
static bl_status drop_rows(bl_ctx *ctx, checked *c, size_t zeros)
{
  bl_data *d = &c->data;
  size_t n = d->X.rows - zeros, k = 0, targets = d->n_targets > 1 ? d->n_targets : 1;
  c->index = bl_calloc(ctx, n, sizeof *c->index);
  c->weight = bl_calloc(ctx, n, sizeof *c->weight);
  if (d->y) c->y = bl_calloc(ctx, n, targets * sizeof *c->y);
  if (d->group) c->group = bl_calloc(ctx, n, sizeof *c->group);
  if (d->time) c->time = bl_calloc(ctx, n, sizeof *c->time);
  if (!c->index || !c->weight || (d->y && !c->y) || (d->group && !c->group) || (d->time && !c->time))
    return bl_fail_nomem(ctx, "sample weights");
  for (size_t i = 0; i < d->X.rows; i++) {
    if (!(d->weight[i] > 0)) continue;
    c->index[k] = d->X.index ? d->X.index[i] : (uint32_t)i;
    c->weight[k] = d->weight[i];
    if (c->y) memcpy(c->y + k * targets, d->y + i * targets, targets * sizeof *c->y);
    if (c->group) c->group[k] = d->group[i];
    if (c->time) c->time[k] = d->time[i];
    k++;
  }
  d->X.index = c->index;
  d->X.rows = n;
  d->weight = c->weight;
  d->y = c->y;
  d->group = c->group;
  d->time = c->time;
  return BL_OK;
}

/* ---- classes ----------------------------------------------------------------------------------------------------- */

/* The distinct values of v [n], ascending, in a new array. */
static bl_status distinct(bl_ctx *ctx, const double *v, size_t n, double **out, size_t *k)
{
  double *sorted = *out = bl_calloc(ctx, n, sizeof *sorted);
  *k = 0;
  if (!sorted) return bl_fail_nomem(ctx, "classes");
  for (size_t i = 0; i < n; i++) sorted[i] = v[i] + 0.0; /* -0 becomes 0 */
  bl_sort(sorted, n);
  for (size_t i = 0; i < n; i++)
    if (!*k || sorted[i] > sorted[*k - 1]) sorted[(*k)++] = sorted[i];
  return BL_OK;
}

static bl_status name_classes(bl_ctx *ctx, bl_estimator *e, const bl_texts *names)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && names && i < e->n_classes; i++)
    s = bl_texts_add(ctx, &e->class_names, names->v[(size_t)e->classes[i]]);
  return s;
}

/* y as indices into the estimator's classes. */
static bl_status code_rows(bl_ctx *ctx, const bl_estimator *e, checked *c)
{
  size_t n = c->data.X.rows;
  if (!(c->code = bl_calloc(ctx, n, sizeof *c->code))) return bl_fail_nomem(ctx, "classes");
  for (size_t i = 0; i < n; i++) {
    const double *at = bsearch(&c->data.y[i], e->classes, e->n_classes, sizeof *at, bl_by_size);
    if (!at)
      return bl_fail(ctx, BL_E_CLASSES, "%s: y of row %zu is %g, which is none of the %zu classes declared at first",
                     e->cls->name, i, c->data.y[i], e->n_classes);
    c->code[i] = (double)(at - e->classes);
  }
  c->train.y = c->code;
  c->train.n_classes = e->n_classes;
  return BL_OK;
}

static bl_status check_count(bl_ctx *ctx, const bl_estimator *e, unsigned tags)
{
  if ((tags & BL_TAG_BINARY) && e->n_classes > 2)
    return bl_fail(ctx, BL_E_CLASSES, "%s: the data have %zu classes; it tells two apart", e->cls->name, e->n_classes);
  return BL_OK;
}

/* Several labels are classes of their own, by their place. */
static bl_status count_labels(bl_ctx *ctx, bl_estimator *e, checked *c)
{
  size_t k = c->data.n_targets;
  if (!(e->classes = bl_calloc(ctx, k, sizeof *e->classes))) return bl_fail_nomem(ctx, "labels");
  for (; e->n_classes < k; e->n_classes++) e->classes[e->n_classes] = (double)e->n_classes;
  c->train.y = c->data.y;
  c->train.n_classes = k;
  return name_classes(ctx, e, c->data.class_names);
}

static bl_status code_classes(bl_ctx *ctx, bl_estimator *e, unsigned tags, checked *c)
{
  const bl_texts *names = c->data.class_names;
  size_t n = c->data.X.rows;
  if (c->data.n_targets > 1) return count_labels(ctx, e, c);
  bl_status s = distinct(ctx, c->data.y, n, &e->classes, &e->n_classes);
  if (!s && e->n_classes < 2) {
    char value[32];
    snprintf(value, sizeof value, "%g", e->classes[0]);
    return bl_fail(ctx, BL_E_CLASSES, "%s: all %zu rows are of one class (%s); at least two are needed", e->cls->name,
                   n, names ? names->v[(size_t)e->classes[0]] : value);
  }
  if (!s) s = check_count(ctx, e, tags);
  if (!s) s = code_rows(ctx, e, c);
  return s ? s : name_classes(ctx, e, names);
}

/* Where a classifier has an option class_weight, fit sees rows that weigh as it says. Their own weights stay in data. */
static bl_status weigh_classes(bl_ctx *ctx, const bl_estimator *e, bool in_parts, checked *c)
{
  bl_status s = bl_class_weight(ctx, e, in_parts, &c->train, &c->by_class);
  if (!s && c->by_class) c->train.weight = c->by_class;
  return s;
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

static bool learns_classes(bl_kind kind, unsigned tags)
{
  return kind == BL_CLASSIFIER || (kind == BL_TRANSFORMER && (tags & BL_TAG_NEEDS_Y));
}

/* The rows as given: checked, those of weight zero left out, in the form that classes take. */
static bl_status check_data(bl_ctx *ctx, const bl_estimator *e, checked *c)
{
  const char *who = e->cls->name;
  unsigned tags = bl_estimator_tags(e);
  bl_kind kind = bl_estimator_kind(e);
  bool classes = learns_classes(kind, tags);
  bl_data *d = &c->data;
  size_t zeros = 0;
  bl_status s = bl_estimator_complete(ctx, e);
  if (!s) s = check_shape(ctx, who, tags, d);
  if (!s) s = check_weight(ctx, who, tags, d, &zeros);
  if (!s && (classes || kind == BL_REGRESSOR)) s = check_y(ctx, who, tags, d, classes);
  if (!s && (tags & BL_TAG_ORDERED)) s = check_time(ctx, who, d);
  if (!s) s = bl_check_finite(ctx, who, &d->X, tags & BL_TAG_NAN_OK, d->feature_names, 0);
  if (!s && (tags & BL_TAG_NONNEGATIVE)) s = check_sign(ctx, who, d);
  if (!s && zeros) s = drop_rows(ctx, c, zeros);
  if (s) return s;
  bool ones = true;
  for (size_t i = 0; d->weight && ones && i < d->X.rows; i++) ones = d->weight[i] == 1;
  if (ones) d->weight = NULL;
  c->train = (bl_train){
      .X = d->X, .n_targets = d->n_targets > 1 ? d->n_targets : 1, .weight = d->weight, .group = d->group, .data = d};
  if (kind == BL_REGRESSOR) c->train.y = d->y;
  return BL_OK;
}

/* What a fit from nothing takes over: columns, names, classes. */
static bl_status check_all(bl_ctx *ctx, bl_estimator *e, checked *c)
{
  unsigned tags = bl_estimator_tags(e);
  bl_status s = check_data(ctx, e, c);
  if (s) return s;
  e->n_features = c->data.X.cols;
  bool learns_y = bl_estimator_kind(e) == BL_REGRESSOR || learns_classes(bl_estimator_kind(e), tags);
  e->n_targets = learns_y ? c->train.n_targets : 1;
  if (c->data.feature_names) s = bl_texts_copy(ctx, &e->feature_names, c->data.feature_names);
  if (!s && bl_estimator_kind(e) == BL_REGRESSOR && e->n_targets > 1 && c->data.class_names)
    s = bl_texts_copy(ctx, &e->class_names, c->data.class_names);
  if (!s) s = bl_blocks_copy(ctx, &e->blocks, c->data.blocks);
  return !s && learns_classes(bl_estimator_kind(e), tags) ? code_classes(ctx, e, tags, c) : s;
}

bl_status bl_fit(bl_ctx *ctx, bl_estimator *e, const bl_data *data)
{
  checked c = {.data = *data};
  bl_estimator_forget(ctx, e);
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (!s) s = check_all(ctx, e, &c);
  if (!s) s = weigh_classes(ctx, e, false, &c);
  if (!s) s = bl_blas_open(ctx);
  if (!s) s = e->cls->fit(ctx, e, &c.train);
  release(ctx, &c);
  if (s) bl_estimator_forget(ctx, e);
  else e->fitted = true;
  return s;
}

/* ---- learning in parts ------------------------------------------------------------------------------------------- */

/* The declared classes, or all of the class names, into an estimator that knows none. */
static bl_status declare(bl_ctx *ctx, bl_estimator *e, const bl_data *d, const double *classes, size_t n)
{
  const char *who = e->cls->name;
  const bl_texts *names = d->class_names;
  bl_status s = BL_OK;
  if (!classes && !names)
    return bl_fail(ctx, BL_E_ARG, "%s: must be told all classes when it first learns in parts; give classes", who);
  for (size_t i = 0; classes && i < n; i++)
    if (!isfinite(classes[i]) || (names && !(classes[i] >= 0 && classes[i] < (double)names->n)))
      return bl_fail(ctx, BL_E_CLASSES, "%s: class %zu is %g, which is no class value", who, i, classes[i]);
  if (classes) s = distinct(ctx, classes, n, &e->classes, &e->n_classes);
  else if ((e->classes = bl_calloc(ctx, names->n, sizeof *e->classes)))
    for (; e->n_classes < names->n; e->n_classes++) e->classes[e->n_classes] = (double)e->n_classes;
  else s = bl_fail_nomem(ctx, "classes");
  if (!s && e->n_classes < 2)
    s = bl_fail(ctx, BL_E_CLASSES, "%s: %zu classes are declared; at least two are needed", who, e->n_classes);
  if (!s) s = check_count(ctx, e, bl_estimator_tags(e));
  return s ? s : name_classes(ctx, e, names);
}

/* Does what is said of classes agree with what was said at first? */
static bl_status same_classes(bl_ctx *ctx, const bl_estimator *e, const bl_texts *names, const double *classes,
                              size_t n)
{
  double *own = NULL;
  size_t k = e->n_classes;
  bl_status s = classes ? distinct(ctx, classes, n, &own, &k) : BL_OK;
  bool same = !s && k == e->n_classes && (!own || !memcmp(own, e->classes, k * sizeof *own));
  for (size_t i = 0; same && names && e->class_names.n && i < k; i++)
    same = e->classes[i] < (double)names->n && !strcmp(names->v[(size_t)e->classes[i]], e->class_names.v[i]);
  bl_free(ctx, own);
  if (s || same) return s;
  return bl_fail(ctx, BL_E_CLASSES, "%s: the classes are not the %zu that were declared when it first learnt",
                 e->cls->name, e->n_classes);
}

static bl_status start(bl_ctx *ctx, bl_estimator *e, const bl_data *d, bool learns, const double *classes, size_t n)
{
  bl_estimator_forget(ctx, e);
  e->n_features = d->X.cols;
  e->n_targets = 1;
  bl_status s = d->feature_names ? bl_texts_copy(ctx, &e->feature_names, d->feature_names) : BL_OK;
  return !s && learns ? declare(ctx, e, d, classes, n) : s;
}

bl_status bl_partial_fit(bl_ctx *ctx, bl_estimator *e, const bl_data *data, const double *classes, size_t n_classes)
{
  checked c = {.data = *data};
  bool first = !e->fitted, learns = learns_classes(bl_estimator_kind(e), bl_estimator_tags(e));
  if (!e->cls->partial_fit)
    return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: cannot learn in parts; fit it on all rows", e->cls->name);
  if (data->n_targets > 1) return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: learns one target in parts", e->cls->name);
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (!s) s = check_data(ctx, e, &c);
  if (!s && first) s = start(ctx, e, data, learns, classes, n_classes);
  if (!s && !first) s = bl_check_columns(ctx, e, data->X.cols, data->feature_names);
  if (!s && !first && learns) s = same_classes(ctx, e, data->class_names, classes, n_classes);
  if (!s && learns) s = code_rows(ctx, e, &c);
  if (!s) s = weigh_classes(ctx, e, true, &c);
  if (!s) s = e->cls->partial_fit(ctx, e, &c.train);
  release(ctx, &c);
  if (!s) e->fitted = true;
  else if (first) bl_estimator_forget(ctx, e);
  return s;
}
