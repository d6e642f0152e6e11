/* peaks.c: finding and thinning peaks; see peaks.h. */
#include "peaks.h"

#include <math.h>
#include <stdbool.h>

size_t bl_peaks_find(const double *x, size_t n, double height, double *at)
{
  size_t found = 0;
  for (size_t i = 1; i + 1 < n;) {
    size_t ahead = i + 1;
    if (!(x[i - 1] < x[i])) {
      i++;
      continue;
    }
    while (ahead + 1 < n && x[ahead] == x[i]) ahead++;
    size_t middle = (i + ahead - 1) / 2;
    if (x[ahead] < x[i] && x[i] >= height) at[found++] = (double)middle;
    i = ahead;
  }
  return found;
}

/* Whether peak i is dealt with before peak j: the higher one, of equals the later. */
static bool comes_before(const double *x, const double *at, size_t i, size_t j)
{
  double a = x[(size_t)at[i]], b = x[(size_t)at[j]];
  return a > b || (a == b && i > j);
}

/* Lets the number in place i of a heap, whose first is the one to be dealt with last, sink to its place. */
static void sink(const double *x, const double *at, double *heap, size_t i, size_t n)
{
  for (size_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && comes_before(x, at, (size_t)heap[child], (size_t)heap[child + 1])) child++;
    if (!comes_before(x, at, (size_t)heap[i], (size_t)heap[child])) return;
    double swap = heap[i];
    heap[i] = heap[child];
    heap[child] = swap;
  }
}

/* The numbers of the n peaks in the order in which they are dealt with (Williams' heapsort, which needs no room). */
static void put_in_order(const double *x, const double *at, size_t n, double *order)
{
  for (size_t i = 0; i < n; i++) order[i] = (double)i;
  for (size_t i = n / 2; i-- > 0;) sink(x, at, order, i, n);
  for (size_t left = n; left > 1;) {
    double last = order[0];
    order[0] = order[--left];
    order[left] = last;
    sink(x, at, order, 0, left);
  }
}

size_t bl_peaks_thin(const double *x, double *at, size_t n, double distance, double *room)
{
  double *order = room, *out = room + n;
  size_t kept = 0;
  put_in_order(x, at, n, order);
  for (size_t i = 0; i < n; i++) out[i] = 0;
  for (size_t k = 0; k < n; k++) {
    size_t best = (size_t)order[k];
    if (out[best] > 0) continue;
    for (size_t i = best; i-- > 0 && at[best] - at[i] < distance;) out[i] = 1;
    for (size_t i = best + 1; i < n && at[i] - at[best] < distance; i++) out[i] = 1;
  }
  for (size_t i = 0; i < n; i++)
    if (!(out[i] > 0)) at[kept++] = at[i];
  return kept;
}

double bl_peak_prominence(const double *x, size_t n, size_t peak)
{
  double left = x[peak], right = x[peak];
  for (size_t i = peak; i-- > 0 && x[i] <= x[peak];) left = fmin(left, x[i]);
  for (size_t i = peak + 1; i < n && x[i] <= x[peak]; i++) right = fmin(right, x[i]);
  return x[peak] - fmax(left, right);
}
