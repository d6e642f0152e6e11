/* spd.c: functions of positive definite matrices and distances between them. See spd.h; means are in spd_mean.c. */
#include "spd.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "symmetric_eigen.h"

const char *const bl_spd_metrics[] = {"riemann", "logeuclid", "euclid", "harmonic",    "kullback_sym",
                                      "logdet",  "logchol",   "chol",   "wasserstein", NULL};

/* ---- functions of one matrix ------------------------------------------------------------------------------------- */

/* The vectors, the scaled vectors, the values, and what the eigenvalues take: what bl_spd_apply() uses. */
static size_t apply_room(size_t n) { return 2 * n * n + n + bl_symmetric_eigen_room(n); }

/* And a result, for distances. */
size_t bl_spd_room(size_t n) { return n * n + apply_room(n); }

double bl_spd_inverse_sqrt(double x) { return 1 / sqrt(x); }

/* to = V f(w) V' of rows v, with `scaled` [n x n] as room. */
static void compose(size_t n, const double *v, const double *w, bl_spd_function f, double *scaled, double *to)
{
  for (size_t i = 0; i < n; i++) {
    double by = f(w[i]);
    for (size_t k = 0; k < n; k++) scaled[i * n + k] = by * v[i * n + k];
  }
  bl_gemm(true, false, n, n, n, 1, v, n, scaled, n, 0, to, n);
}

/* Ascending eigenvalues of which the least is more than rounding leaves of a zero. */
static bool positive_values(size_t n, const double *w) { return w[0] > (double)n * DBL_EPSILON * w[n - 1]; }

bool bl_spd_apply_two(size_t n, const double *a, bool positive, bl_spd_function f, double *to_f, bl_spd_function g,
                      double *to_g, double *room)
{
  double *v = room, *scaled = v + n * n, *w = scaled + n * n;
  if (!bl_symmetric_eigen(n, a, w, v, w + n) || (positive && !positive_values(n, w))) return false;
  compose(n, v, w, f, scaled, to_f);
  if (g) compose(n, v, w, g, scaled, to_g);
  return true;
}

bool bl_spd_apply(size_t n, const double *a, bl_spd_function f, double *to, double *room)
{
  return bl_spd_apply_two(n, a, true, f, to, NULL, NULL, room);
}

void bl_spd_around(size_t n, const double *s, const double *a, double *to, double *room)
{
  bl_gemm(false, false, n, n, n, 1, s, n, a, n, 0, room, n);
  bl_gemm(false, false, n, n, n, 1, room, n, s, n, 0, to, n);
  for (size_t i = 0; i < n; i++) /* symmetric to the last bit, whatever the order of sums */
    for (size_t k = 0; k < i; k++) to[i * n + k] = to[k * n + i] = (to[i * n + k] + to[k * n + i]) / 2;
}

bool bl_spd_cholesky(size_t n, const double *a, double *l)
{
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k <= i; k++) {
      double sum = a[i * n + k];
      for (size_t j = 0; j < k; j++) sum -= l[i * n + j] * l[k * n + j];
      if (k < i) l[i * n + k] = sum / l[k * n + k];
      else if (!(sum > 0)) return false;
      else l[i * n + i] = sqrt(sum);
    }
  for (size_t i = 0; i < n; i++)
    for (size_t k = i + 1; k < n; k++) l[i * n + k] = 0;
  return true;
}

void bl_spd_invert_lower(size_t n, const double *l, double *to)
{
  memset(to, 0, n * n * sizeof *to);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < i; j++)
      for (size_t k = j; k < i; k++) to[i * n + j] -= l[i * n + k] * to[k * n + j];
    for (size_t j = 0; j < i; j++) to[i * n + j] /= l[i * n + i];
    to[i * n + i] = 1 / l[i * n + i];
  }
}

static double log_det_of_factor(size_t n, const double *l)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += log(l[i * n + i]);
  return 2 * sum;
}

static double reciprocal(double x) { return 1 / x; }

static double difference2(size_t n, const double *x, const double *y)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sum;
}

/* ---- distances --------------------------------------------------------------------------------------------------- */

/* The diagonal of a lower factor as logarithms. */
static void log_diagonal(size_t n, double *l)
{
  for (size_t i = 0; i < n; i++) l[i * n + i] = log(l[i * n + i]);
}

