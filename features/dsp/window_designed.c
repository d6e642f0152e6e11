/* window_designed.c: windows whose values all depend on one wanted height of the side lobes; see window.h. */
#include <math.h>

#include "window.h"

enum { LONGEST_CHEBYSHEV = 32768 };
static const double pi = 3.14159265358979323846;

/* The polynomial of Chebyshev of order m - 1 at x >= 0. */
static double chebyshev(size_t m, double x)
{
  double order = (double)(m - 1);
  return x > 1 ? cosh(order * acosh(x)) : cos(order * acos(x));
}

/* The sum over k < m of p[k] cos(2 pi k t / m), t from the middle. p[m - k] is p[k] times (-1)^(m - 1), which makes the
 * terms of k and m - k equal, so the first half of them do. Clenshaw's recurrence takes one cosine for all. */
static double sum_of_cosines(const double *p, size_t m, double t)
{
  double twice = 2 * cos(2 * pi * t / (double)m), b1 = 0, b2 = 0;
  for (size_t k = (m - 1) / 2; k > 0; k--) {
    double b = p[k] + twice * b1 - b2;
    b2 = b1;
    b1 = b;
  }
  return p[0] + twice * b1 - 2 * b2;
}

bl_status bl_window_chebyshev(bl_ctx *ctx, const char *who, double attenuation_db, size_t m, size_t n, double *w)
{
  if (m > LONGEST_CHEBYSHEV)
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: a window chebwin of %zu samples takes too long to make; %d at most, or another", who, n,
                   LONGEST_CHEBYSHEV);
  double *p = bl_calloc(ctx, m, sizeof *p), largest = 0;
  if (!p) return bl_fail_nomem(ctx, who);
  double beta = cosh(acosh(pow(10, attenuation_db / 20)) / (double)(m - 1));
  for (size_t k = 0; k <= (m - 1) / 2; k++) p[k] = chebyshev(m, beta * cos(pi * (double)k / (double)m));
  for (size_t i = 0; 2 * i < m; i++) {
    w[i] = sum_of_cosines(p, m, ((double)m - 1) / 2 - (double)i);
    largest = fmax(largest, w[i]);
  }
  for (size_t i = 0; 2 * i < m; i++) w[i] /= largest;
  for (size_t i = (m + 1) / 2; i < n; i++) w[i] = w[m - 1 - i];
  bl_free(ctx, p);
  return BL_OK;
}

enum { TAYLOR_BARS = 4 }; /* scipy's nbar: side lobes of equal height, on each side, less one */

/* How much of the m-th cosine there is (Carrara, Goodman and Majewski 1995, appendix D). */
static double taylor_weight(double side_lobe_db, int m)
{
  double a = acosh(pow(10, side_lobe_db / 20)) / pi, half = TAYLOR_BARS - 0.5;
  double stretch = (double)TAYLOR_BARS * TAYLOR_BARS / (a * a + half * half), up = m % 2 ? 1 : -1, down = 2;
  for (int k = 1; k < TAYLOR_BARS; k++) {
    up *= 1 - m * m / stretch / (a * a + (k - 0.5) * (k - 0.5));
    if (k != m) down *= 1 - (double)(m * m) / (k * k);
  }
  return up / down;
}

static double taylor(const double *weight, double from_middle, double m)
{
  double sum = 1;
  for (int k = 1; k < TAYLOR_BARS; k++) sum += 2 * weight[k] * cos(2 * pi * k * from_middle / m);
  return sum;
}

void bl_window_taylor(double side_lobe_db, size_t m, size_t n, double *w)
{
  double weight[TAYLOR_BARS];
  for (int k = 1; k < TAYLOR_BARS; k++) weight[k] = taylor_weight(side_lobe_db, k);
  for (size_t i = 0; i < n; i++)
    w[i] = taylor(weight, (double)i - ((double)m - 1) / 2, (double)m) / taylor(weight, 0, (double)m);
}
