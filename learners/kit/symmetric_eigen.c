/* symmetric_eigen.c: see symmetric_eigen.h. Rows are padded with zeros to whole vectors of lanes, so that no loop has a rest. */
#include "symmetric_eigen.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/wide.h"

enum { MOST_SWEEPS = 60 }; /* of QL for one eigenvalue; two are the rule */
#define INLINE static inline __attribute__((always_inline))

/* A matrix at work: rows of `ld` doubles, a multiple of the lanes. */
typedef struct work {
  size_t n, ld;
  double *a, *v;       /* [n x ld]; v NULL: no vectors */
  double *d, *e, *tau; /* [n]: diagonal, beside it, of the reflectors */
  double *p;           /* [ld] */
} work;

static size_t padded(size_t n) { return (n + BL_LANES - 1) / BL_LANES * BL_LANES; }
size_t bl_symmetric_eigen_room(size_t n) { return 2 * n * padded(n) + 4 * padded(n); }

#define LOAD(lanes, from) memcpy(&(lanes), from, sizeof(lanes))
#define STORE(to, lanes)  memcpy(to, &(lanes), sizeof(lanes))

INLINE double dot(size_t ld, const double *x, const double *y)
{
  bl_lanes sum = {0}, other = {0}, a, b;
  size_t i = 0;
  for (; i + 2 * BL_LANES <= ld; i += 2 * BL_LANES) {
    LOAD(a, x + i);
    LOAD(b, y + i);
    sum += a * b;
    LOAD(a, x + i + BL_LANES);
    LOAD(b, y + i + BL_LANES);
    other += a * b;
  }
  for (; i < ld; i += BL_LANES) {
    LOAD(a, x + i);
    LOAD(b, y + i);
    sum += a * b;
  }
  sum += other;
  return sum[0] + sum[1] + (sum[2] + sum[3]);
}

INLINE void add_scaled(size_t ld, double by, const double *x, double *to)
{
  bl_lanes a, b;
  for (size_t i = 0; i < ld; i += BL_LANES) {
    LOAD(a, x + i);
    LOAD(b, to + i);
    b += a * by;
    STORE(to + i, b);
  }
}

/* Of x [n] makes u with (I - tau u u') x = (alpha, 0, ..), u[0] = 1; returns tau, which is 0 where x is that already. */
INLINE double reflector(size_t n, double *x, double *alpha)
{
  double rest = 0, first = x[0];
  for (size_t i = 1; i < n; i++) rest += x[i] * x[i];
  *alpha = first;
  x[0] = 1;
  if (!(rest > 0)) return 0;
  *alpha = first > 0 ? -sqrt(first * first + rest) : sqrt(first * first + rest);
  double by = 1 / (first - *alpha);
  for (size_t i = 1; i < n; i++) x[i] *= by;
  return (*alpha - first) / *alpha;
}

/* Where the vector of lanes begins that holds column `first`: what lies before that column is zero in u and p. */
INLINE size_t lanes_before(size_t first) { return first / BL_LANES * BL_LANES; }

/* A becomes tridiagonal: d on its diagonal, e[k] between k and k + 1. Reflector k stays in row k of a, zeros before it, tau[k]
 * with it. */
INLINE void reduce(const work *of)
{
  const work w = *of;
  for (size_t k = 0; k + 1 < w.n; k++) {
    size_t at = lanes_before(k + 1), ld = w.ld - at;
    double *u = w.a + k * w.ld;
    w.d[k] = u[k];
    for (size_t i = at; i <= k; i++) u[i] = 0;
    w.tau[k] = reflector(w.n - k - 1, u + k + 1, &w.e[k]);
    if (w.tau[k] == 0) continue;
    for (size_t i = at; i <= k; i++) w.p[i] = 0;
    for (size_t i = k + 1; i < w.n; i++) w.p[i] = w.tau[k] * dot(ld, w.a + i * w.ld + at, u + at);
    double half = w.tau[k] / 2 * dot(ld, w.p + at, u + at);
    add_scaled(ld, -half, u + at, w.p + at);
    for (size_t i = k + 1; i < w.n; i++) {
      double *row = w.a + i * w.ld, ui = u[i], pi = w.p[i];
      bl_lanes r, x, y;
      for (size_t j = at; j < w.ld; j += BL_LANES) {
        LOAD(r, row + j);
        LOAD(x, w.p + j);
        LOAD(y, u + j);
        r -= x * ui + y * pi;
        STORE(row + j, r);
      }
    }
  }
  w.d[w.n - 1] = w.a[(w.n - 1) * w.ld + w.n - 1];
}

/* The product of the reflectors, transposed: its row i is what turns into eigenvector i. */
INLINE void accumulate(const work *w)
{
  memset(w->v, 0, w->n * w->ld * sizeof *w->v);
  for (size_t i = 0; i < w->n; i++) w->v[i * w->ld + i] = 1;
  for (size_t k = w->n - 1; k-- > 0;) {
    size_t at = lanes_before(k + 1), ld = w->ld - at;
    const double *u = w->a + k * w->ld + at;
    if (w->tau[k] == 0) continue;
    for (size_t i = k + 1; i < w->n; i++) {
      double *row = w->v + i * w->ld + at;
      add_scaled(ld, -w->tau[k] * dot(ld, row, u), u, row);
    }
  }
}

/* A rotation of two rows. */
INLINE void rotate(size_t ld, double c, double s, double *x, double *y)
{
  bl_lanes a, b;
  for (size_t k = 0; k < ld; k += BL_LANES) {
    LOAD(a, x + k);
    LOAD(b, y + k);
    bl_lanes up = a * c - b * s, down = a * s + b * c;
    STORE(x + k, up);
    STORE(y + k, down);
  }
}

