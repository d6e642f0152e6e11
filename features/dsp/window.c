/* window.c: generalised cosine windows, w[i] = sum_k (-1)^k a_k cos(2 pi k i / m), m = n (periodic) or n - 1
 * (symmetric). Coefficients: Harris, Proc. IEEE 66 (1978) 51-83, with the rounded 0.54 / 0.46 and 0.42 / 0.5 / 0.08 of
 * scipy. */
#include "window.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

const char *const bl_window_names[] = {"hann", "hamming", "blackman", "boxcar", NULL};

static const double coefficients[][3] = {
    [BL_WINDOW_HANN] = {0.5, 0.5, 0},
    [BL_WINDOW_HAMMING] = {0.54, 0.46, 0},
    [BL_WINDOW_BLACKMAN] = {0.42, 0.5, 0.08},
    [BL_WINDOW_BOXCAR] = {1, 0, 0},
};

void bl_window_fill(bl_window kind, size_t n, bool periodic, double *w)
{
  const double *a = coefficients[kind];
  double m = (double)(periodic ? n : n - 1);
  for (size_t i = 0; i < n; i++) {
    double phase = 2 * pi * (double)i / m;
    w[i] = n == 1 ? 1 : a[0] - a[1] * cos(phase) + a[2] * cos(2 * phase);
  }
}
