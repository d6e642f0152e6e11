#include "neighbours.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"
#include "baleen/pool.h"
#include "upcast.h"

enum { ASKED = 64, TABLE = 512 }; /* rows a block: 64 x 512 products stay in the cache */

typedef struct near {
  double distance;
  uint32_t index;
} near;

typedef struct job {
  const bl_neighbours *m;
  const bl_cmat *X;
  const double *norm; /* [n] |y|^2, Euclidean only */
  double norm_max;
  bl_neighbours_fn fn;
  void *arg;
} job;

static bool before(near a, near b)
{
  return a.distance < b.distance || (a.distance <= b.distance && a.index < b.index);
}

/* heap[0] is the farthest of n. */
static void sift_down(near *heap, size_t n, size_t i)
{
  for (size_t c; (c = 2 * i + 1) < n; i = c) {
    if (c + 1 < n && before(heap[c], heap[c + 1])) c++;
    if (!before(heap[i], heap[c])) return;
    near t = heap[i];
    heap[i] = heap[c];
    heap[c] = t;
  }
}

/* Keeps the k nearest in heap. */
static void offer(near *heap, size_t *n, size_t k, near x)
{
  if (*n == k) {
    if (!before(x, heap[0])) return;
    heap[0] = x;
    sift_down(heap, k, 0);
    return;
  }
  size_t i = (*n)++;
  for (; i && before(heap[(i - 1) / 2], x); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
  heap[i] = x;
}

/* Nearest first, into index and distance. */
static void unheap(near *heap, size_t k, uint32_t *index, double *distance)
{
  for (size_t n = k; n-- > 0;) {
    index[n] = heap[0].index;
    distance[n] = heap[0].distance;
    heap[0] = heap[n];
    sift_down(heap, n, 0);
  }
}

/* Minkowski with the largest difference taken out, so that no power overflows. */
static double minkowski(const bl_neighbours *m, const float *x, const float *y)
{
  double top = 0, sum = 0;
  for (size_t j = 0; j < m->d; j++) top = fmax(top, fabs((double)x[j] - (double)y[j]));
  for (size_t j = 0; top > 0 && j < m->d; j++) sum += pow(fabs((double)x[j] - (double)y[j]) / top, m->p);
  return top * pow(sum, 1 / m->p);
}

static double distance_of(const bl_neighbours *m, const float *x, const float *y)
{
  double sum = 0;
  if (m->metric == BL_MINKOWSKI) return minkowski(m, x, y);
  for (size_t j = 0; j < m->d; j++) {
    double v = fabs((double)x[j] - (double)y[j]);
    sum += m->metric == BL_EUCLIDEAN ? v * v : v;
  }
  return m->metric == BL_EUCLIDEAN ? sqrt(sum) : sum;
}

static void nearest_of_all(const job *j, size_t i, near *heap)
{
  size_t n = 0;
  for (size_t t = 0; t < j->m->n; t++)
    offer(heap, &n, j->m->k, (near){distance_of(j->m, bl_crow(j->X, i), j->m->rows + t * j->m->d), (uint32_t)t});
}

/* ---- Euclidean, by products -------------------------------------------------------------------------------------- */

/* Squares of distances of X's rows lo <= i < hi to all rows of the table, [hi - lo x n]. */
static void products(const job *j, size_t lo, size_t hi, double *x, double *y, double *xnorm, double *square)
{
  const bl_neighbours *m = j->m;
  bl_cmat table = {m->rows, m->n, m->d, m->d, NULL};
  size_t rows = hi - lo;
  bl_upcast(j->X, lo, hi, x);
  for (size_t i = 0; i < rows; i++) xnorm[i] = bl_dot(m->d, x + i * m->d, x + i * m->d);
  for (size_t at = 0; at < m->n; at += TABLE) {
    size_t take = m->n - at < TABLE ? m->n - at : TABLE;
    bl_upcast(&table, at, at + take, y);
    bl_gemm(false, true, rows, take, m->d, -2, x, m->d, y, m->d, 0, square + at, m->n);
    for (size_t i = 0; i < rows; i++)
      for (size_t t = 0; t < take; t++) {
        double s = square[i * m->n + at + t] + xnorm[i] + j->norm[at + t];
        square[i * m->n + at + t] = s > 0 ? s : 0;
      }
  }
}

/* The k nearest of one row, exactly, from squares that are off by rounding. */
static void recheck(const job *j, size_t i, double xnorm, const double *square, near *heap)
{
  const bl_neighbours *m = j->m;
  size_t n = 0;
  for (size_t t = 0; t < m->n; t++) offer(heap, &n, m->k, (near){square[t], (uint32_t)t});
  /* each of the three sums of d terms errs by at most about d eps of its size, and 2|xy| <= |x|^2 + |y|^2 */
  double reach = heap[0].distance + 8 * ((double)m->d + 2) * DBL_EPSILON * (xnorm + j->norm_max);
  n = 0;
  for (size_t t = 0; t < m->n; t++)
    if (!(square[t] > reach))
      offer(heap, &n, m->k, (near){distance_of(m, bl_crow(j->X, i), m->rows + t * m->d), (uint32_t)t});
}

static bl_status ask(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const job *j = arg;
  const bl_neighbours *m = j->m;
  size_t rows = hi - lo;
  bool fast = m->metric == BL_EUCLIDEAN;
  near *heap = bl_calloc(ctx, m->k, sizeof *heap);
  uint32_t *index = bl_calloc(ctx, m->k, sizeof *index);
  double *distance = bl_calloc(ctx, m->k, sizeof *distance);
  double *block = fast ? bl_calloc(ctx, rows * (m->d + 1) + TABLE * m->d + rows * m->n, sizeof *block) : NULL;
  bl_status s = heap && index && distance && (!fast || block) ? BL_CHECK_CANCEL(ctx) : bl_fail_nomem(ctx, "neighbours");
  if (s) goto done;
  double *x = block, *xnorm = fast ? x + rows * m->d : NULL, *y = fast ? xnorm + rows : NULL,
         *square = fast ? y + TABLE * m->d : NULL;
  if (fast) products(j, lo, hi, x, y, xnorm, square);
  for (size_t i = lo; i < hi; i++) {
    if (fast) recheck(j, i, xnorm[i - lo], square + (i - lo) * m->n, heap);
    else nearest_of_all(j, i, heap);
    unheap(heap, m->k, index, distance);
    j->fn(j->arg, i, index, distance);
  }
done:
  bl_free(ctx, block);
  bl_free(ctx, distance);
  bl_free(ctx, index);
  bl_free(ctx, heap);
  return s;
}

bl_status bl_neighbours_find(bl_ctx *ctx, const bl_neighbours *m, const bl_cmat *X, bl_neighbours_fn fn, void *arg)
{
  job j = {m, X, NULL, 0, fn, arg};
  double *norm = bl_calloc(ctx, m->n, sizeof *norm);
  if (!norm) return bl_fail_nomem(ctx, "neighbours");
  for (size_t t = 0; t < m->n; t++) {
    const float *y = m->rows + t * m->d;
    for (size_t c = 0; c < m->d; c++) norm[t] += (double)y[c] * (double)y[c];
    j.norm_max = norm[t] > j.norm_max ? norm[t] : j.norm_max;
  }
  j.norm = norm;
  bl_status s = bl_pool_chunks(ctx, X->rows, ASKED, 3.0 * (double)m->n * (double)m->d, ask, &j);
  bl_free(ctx, norm);
  return s;
}
