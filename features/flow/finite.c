/* finite.c: 0 times a number is 0, times anything else NaN: sums of it side by side, without a branch in the loop. */
#include "finite.h"

#include "baleen/wide.h"

enum { SIDE = 16 };

BL_WIDE static bool finite_f64(const double *v, size_t n)
{
  double probe[SIDE] = {0};
  size_t i = 0;
  for (; i + SIDE <= n; i += SIDE)
    for (size_t k = 0; k < SIDE; k++) probe[k] += v[i + k] * 0;
  for (; i < n; i++) probe[0] += v[i] * 0;
  for (size_t k = 1; k < SIDE; k++) probe[0] += probe[k];
  return probe[0] == 0;
}

BL_WIDE static bool finite_f32(const float *v, size_t n)
{
  float probe[SIDE] = {0};
  size_t i = 0;
  for (; i + SIDE <= n; i += SIDE)
    for (size_t k = 0; k < SIDE; k++) probe[k] += v[i + k] * 0;
  for (; i < n; i++) probe[0] += v[i] * 0;
  for (size_t k = 1; k < SIDE; k++) probe[0] += probe[k];
  return probe[0] == 0;
}

bool bl_all_finite(const double *v, size_t n) { return finite_f64(v, n); }
bool bl_all_finite_f32(const float *v, size_t n) { return finite_f32(v, n); }
