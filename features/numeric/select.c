/* select.c: see select.h. */
#include "select.h"

#include <math.h>

#include "baleen/sort.h"

void bl_select(float *v, size_t n, size_t k)
{
  size_t lo = 0, hi = n - 1;
  while (lo < hi) {
    float pivot = v[lo + (hi - lo) / 2];
    size_t i = lo, j = hi;
    for (;;) {
      while (v[i] < pivot) i++;
      while (pivot < v[j]) j--;
      if (i >= j) break;
      float t = v[i];
      v[i++] = v[j];
      v[j--] = t;
    }
    /* v[lo .. j] <= pivot <= v[j + 1 .. hi] */
    if (k <= j) hi = j;
    else if (k == j + 1) return;
    else lo = j + 1;
  }
}

static float extreme(const float *v, size_t n, float sign)
{
  float most = v[0];
  for (size_t i = 1; i < n; i++) most = sign * v[i] > sign * most ? v[i] : most;
  return most;
}

double bl_median(float *v, size_t n)
{
  size_t half = n / 2;
  for (size_t i = 0; i < n; i++)
    if (isnan(v[i])) return (double)NAN;
  if (n == 1) return (double)v[0];
  bl_select(v, n, half);
  double above = (double)extreme(v + half, n - half, -1);
  return n % 2 ? above : ((double)extreme(v, half, 1) + above) / 2;
}

double bl_median_by_sort(double *v, size_t n)
{
  bl_sort(v, n);
  return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}