INLINE void negate(size_t ld, double *x)
{
  for (size_t k = 0; k < ld; k++) x[k] = -x[k];
}

/* One step of QL on the unreduced block l .. m, in the form without roots of Pal, Walker and Kahan (Parlett, The Symmetric
 * Eigenvalue Problem, 8.15): e2 holds squares of what lies beside the diagonal, and c2 and s2 are squares of the rotation's cosine
 * and sine. Each rotation waits for one division of the one before instead of a root and a division; the roots that
 * turning the rows takes are off that way. Sines are positive, for what lies beside the diagonal is kept so by the signs of
 * the rows; the sign of a cosine is that of gamma times that of the cosine before. */
INLINE void step(const work *w, size_t l, size_t m)
{
  double *d = w->d, *e2 = w->e;
  double root = sqrt(e2[l]), sigma = (d[l + 1] - d[l]) / (2 * root);
  sigma = d[l] - root / (sigma + copysign(sqrt(sigma * sigma + 1), sigma));
  double c2 = 1, s2 = 0, gamma = d[m] - sigma, p = gamma * gamma, sign = copysign(1, gamma);
  for (size_t i = m; i-- > l;) {
    double bb = e2[i], r = p + bb, by = 1 / r, before = gamma, old_c2 = c2;
    double lift = r * (1 / p); /* 1 / c2, before c2 is there */
    if (i + 1 < m) e2[i + 1] = s2 * r;
    c2 = p * by;
    s2 = bb * by;
    gamma = c2 * (d[i] - sigma) - s2 * before;
    d[i + 1] = before + (d[i] - gamma);
    if (w->v) rotate(w->ld, sign * sqrt(c2), sqrt(s2), w->v + i * w->ld, w->v + (i + 1) * w->ld);
    p = p > DBL_MIN ? gamma * gamma * lift : old_c2 * bb;
    sign = copysign(sign, sign * gamma);
  }
  e2[l] = s2 * p;
  d[l] = sigma + gamma;
  e2[m] = 0;
  if (w->v && sign < 0) negate(w->ld, w->v + l * w->ld);
}

/* Rows take the signs that make all beside the diagonal positive; then the squares take its place. */
INLINE void square(const work *w)
{
  double sign = 1;
  for (size_t k = 0; k + 1 < w->n; k++) {
    if (w->e[k] < 0) sign = -sign;
    if (w->v && sign < 0) negate(w->ld, w->v + (k + 1) * w->ld);
    w->e[k] *= w->e[k];
  }
  w->e[w->n - 1] = 0;
}

INLINE bool diagonalise(const work *w)
{
  static const double eps2 = DBL_EPSILON * DBL_EPSILON / 4; /* as LAPACK's dsterf has it */
  const double *d = w->d;
  square(w);
  for (size_t l = 0; l < w->n; l++)
    for (size_t sweep = 0;; sweep++) {
      size_t m = l;
      while (m + 1 < w->n && w->e[m] > eps2 * fabs(d[m] * d[m + 1])) m++;
      if (m == l) break;
      if (sweep == MOST_SWEEPS) return false;
      step(w, l, m);
    }
  return true;
}

BL_WIDE static bool decompose_symmetric(const work *w)
{
  reduce(w);
  if (w->v) accumulate(w);
  return diagonalise(w);
}

static double largest(size_t n, const double *a)
{
  double most = 0;
  for (size_t i = 0; i < n * n; i++) {
    double size = fabs(a[i]);
    if (!(size <= DBL_MAX)) return NAN;
    if (size > most) most = size;
  }
  return most;
}

/* Values in order of size, with their vectors. */
static void give_sorted(const work *k, double unit, double *w, double *v)
{
  for (size_t i = 0; i < k->n; i++) {
    size_t least = i;
    for (size_t j = i + 1; j < k->n; j++)
      if (k->d[j] < k->d[least]) least = j;
    double x = k->d[least];
    k->d[least] = k->d[i];
    k->d[i] = x;
    w[i] = x * unit;
    if (!v) continue;
    double *from = k->v + least * k->ld, *other = k->v + i * k->ld;
    memcpy(v + i * k->n, from, k->n * sizeof *v);
    if (least != i) memcpy(from, other, k->n * sizeof *v);
  }
}

bool bl_symmetric_eigen(size_t n, const double *a, double *w, double *v, double *room)
{
  size_t ld = padded(n);
  work k = {.n = n, .ld = ld, .a = room, .v = v ? room + n * ld : NULL, .d = room + 2 * n * ld};
  k.e = k.d + ld, k.tau = k.e + ld, k.p = k.tau + ld;
  double most = largest(n, a);
  bool good = isfinite(most);
  int exponent = 0;
  if (!n) return true;
  /* The largest entry is brought to between a half and 1, so that no square overflows or vanishes; exact, for it is a power of 2.
   * The scale itself must be a number, which 2^1074 is not: what is that small comes out as zero. */
  if (good && most > 0) frexp(most, &exponent);
  if (exponent < -1000) exponent = -1000;
  const double scale = ldexp(1, -exponent);
  memset(room, 0, bl_symmetric_eigen_room(n) * sizeof *room);
  for (size_t i = 0; good && i < n; i++)
    for (size_t j = 0; j < n; j++) k.a[i * ld + j] = a[i * n + j] * scale;
  good = good && decompose_symmetric(&k);
  if (good) give_sorted(&k, ldexp(1, exponent), w, v);
  for (size_t i = 0; !good && i < n; i++) w[i] = NAN;
  for (size_t i = 0; !good && v && i < n * n; i++) v[i] = NAN;
  return good;
}
