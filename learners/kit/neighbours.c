#include "neighbours.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"

enum {
  TABLE = 512,  /* rows of the table that are multiplied at once: their products stay in the cache */
  FEW = 8,      /* fewer rows than this are measured one by one: a product would not pay */
  STRIDE = 32,  /* products looked at together */
  MANY_K = 1024 /* more neighbours than this are measured one by one: lists of candidates would grow too large */
};

typedef struct near {
  double distance;
  uint32_t index;
} near;

/* A row of the table that may be among the nearest: its square of distance less |x|^2 is at least `low` less the row's
 * slack. */
typedef struct candidate {
  float low;
  uint32_t index;
} candidate;

/* One row that asks. */
typedef struct asker {
  const float *x;
  double square, slack; /* |x - center|^2 and what rounding may do to a product on its side */
  float limit;          /* what is above cannot be among the k nearest */
  bool in_range;        /* no product can overflow; else nothing is known to be above a limit, and all are measured */
  size_t n_candidates, n_near;
  candidate *candidates; /* [cap] */
  near *heap;            /* [k] nearest of those measured, the farthest first */
} asker;

struct bl_neighbours_room {
  asker *asker; /* [rows] */
  uint32_t *index;
  double *distance, *select; /* [k] and [cap] */
  /* Of products alone, else NULL. */
  size_t cap;
  float *center;  /* [d] means of the table: norms are smallest around them, and so is the rounding of products */
  float *norm;    /* [n] |y - center|^2 less what rounding may do on y's side */
  double largest; /* of the |y - center|^2 */
  float *x, *y;   /* [rows x (d + 1)] -2 (x - center) and 1; [TABLE x (d + 1)] y - center and its norm */
  float *product; /* [rows x TABLE] */
};

/* ---- the nearest so far ------------------------------------------------------------------------------------------ */

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

/* ---- distances --------------------------------------------------------------------------------------------------- */

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

static void measure(const bl_neighbours *m, asker *a, size_t t)
{
  offer(a->heap, &a->n_near, m->k, (near){distance_of(m, a->x, m->rows + t * m->d), (uint32_t)t});
}

/* ---- candidates, by products ------------------------------------------------------------------------------------- */

/* A product of d + 1 terms in float32, in whatever order they are added, errs by at most (d + 1) u of the sum of their
 * magnitudes, which is at most 2|y|^2 + |x|^2 (u = 2^-24, x and y from the center); rounding x, y and the norm before
 * it adds at most 5u |y|^2 + 2u |x|^2. This bounds both, for either side; FLT_MIN is what underflow may lose a term. */
static double relative_error(size_t d) { return 0x1p-24 * (2.1 * (double)d + 16); }
/* |x|^2 and |y|^2 up to which the sum of all magnitudes stays a float. */
static const double largest_square = 1e37;
static double lost_to_underflow(size_t d) { return ((double)d + 2) * (double)FLT_MIN; }

static float rounded_up(double v)
{
  float f = (float)v;
  return (double)f < v ? nextafterf(f, INFINITY) : f;
}

/* Entry k of v in ascending order; v is reordered (Hoare's quickselect). */
static double kth_smallest(double *v, ptrdiff_t n, ptrdiff_t k)
{
  for (ptrdiff_t lo = 0, hi = n - 1; lo < hi;) {
    double pivot = v[lo + (hi - lo) / 2];
    ptrdiff_t i = lo, j = hi;
    while (i <= j) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i > j) break;
      double t = v[i];
      v[i++] = v[j];
      v[j--] = t;
    }
    if (k > j && k < i) break;
    if (k <= j) hi = j;
    else lo = i;
  }
  return v[k];
}

static void lower_limit(asker *a, double limit)
{
  float up = a->in_range ? rounded_up(limit) : INFINITY;
  if (up < a->limit) a->limit = up;
}

