/* peaks.c: finding and thinning peaks; see peaks.h. */
#include "peaks.h"

#include <math.h>

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
    if (x[ahead] < x[i] && x[i] >= height) at[found++] = (double)((i + ahead - 1) / 2);
    i = ahead;
  }
  return found;
}

size_t bl_peaks_thin(const double *x, double *at, size_t n, double distance, double *state)
{
  enum { OPEN, KEPT, OUT };
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) state[i] = OPEN;
  for (size_t round = 0; round < n; round++) {
    size_t best = n;
    for (size_t i = 0; i < n; i++)
      if (state[i] == OPEN && (best == n || x[(size_t)at[i]] >= x[(size_t)at[best]])) best = i;
    if (best == n) break;
    state[best] = KEPT;
    for (size_t i = best; i-- > 0 && at[best] - at[i] < distance;) state[i] = OUT;
    for (size_t i = best + 1; i < n && at[i] - at[best] < distance; i++) state[i] = OUT;
  }
  for (size_t i = 0; i < n; i++)
    if (state[i] == KEPT) at[kept++] = at[i];
  return kept;
}

double bl_peak_prominence(const double *x, size_t n, size_t peak)
{
  double left = x[peak], right = x[peak];
  for (size_t i = peak; i-- > 0 && x[i] <= x[peak];) left = fmin(left, x[i]);
  for (size_t i = peak + 1; i < n && x[i] <= x[peak]; i++) right = fmin(right, x[i]);
  return x[peak] - fmax(left, right);
}
