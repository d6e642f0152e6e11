/* squares.c: see squares.h. */
#include "squares.h"

#include "baleen/wide.h"

BL_WIDE static double squares(const float *x, size_t n)
{
  enum { LANES = 8 };
  double a[LANES] = {0}, sum = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++) a[k] += (double)x[i + k] * (double)x[i + k];
  for (size_t k = 0; i < n; i++, k++) a[k] += (double)x[i] * (double)x[i];
  for (size_t k = 0; k < LANES; k++) sum += a[k];
  return sum;
}

double bl_squares(const float *x, size_t n) { return squares(x, n); }