/* Lowers the limit to what k candidates are surely below, and drops those above. */
static void drop_hopeless(const bl_neighbours *m, const bl_neighbours_room *r, asker *a)
{
  double err = relative_error(m->d);
  size_t kept = 0;
  if (a->n_candidates <= m->k) return;
  for (size_t i = 0; i < a->n_candidates; i++) {
    double y = (double)r->norm[a->candidates[i].index] / (1 - err), high = (double)a->candidates[i].low + 2 * err * y;
    r->select[i] = isnan(high) ? (double)INFINITY : high;
  }
  lower_limit(a, kth_smallest(r->select, (ptrdiff_t)a->n_candidates, (ptrdiff_t)m->k - 1) + 2 * a->slack);
  for (size_t i = 0; i < a->n_candidates; i++)
    if (!(a->candidates[i].low > a->limit)) a->candidates[kept++] = a->candidates[i];
  a->n_candidates = kept;
}

static void measure_candidates(const bl_neighbours *m, asker *a)
{
  for (size_t i = 0; i < a->n_candidates; i++) measure(m, a, a->candidates[i].index);
  a->n_candidates = 0;
  if (a->n_near < m->k) return;
  double far = a->heap[0].distance;
  lower_limit(a, far * far * (1 + 1e-12) - a->square + 2 * a->slack);
}

/* Many that are equally far leave no list short; they are measured at once. */
static void add_candidate(const bl_neighbours *m, const bl_neighbours_room *r, asker *a, candidate c)
{
  a->candidates[a->n_candidates++] = c;
  if (a->n_candidates < r->cap) return;
  drop_hopeless(m, r, a);
  if (a->n_candidates > r->cap / 2) measure_candidates(m, a);
}

static void scan(const bl_neighbours *m, const bl_neighbours_room *r, asker *a, const float *low, size_t at, size_t n)
{
  for (size_t t = 0; t < n; t += STRIDE) {
    size_t end = t + STRIDE < n ? t + STRIDE : n;
    float limit = a->limit;
    if (end == t + STRIDE) {
      int hopeful = 0;
      for (size_t i = 0; i < STRIDE; i++) hopeful += !(low[t + i] > limit);
      if (!hopeful) continue;
    }
    for (size_t i = t; i < end; i++)
      if (!(low[i] > a->limit)) add_candidate(m, r, a, (candidate){low[i], (uint32_t)(at + i)});
  }
}

static void by_products(const bl_neighbours *m, bl_neighbours_room *r, const bl_cmat *X)
{
  size_t d = m->d, width = d + 1, rows = X->rows;
  double err = relative_error(d);
  for (size_t i = 0; i < rows; i++) {
    float *x = r->x + i * width;
    asker *a = &r->asker[i];
    for (size_t j = 0; j < d; j++) {
      float from = a->x[j] - r->center[j];
      a->square += (double)from * (double)from;
      x[j] = -2 * from;
    }
    x[d] = 1;
    a->slack = err * a->square + lost_to_underflow(d);
    a->limit = INFINITY;
    a->in_range = a->square <= largest_square && r->largest <= largest_square;
  }
  for (size_t at = 0; at < m->n; at += TABLE) {
    size_t take = m->n - at < TABLE ? m->n - at : TABLE;
    for (size_t t = 0; t < take; t++) {
      float *y = r->y + t * width;
      const float *row = m->rows + (at + t) * d;
      for (size_t j = 0; j < d; j++) y[j] = row[j] - r->center[j];
      y[d] = r->norm[at + t];
    }
    bl_gemm_f32(false, true, rows, take, width, 1, r->x, width, r->y, width, 0, r->product, TABLE);
    for (size_t i = 0; i < rows; i++) scan(m, r, &r->asker[i], r->product + i * TABLE, at, take);
  }
  for (size_t i = 0; i < rows; i++) {
    drop_hopeless(m, r, &r->asker[i]);
    measure_candidates(m, &r->asker[i]);
  }
}

/* ---- the call ---------------------------------------------------------------------------------------------------- */

