/* running_median.c: see running_median.h. */
#include "running_median.h"

#include <math.h>

static float ordered(float x) { return isnan(x) ? INFINITY : x; }

void bl_running_median_begin(float *sorted, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    float x = ordered(sorted[i]);
    size_t at = i;
    for (; at > 0 && sorted[at - 1] > x; at--) sorted[at] = sorted[at - 1];
    sorted[at] = x;
  }
}

void bl_running_median_replace(float *sorted, size_t n, float gone, float come)
{
  size_t lo = 0, hi = n - 1;
  gone = ordered(gone), come = ordered(come);
  while (lo < hi) { /* the first that is not below `gone` */
    size_t mid = (lo + hi) / 2;
    if (sorted[mid] < gone) lo = mid + 1;
    else hi = mid;
  }
  for (; lo + 1 < n && sorted[lo + 1] < come; lo++) sorted[lo] = sorted[lo + 1];
  for (; lo > 0 && sorted[lo - 1] > come; lo--) sorted[lo] = sorted[lo - 1];
  sorted[lo] = come;
}