bool bl_spd_reference_set(bl_spd_reference *r, bl_spd_metric metric, size_t n, const double *m, double *v, double *w,
                          double *room)
{
  *r = (bl_spd_reference){.metric = metric, .n = n, .v = v, .w = w};
  double *l = room;
  switch (metric) {
  case BL_SPD_EUCLID: memcpy(v, m, n * n * sizeof *v); return true;
  case BL_SPD_LOGEUCLID: return bl_spd_apply(n, m, log, v, room);
  case BL_SPD_HARMONIC: return bl_spd_apply(n, m, reciprocal, v, room);
  case BL_SPD_WASSERSTEIN:
    for (size_t i = 0; i < n; i++) r->number += m[i * n + i];
    return bl_spd_apply(n, m, sqrt, v, room);
  case BL_SPD_CHOL: return bl_spd_cholesky(n, m, v);
  case BL_SPD_LOGCHOL:
    if (!bl_spd_cholesky(n, m, v)) return false;
    log_diagonal(n, v);
    return true;
  case BL_SPD_KULLBACK_SYM: /* both directions need an inverse: this one is of the reference */
    memcpy(w, m, n * n * sizeof *w);
    return bl_spd_apply(n, m, reciprocal, v, room);
  case BL_SPD_LOGDET:
    memcpy(v, m, n * n * sizeof *v);
    if (!bl_spd_cholesky(n, m, l)) return false;
    r->number = log_det_of_factor(n, l);
    return true;
  case BL_SPD_RIEMANN:
    if (!bl_spd_cholesky(n, m, l)) return false;
    bl_spd_invert_lower(n, l, v);
    return true;
  }
  return false;
}

/* Sum of the squared logarithms of the eigenvalues of L^-1 A L^-T. */
static double riemann2(const bl_spd_reference *r, const double *a, double *room)
{
  size_t n = r->n;
  double *half = room, *whole = half + n * n, *w = whole + n * n, sum = 0;
  bl_gemm(false, false, n, n, n, 1, r->v, n, a, n, 0, half, n);
  bl_gemm(false, true, n, n, n, 1, half, n, r->v, n, 0, whole, n);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < i; k++) whole[i * n + k] = whole[k * n + i] = (whole[i * n + k] + whole[k * n + i]) / 2;
  if (!bl_symmetric_eigen(n, whole, w, NULL, w + n) || !positive_values(n, w)) return NAN;
  for (size_t i = 0; i < n; i++) sum += log(w[i]) * log(w[i]);
  return sum;
}

static double logdet2(const bl_spd_reference *r, const double *a, double *room)
{
  size_t n = r->n;
  double *l = room, *mid = l + n * n;
  if (!bl_spd_cholesky(n, a, l)) return NAN;
  double both = r->number + log_det_of_factor(n, l);
  for (size_t i = 0; i < n * n; i++) mid[i] = (r->v[i] + a[i]) / 2;
  if (!bl_spd_cholesky(n, mid, l)) return NAN;
  return fmax(0, log_det_of_factor(n, l) - both / 2);
}

/* The sum of both directions' divergences: the logarithms of the determinants cancel. */
static double kullback_sym2(const bl_spd_reference *r, const double *a, double *room)
{
  size_t n = r->n;
  double *inverse = room, sum = -2 * (double)n;
  if (!bl_spd_apply(n, a, reciprocal, inverse, room + n * n)) return NAN;
  for (size_t i = 0; i < n * n; i++) sum += r->v[i] * a[i] + inverse[i] * r->w[i];
  double d = sum / 2;
  return d * d;
}

static double wasserstein2(const bl_spd_reference *r, const double *a, double *room)
{
  size_t n = r->n;
  double *half = room, *whole = half + n * n, *w = whole + n * n, sum = r->number;
  bl_spd_around(n, r->v, a, whole, half);
  if (!bl_symmetric_eigen(n, whole, w, NULL, w + n)) return NAN;
  for (size_t i = 0; i < n; i++) sum += a[i * n + i] - 2 * sqrt(fmax(0, w[i]));
  return fmax(0, sum);
}

double bl_spd_distance2(const bl_spd_reference *r, const double *a, double *room)
{
  size_t n = r->n;
  double *to = room, *rest = room + n * n;
  switch (r->metric) {
  case BL_SPD_EUCLID: return difference2(n * n, a, r->v);
  case BL_SPD_LOGEUCLID: return bl_spd_apply(n, a, log, to, rest) ? difference2(n * n, to, r->v) : (double)NAN;
  case BL_SPD_HARMONIC: return bl_spd_apply(n, a, reciprocal, to, rest) ? difference2(n * n, to, r->v) : (double)NAN;
  case BL_SPD_CHOL: return bl_spd_cholesky(n, a, to) ? difference2(n * n, to, r->v) : (double)NAN;
  case BL_SPD_LOGCHOL:
    if (!bl_spd_cholesky(n, a, to)) return NAN;
    log_diagonal(n, to);
    return difference2(n * n, to, r->v);
  case BL_SPD_KULLBACK_SYM: return kullback_sym2(r, a, room);
  case BL_SPD_LOGDET: return logdet2(r, a, room);
  case BL_SPD_WASSERSTEIN: return wasserstein2(r, a, room);
  case BL_SPD_RIEMANN: return riemann2(r, a, room);
  }
  return NAN;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

size_t bl_spd_channels(size_t cols) { return (size_t)((sqrt(8 * (double)cols + 1) - 1) / 2 + 0.5); }

void bl_spd_of_row(size_t n, const float *row, double *a)
{
  for (size_t i = 0; i < n; i++)
    for (size_t k = i; k < n; k++) a[i * n + k] = a[k * n + i] = (double)*row++;
}