/* Center and norms of the table; `sum` is scratch for d numbers. Returns the largest square of a norm. */
static double find_center(const bl_neighbours *m, float *center, float *norm, double *sum)
{
  double largest = 0;
  double err = relative_error(m->d);
  for (size_t t = 0; t < m->n; t++)
    for (size_t j = 0; j < m->d; j++) sum[j] += (double)m->rows[t * m->d + j];
  for (size_t j = 0; j < m->d; j++) center[j] = (float)(sum[j] / (double)m->n);
  for (size_t t = 0; t < m->n; t++) {
    double square = 0;
    for (size_t j = 0; j < m->d; j++) {
      float from = m->rows[t * m->d + j] - center[j];
      square += (double)from * (double)from;
    }
    norm[t] = (float)(square * (1 - err));
    largest = square > largest ? square : largest;
  }
  return largest;
}

/* Hands out parts of a block whose size was counted the same way before: with no block it only counts. */
static void *part(char *block, size_t *used, size_t n, size_t size)
{
  size_t at = *used;
  *used += (n * size + 63) / 64 * 64;
  return block ? block + at : NULL;
}

static size_t lay_out(const bl_neighbours *m, size_t rows, bool products, char *block, bl_neighbours_room *r)
{
  size_t used = 0, width = m->d + 1;
  candidate *candidates = NULL;
  (void)part(block, &used, 1, sizeof *r);
  r->cap = products ? 2 * m->k + 128 : 0;
  r->asker = part(block, &used, rows, sizeof *r->asker);
  near *heaps = part(block, &used, rows * m->k, sizeof *heaps);
  r->index = part(block, &used, m->k, sizeof *r->index);
  r->distance = part(block, &used, m->k, sizeof *r->distance);
  if (products) {
    r->select = part(block, &used, r->cap > m->d ? r->cap : m->d, sizeof *r->select);
    r->center = part(block, &used, m->d, sizeof *r->center);
    r->norm = part(block, &used, m->n, sizeof *r->norm);
    r->x = part(block, &used, rows * width, sizeof *r->x);
    r->y = part(block, &used, TABLE * width, sizeof *r->y);
    r->product = part(block, &used, rows * TABLE, sizeof *r->product);
    candidates = part(block, &used, rows * r->cap, sizeof *candidates);
  }
  for (size_t i = 0; block && i < rows; i++) {
    r->asker[i].heap = heaps + i * m->k;
    if (candidates) r->asker[i].candidates = candidates + i * r->cap;
  }
  return used;
}

bl_status bl_neighbours_prepare(bl_ctx *ctx, const bl_neighbours *m, size_t rows, bl_neighbours_room **out)
{
  bool products = m->metric == BL_EUCLIDEAN && rows >= FEW && m->k <= MANY_K && relative_error(m->d) < 0.01;
  bl_neighbours_room count = {0};
  char *block = bl_calloc(ctx, 1, lay_out(m, rows, products, NULL, &count));
  if (!(*out = (bl_neighbours_room *)(void *)block)) return bl_fail_nomem(ctx, "neighbours");
  lay_out(m, rows, products, block, *out);
  if (products) (*out)->largest = find_center(m, (*out)->center, (*out)->norm, (*out)->select);
  return BL_OK;
}

void bl_neighbours_find(const bl_neighbours *m, bl_neighbours_room *room, const bl_cmat *X, bl_neighbours_fn fn,
                        void *arg)
{
  for (size_t i = 0; i < X->rows; i++) {
    asker *a = &room->asker[i];
    *a = (asker){.x = bl_crow(X, i), .candidates = a->candidates, .heap = a->heap};
  }
  if (room->product && X->rows >= FEW) by_products(m, room, X);
  else
    for (size_t i = 0; i < X->rows; i++)
      for (size_t t = 0; t < m->n; t++) measure(m, &room->asker[i], t);
  for (size_t i = 0; i < X->rows; i++) {
    unheap(room->asker[i].heap, m->k, room->index, room->distance);
    fn(arg, i, room->index, room->distance);
  }
}
