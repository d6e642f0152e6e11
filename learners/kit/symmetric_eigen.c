/* symmetric_eigen.c: see symmetric_eigen.h. All inner loops run along rows, so that the compiler can make vectors of them. */
#include "symmetric_eigen.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_SWEEPS = 60 }; /* of QL for one eigenvalue; two or three are the rule */

static double dot(size_t n, const double *x, const double *y)
{
  double part[4] = {0}, rest = 0;
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (size_t k = 0; k < 4; k++) part[k] += x[i + k] * y[i + k];
  for (; i < n; i++) rest += x[i] * y[i];
  return part[0] + part[1] + (part[2] + part[3]) + rest;
}

static void add_scaled(size_t n, double by, const double *x, double *to)
{
  for (size_t i = 0; i < n; i++) to[i] += by * x[i];
}

/* Of x [n] makes u with (I - tau u u') x = (alpha, 0, ..), u[0] = 1; returns tau, which is 0 where x is that already. */
static double reflector(size_t n, double *x, double *alpha)
{
  double rest = dot(n - 1, x + 1, x + 1), first = x[0];
  *alpha = first;
  x[0] = 1;
  if (!(rest > 0)) return 0;
  *alpha = first > 0 ? -sqrt(first * first + rest) : sqrt(first * first + rest);
  double by = 1 / (first - *alpha);
  for (size_t i = 1; i < n; i++) x[i] *= by;
  return (*alpha - first) / *alpha;
}

/* A becomes tridiagonal: d on its diagonal, e[k] between k and k + 1. Reflector k stays in row k of a, behind the diagonal, tau[k]
 * with it. p [n] is room. */
static void reduce(size_t n, double *a, double *d, double *e, double *tau, double *p)
{
  for (size_t k = 0; k + 1 < n; k++) {
    size_t m = n - k - 1;
    double *u = a + k * n + k + 1, *rest = a + (k + 1) * n + k + 1;
    d[k] = a[k * n + k];
    tau[k] = reflector(m, u, &e[k]);
    if (tau[k] == 0) continue;
    for (size_t i = 0; i < m; i++) p[i] = tau[k] * dot(m, rest + i * n, u);
    double half = tau[k] / 2 * dot(m, p, u);
    add_scaled(m, -half, u, p);
    for (size_t i = 0; i < m; i++) {
      double *row = rest + i * n, ui = u[i], pi = p[i];
      for (size_t j = 0; j < m; j++) row[j] -= ui * p[j] + pi * u[j];
    }
  }
  d[n - 1] = a[n * n - 1];
}

/* The product of the reflectors, transposed: its row i is what turns into eigenvector i. */
static void accumulate(size_t n, const double *a, const double *tau, double *v)
{
  memset(v, 0, n * n * sizeof *v);
  for (size_t i = 0; i < n; i++) v[i * n + i] = 1;
  for (size_t k = n - 1; k-- > 0;) {
    size_t m = n - k - 1;
    const double *u = a + k * n + k + 1;
    if (tau[k] == 0) continue;
    for (size_t i = k + 1; i < n; i++) {
      double *row = v + i * n + k + 1;
      add_scaled(m, -tau[k] * dot(m, row, u), u, row);
    }
  }
}

static void rotate(size_t n, double c, double s, double *x, double *y)
{
  for (size_t k = 0; k < n; k++) {
    double xk = x[k], yk = y[k];
    y[k] = s * xk + c * yk;
    x[k] = c * xk - s * yk;
  }
}

/* One step of QL on the unreduced block l .. m; v NULL: no vectors. */
static void step(size_t n, size_t l, size_t m, double *d, double *e, double *v)
{
  double g = (d[l + 1] - d[l]) / (2 * e[l]), r = sqrt(g * g + 1), s = 1, c = 1, p = 0;
  g = d[m] - d[l] + e[l] / (g + copysign(r, g));
  for (size_t i = m; i-- > l;) {
    double f = s * e[i], b = c * e[i];
    r = sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r == 0) { /* the block falls apart here */
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    r = (d[i] - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    if (v) rotate(n, c, s, v + i * n, v + (i + 1) * n);
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

static bool diagonalise(size_t n, double *d, double *e, double *v)
{
  e[n - 1] = 0;
  for (size_t l = 0; l < n; l++)
    for (size_t sweep = 0;; sweep++) {
      size_t m = l;
      while (m + 1 < n && fabs(e[m]) > DBL_EPSILON * (fabs(d[m]) + fabs(d[m + 1]))) m++;
      if (m == l) break;
      if (sweep == MOST_SWEEPS) return false;
      step(n, l, m, d, e, v);
    }
  return true;
}

static void sort_values(size_t n, double *w, double *v)
{
  for (size_t i = 0; i + 1 < n; i++) {
    size_t least = i;
    for (size_t k = i + 1; k < n; k++)
      if (w[k] < w[least]) least = k;
    if (least == i) continue;
    double x = w[i];
    w[i] = w[least];
    w[least] = x;
    for (size_t k = 0; v && k < n; k++) x = v[i * n + k], v[i * n + k] = v[least * n + k], v[least * n + k] = x;
  }
}

static double largest(size_t n, const double *a)
{
  double most = 0;
  for (size_t i = 0; i < n * n; i++) {
    if (!isfinite(a[i])) return NAN;
    most = fmax(most, fabs(a[i]));
  }
  return most;
}

bool bl_symmetric_eigen(size_t n, double *a, double *w, double *v, double *room)
{
  double *e = room, *tau = e + n, *p = tau + n, unit = largest(n, a);
  bool good = isfinite(unit);
  if (!n) return true;
  /* The largest entry is brought to between a half and 1, so that no square overflows or vanishes; exact, for it is a power of 2. */
  int exponent = 0;
  if (good && unit > 0) frexp(unit, &exponent);
  const double scale = ldexp(1, -exponent);
  for (size_t i = 0; good && i < n * n; i++) a[i] *= scale;
  if (good) {
    reduce(n, a, w, e, tau, p);
    if (v) accumulate(n, a, tau, v);
    good = diagonalise(n, w, e, v);
  }
  for (size_t i = 0; i < n; i++) w[i] = good ? ldexp(w[i], exponent) : (double)NAN;
  for (size_t i = 0; !good && v && i < n * n; i++) v[i] = NAN;
  if (good) sort_values(n, w, v);
  return good;
}
