#include "columnwise.h"

#include <math.h>

#include "baleen/pool.h"
#include "baleen/sort.h"

enum { EXTENT_ROWS = 4096 };

size_t bl_kit_same_width(const bl_estimator *self, bl_op op)
{
  return op != BL_TRANSFORM ? 0 : self->fitted ? self->n_features : 1;
}

static bool is_vector(const bl_field *f) { return f->dim_rows != BL_NO_DIM && f->dim_cols == BL_NO_DIM; }

bl_status bl_kit_new_vectors(bl_ctx *ctx, const bl_estimator_class *cls, void *state, size_t n)
{
  char *base = state;
  for (const bl_field *f = cls->fields; f->name; f++) {
    if (!is_vector(f)) continue;
    void *v = bl_calloc(ctx, n, bl_dtype_size(f->dtype));
    if (!v) return bl_fail_nomem(ctx, cls->name);
    *(void **)(void *)(base + f->offset) = v;
    *(size_t *)(void *)(base + f->dim_rows) = n;
  }
  return BL_OK;
}

bl_status bl_kit_check_vectors(bl_ctx *ctx, const bl_estimator *self)
{
  for (const bl_field *f = self->cls->fields; f->name; f++) {
    bl_field_view v = bl_field_get(f, self->state);
    if (is_vector(f) && (!v.v || v.dims[0] != self->n_features))
      return bl_fail(ctx, BL_E_FORMAT, "%s: %zu of '%s', where it learnt from %zu columns", self->cls->name,
                     v.v ? v.dims[0] : 0, f->name, self->n_features);
  }
  return BL_OK;
}

void bl_kit_warn_columns(bl_ctx *ctx, const bl_estimator *self, bool (*bad)(const void *arg, size_t j), const void *arg,
                         const char *what)
{
  size_t n = 0, first = 0;
  for (size_t j = 0; j < self->n_features; j++)
    if (bad(arg, j) && !n++) first = j;
  if (!n) return;
  bool named = self->feature_names.n > 0;
  bl_warn(ctx, BL_W_CONSTANT, "%s: %zu of %zu columns %s; the first is column %zu%s%s%s", self->cls->name, n,
          self->n_features, what, first, named ? " '" : "", named ? self->feature_names.v[first] : "",
          named ? "'" : "");
}

/* ---- extents ----------------------------------------------------------------------------------------------------- */

typedef struct extent_job {
  const bl_cmat *X;
  double *lo, *hi; /* [blocks x cols] */
} extent_job;

static bl_status extent_rows(bl_ctx *ctx, void *arg, size_t from, size_t to)
{
  const extent_job *e = arg;
  size_t d = e->X->cols;
  double *lo = e->lo + from / EXTENT_ROWS * d, *hi = e->hi + from / EXTENT_ROWS * d;
  for (size_t j = 0; j < d; j++) lo[j] = hi[j] = (double)NAN;
  for (size_t i = from; i < to; i++) {
    const float *x = bl_crow(e->X, i);
    for (size_t j = 0; j < d; j++) {
      double v = (double)x[j];
      lo[j] = fmin(lo[j], v); /* of a number and NaN the number */
      hi[j] = fmax(hi[j], v);
    }
  }
  return BL_CHECK_CANCEL(ctx);
}

bl_status bl_kit_extent(bl_ctx *ctx, const bl_cmat *X, double *lo, double *hi)
{
  size_t d = X->cols, blocks = (X->rows + EXTENT_ROWS - 1) / EXTENT_ROWS;
  double *slots = bl_calloc(ctx, 2 * blocks, d * sizeof *slots);
  if (!slots) return bl_fail_nomem(ctx, "smallest and largest numbers");
  extent_job e = {X, slots, slots + blocks * d};
  bl_status s = bl_pool_chunks(ctx, X->rows, EXTENT_ROWS, 4.0 * (double)d, extent_rows, &e);
  for (size_t j = 0; !s && j < d; j++) {
    lo[j] = hi[j] = (double)NAN;
    for (size_t b = 0; b < blocks; b++) {
      lo[j] = fmin(lo[j], e.lo[b * d + j]);
      hi[j] = fmax(hi[j], e.hi[b * d + j]);
    }
  }
  bl_free(ctx, slots);
  return s;
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

typedef struct sorted_job {
  const bl_cmat *X;
  bl_kit_sorted_fn fn;
  void *arg;
} sorted_job;

static bl_status sort_column(bl_ctx *ctx, void *arg, size_t j)
{
  const sorted_job *job = arg;
  size_t n = 0;
  double *v = bl_calloc(ctx, job->X->rows, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "a sorted column");
  for (size_t i = 0; i < job->X->rows; i++) {
    double x = (double)bl_crow(job->X, i)[j];
    if (!isnan(x)) v[n++] = x;
  }
  bl_sort(v, n);
  bl_status s = job->fn(ctx, job->arg, j, v, n);
  bl_free(ctx, v);
  return s;
}

bl_status bl_kit_each_sorted(bl_ctx *ctx, const bl_cmat *X, bl_kit_sorted_fn fn, void *arg)
{
  sorted_job job = {X, fn, arg};
  return bl_pool_for(ctx, X->cols, 40.0 * (double)X->rows, sort_column, &job);
}

double bl_kit_quantile(const double *v, size_t n, double q)
{
  double at = q * (double)(n - 1), whole = nearbyint(at);
  if (fabs(at - whole) < 1e-12 * at) at = whole; /* so that rounding of q leaves numbers of the column what they are */
  size_t lo = (size_t)at, hi = lo + 1 < n ? lo + 1 : n - 1;
  return v[lo] + (at - (double)lo) * (v[hi] - v[lo]);
}
