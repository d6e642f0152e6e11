/* spline.c: see spline.h. */
#include "spline.h"

/* Second derivatives m [n] at the points: h[i-1] m[i-1] + 2 (h[i-1] + h[i]) m[i] + h[i] m[i+1] = 6 times the change of the
 * slopes, with m[0] and m[n-1] on the lines through their two neighbours. Elimination along the diagonal. */
static void find_curvature(const double *x, const double *y, size_t n, double *diagonal, double *right, double *m)
{
  double first = x[1] - x[0], second = x[2] - x[1], last = x[n - 1] - x[n - 2], before = x[n - 2] - x[n - 3];
  for (size_t i = 1; i + 1 < n; i++) {
    double h = x[i] - x[i - 1], k = x[i + 1] - x[i], below = h, above = k;
    diagonal[i] = 2 * (h + k);
    right[i] = 6 * ((y[i + 1] - y[i]) / k - (y[i] - y[i - 1]) / h);
    if (i == 1) diagonal[i] += first * (1 + first / second), above -= first * first / second;
    if (i == n - 2) diagonal[i] += last * (1 + last / before), below -= last * last / before;
    if (i > 1) {
      double factor = below / diagonal[i - 1];
      diagonal[i] -= factor * m[i - 1]; /* m holds what stands above the diagonal meanwhile */
      right[i] -= factor * right[i - 1];
    }
    m[i] = above;
  }
  for (size_t i = n - 2; i > 0; i--) m[i] = (right[i] - (i < n - 2 ? m[i] * m[i + 1] : 0)) / diagonal[i];
  m[0] = m[1] + first / second * (m[1] - m[2]);
  m[n - 1] = m[n - 2] + last / before * (m[n - 2] - m[n - 3]);
}

void bl_spline(const double *x, const double *y, size_t n, const double *at, size_t n_at, double *room, double *out)
{
  double *m = room + 2 * n;
  size_t k = 0;
  find_curvature(x, y, n, room, room + n, m);
  for (size_t i = 0; i < n_at; i++) {
    out[i] = 0;
    if (at[i] < x[0] || at[i] > x[n - 1]) continue;
    while (k + 2 < n && at[i] > x[k + 1]) k++;
    double h = x[k + 1] - x[k], a = (x[k + 1] - at[i]) / h, b = (at[i] - x[k]) / h;
    out[i] = a * y[k] + b * y[k + 1] + ((a * a * a - a) * m[k] + (b * b * b - b) * m[k + 1]) * h * h / 6;
  }
}
