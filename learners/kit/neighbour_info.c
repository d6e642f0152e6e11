#include "neighbour_info.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/random.h"
#include "baleen/sort.h"
#include "baleen/special.h"

/* Divided by its standard deviation, and a noise added that is far below what matters, so that no two are the same. */
static void roughen(double *v, size_t n, const char *purpose, uint64_t index)
{
  bl_rng r = bl_rng_make(0, purpose, index);
  double mean = 0, var = 0, size = 0;
  for (size_t i = 0; i < n; i++) mean += v[i] / (double)n;
  for (size_t i = 0; i < n; i++) var += (v[i] - mean) * (v[i] - mean) / (double)n;
  for (size_t i = 0; i < n; i++) v[i] /= var > 0 ? sqrt(var) : 1;
  for (size_t i = 0; i < n; i++) size += fabs(v[i]) / (double)n;
  for (size_t i = 0; i < n; i++) v[i] += 1e-10 * fmax(1, size) * bl_rng_normal(&r);
}

/* How many of n ascending numbers lie further than r below x, or with `above` no further than r above it. Distances are
 * compared, for a sum of x and r may round on to the neighbour that r just does not reach. */
static size_t count_to(const double *v, size_t n, double x, double r, bool above)
{
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (above ? v[mid] - x <= r : x - v[mid] > r) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* How many lie no further than r from x. */
static double count_within(const double *v, size_t n, double x, double r)
{
  return (double)(count_to(v, n, x, r, true) - count_to(v, n, x, r, false));
}

/* Distance of v[i], one of n ascending numbers, to its k-th nearest other. */
static double kth_distance(const double *v, size_t n, size_t i, size_t k)
{
  size_t lo = i, hi = i;
  double d = 0;
  for (size_t taken = 0; taken < k; taken++) {
    double left = lo > 0 ? v[i] - v[lo - 1] : HUGE_VAL, right = hi + 1 < n ? v[hi + 1] - v[i] : HUGE_VAL;
    if (left <= right) lo--, d = left;
    else hi++, d = right;
  }
  return d;
}

/* ---- classes ----------------------------------------------------------------------------------------------------- */

bl_status bl_info_of_classes(bl_ctx *ctx, double *x, const double *code, size_t n, size_t n_classes, size_t n_neighbors,
                             uint64_t purpose, double *out)
{
  double *all = bl_calloc(ctx, 2 * n, sizeof *all), *own = all ? all + n : NULL;
  size_t *count = bl_calloc(ctx, n_classes, sizeof *count), kept = 0;
  double of_k = 0, of_count = 0, of_near = 0;
  *out = 0;
  if (!all || !count) {
    bl_free(ctx, all);
    bl_free(ctx, count);
    return bl_fail_nomem(ctx, "mutual information");
  }
  roughen(x, n, "mutual information", purpose);
  for (size_t i = 0; i < n; i++) count[(size_t)code[i]]++;
  for (size_t i = 0; i < n; i++)
    if (count[(size_t)code[i]] > 1) all[kept++] = x[i];
  bl_sort(all, kept);
  for (size_t c = 0; c < n_classes; c++) {
    size_t m = 0, k = n_neighbors < count[c] ? n_neighbors : count[c] - 1;
    if (count[c] < 2) continue; /* tells nothing */
    for (size_t i = 0; i < n; i++)
      if ((size_t)code[i] == c) own[m++] = x[i];
    bl_sort(own, m);
    of_k += (double)m * bl_digamma((double)k);
    of_count += (double)m * bl_digamma((double)m);
    for (size_t i = 0; i < m; i++)
      of_near += bl_digamma(count_within(all, kept, own[i], nextafter(kth_distance(own, m, i, k), 0)));
  }
  double rows = (double)kept;
  if (kept) *out = fmax(0, bl_digamma(rows) + (of_k - of_count - of_near) / rows);
  bl_free(ctx, all);
  bl_free(ctx, count);
  return BL_OK;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

typedef struct point {
  double x, y;
} point;

static int by_x(const void *a, const void *b) { return bl_by_size(&((const point *)a)->x, &((const point *)b)->x); }

/* Distance to the k-th nearest other, the larger of those along x and y: outwards along x until that alone is further. */
static double kth_of_plane(const point *p, size_t n, size_t i, size_t k, double *near)
{
  size_t lo = i, hi = i, found = 0;
  for (;;) {
    double left = lo > 0 ? p[i].x - p[lo - 1].x : HUGE_VAL, right = hi + 1 < n ? p[hi + 1].x - p[i].x : HUGE_VAL;
    double along = fmin(left, right);
    if (!(along < HUGE_VAL) || (found == k && along >= near[k - 1])) return near[found - 1];
    size_t at = left <= right ? --lo : ++hi;
    double d = fmax(along, fabs(p[at].y - p[i].y));
    if (found == k && d >= near[k - 1]) continue;
    size_t place = found < k ? found++ : k - 1;
    for (; place > 0 && near[place - 1] > d; place--) near[place] = near[place - 1];
    near[place] = d;
  }
}

bl_status bl_info_of_numbers(bl_ctx *ctx, double *x, const double *y, size_t n, size_t n_neighbors, uint64_t purpose,
                             double *out)
{
  size_t k = n_neighbors < n ? n_neighbors : n - 1;
  *out = 0;
  if (n < 2) return BL_OK;
  point *p = bl_calloc(ctx, n, sizeof *p);
  double *sorted = bl_calloc(ctx, 2 * n + k, sizeof *sorted), *ys = sorted ? sorted + n : NULL, sum = 0;
  if (!p || !sorted) {
    bl_free(ctx, p);
    bl_free(ctx, sorted);
    return bl_fail_nomem(ctx, "mutual information");
  }
  memcpy(ys, y, n * sizeof *ys);
  roughen(x, n, "mutual information", purpose);
  roughen(ys, n, "mutual information of the target", 0);
  for (size_t i = 0; i < n; i++) p[i] = (point){x[i], ys[i]};
  memcpy(sorted, x, n * sizeof *x);
  bl_sort(sorted, n);
  bl_sort(ys, n);
  qsort(p, n, sizeof *p, by_x);
  for (size_t i = 0; i < n; i++) {
    double r = nextafter(kth_of_plane(p, n, i, k, ys + n), 0);
    sum += bl_digamma(count_within(sorted, n, p[i].x, r)) + bl_digamma(count_within(ys, n, p[i].y, r));
  }
  *out = fmax(0, bl_digamma((double)n) + bl_digamma((double)k) - sum / (double)n);
  bl_free(ctx, p);
  bl_free(ctx, sorted);
  return BL_OK;
}
