#include "baleen/special.h"

#include <math.h>

#define PI 3.14159265358979323846

/* ---- beta -------------------------------------------------------------------------------------------------------- */

/* The continued fraction of the incomplete beta function, by Lentz's method (Press et al., Numerical Recipes, 6.4). */
static double beta_fraction(double a, double b, double x)
{
  double c = 1, d = 1 - (a + b) * x / (a + 1), f;
  if (fabs(d) < 1e-300) d = 1e-300;
  f = d = 1 / d;
  for (int m = 1; m < 10000; m++) {
    double up = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double down = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    for (int k = 0; k < 2; k++) {
      double term = k ? down : up;
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (fabs(d) < 1e-300 ? 1e-300 : d);
      if (fabs(c) < 1e-300) c = 1e-300;
      f *= c * d;
    }
    if (fabs(c * d - 1) < 1e-16) break;
  }
  return f;
}

double bl_beta_below(double a, double b, double x)
{
  if (x <= 0 || x >= 1) return x >= 1;
  double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/* ---- gamma ------------------------------------------------------------------------------------------------------- */

/* By its series, whose terms are all positive. */
double bl_gamma_below(double a, double x)
{
  if (!(x > 0)) return x == x ? 0 : x;
  if (x > a + 1 && x > 100) return 1 - bl_gamma_above(a, x);
  double term = exp(a * log(x) - x - lgamma(a + 1)), sum = term;
  for (double i = 1; term > 1e-17 * sum; i++) sum += term *= x / (a + i);
  return sum;
}

/* By its continued fraction, Lentz's method again; where that converges badly the rest of the series. */
double bl_gamma_above(double a, double x)
{
  if (!(x > 0)) return x == x ? 1 : x;
  if (x < a + 1) return 1 - bl_gamma_below(a, x);
  if (isinf(x)) return 0;
  double b = x + 1 - a, c = 1e300, d = 1 / b, f = d;
  for (int i = 1; i < 10000; i++) {
    double term = -i * (i - a);
    b += 2;
    d = term * d + b;
    c = b + term / c;
    d = 1 / (fabs(d) < 1e-300 ? 1e-300 : d);
    if (fabs(c) < 1e-300) c = 1e-300;
    f *= c * d;
    if (fabs(c * d - 1) < 1e-16) break;
  }
  return exp(a * log(x) - x - lgamma(a)) * f;
}

/* ---- normal ------------------------------------------------------------------------------------------------------ */

/* A rational start (Hastings' form: Abramowitz and Stegun 26.2.23, off by less than 5e-4), then Halley's steps on the
 * distribution itself, each of which makes three times as many digits right. So far out that the density has no inverse
 * among doubles (p below 1e-308) the start stays, right to five digits. */
double bl_normal_quantile(double p)
{
  if (!(p > 0 && p < 1)) return p == 0 ? -HUGE_VAL : p == 1 ? HUGE_VAL : (double)NAN;
  double tail = p < 0.5 ? p : 1 - p, t = sqrt(-2 * log(tail));
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int i = 0; i < 3; i++) {
    double above = 0.5 * erfc(z / sqrt(2)), step = (above - tail) * sqrt(2 * PI) * exp(z * z / 2);
    if (!isfinite(step)) break;
    z += step / (1 + z * step / 2);
  }
  return p < 0.5 ? -z : z;
}

/* ---- digamma ----------------------------------------------------------------------------------------------------- */

/* The recurrence up to where the asymptotic series has all digits (Abramowitz and Stegun 6.3.5, 6.3.18). */
double bl_digamma(double x)
{
  double below = 0;
  while (x < 12) {
    below -= 1 / x;
    x++;
  }
  double y = 1 / (x * x);
  double series = y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132)))));
  return below + log(x) - 0.5 / x - series;
}
