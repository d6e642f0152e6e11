/* m_estimator.c: see m_estimator.h. */
#include "m_estimator.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/special.h"

enum { MAX_ITER = 50 };
static const double tolerance = 0.01, quantile = 0.9, degrees = 5;

/* The x below which a share q of chi^2_k lies, by halving. */
static double chi2_quantile(double q, double k)
{
  double lo = 0, hi = k + 20 * sqrt(2 * k) + 20;
  for (int i = 0; i < 200 && lo < hi; i++) {
    double middle = lo + (hi - lo) / 2;
    if (middle <= lo || middle >= hi) break;
    if (bl_gamma_below(k / 2, middle / 2) < q) lo = middle;
    else hi = middle;
  }
  return hi;
}

typedef struct weights {
  bl_m_kind kind;
  double p, c, b;
} weights;

static weights weights_of(bl_m_kind kind, double p)
{
  weights w = {.kind = kind, .p = p};
  if (kind == BL_M_HUBER) {
    w.c = chi2_quantile(quantile, p) / 2;
    w.b = bl_gamma_below((p + 1) / 2, w.c) + w.c * (1 - quantile) / p;
  }
  return w;
}

static double weight(const weights *w, double d)
{
  switch (w->kind) {
  case BL_M_HUBER: return fmin(1, w->c / d) / w->b;
  case BL_M_STUDENT: return (2 * w->p + degrees) / (degrees + 2 * d);
  case BL_M_TYLER: break;
  }
  return w->p / d;
}

/* Room of one estimate: y [p x n] holds the samples, a column each, then C^-1 times them. */
typedef struct room {
  double *y, *xw, *a, *next;
} room;

/* next = sum w x x' / n with the weights by the distances under c. */
static bl_status step(bl_ctx *ctx, const weights *w, const double *x, size_t n, size_t p, const double *c, room *r)
{
  memcpy(r->a, c, p * p * sizeof *c);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++) r->y[j * n + i] = x[i * p + j];
  bl_status s = bl_solve_spd(ctx, p, r->a, n, r->y);
  if (s) return s;
  for (size_t i = 0; i < n; i++) {
    double d = 0;
    for (size_t j = 0; j < p; j++) d += x[i * p + j] * r->y[j * n + i];
    double root = d > 0 || isnan(d) ? sqrt(weight(w, d) / (double)n) : 0; /* a sample at the centre has no direction */
    for (size_t j = 0; j < p; j++) r->xw[i * p + j] = root * x[i * p + j];
  }
  memset(r->next, 0, p * p * sizeof *r->next);
  bl_gram_add(r->xw, n, p, r->next);
  bl_mirror(p, r->next);
  return BL_OK;
}

/* Takes the step, and says whether it was a small one. */
static bool settle(size_t p, double *c, const double *next)
{
  double change = 0, size = 0;
  for (size_t i = 0; i < p * p; i++) {
    change += (next[i] - c[i]) * (next[i] - c[i]);
    size += c[i] * c[i];
    c[i] = next[i];
  }
  return !(sqrt(change) > tolerance * sqrt(size));
}

static void scale_to_trace(double *c, size_t p)
{
  double trace = 0;
  for (size_t i = 0; i < p; i++) trace += c[i * p + i];
  for (size_t i = 0; i < p * p; i++) c[i] *= (double)p / trace;
}

static bool has_nan(const double *c, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (isnan(c[i])) return true;
  return false;
}

bl_status bl_m_estimate(bl_ctx *ctx, const char *who, bl_m_kind kind, const double *x, size_t n, size_t p, double *c)
{
  if (has_nan(c, p * p)) return BL_OK;
  weights w = weights_of(kind, (double)p);
  room r = {bl_calloc(ctx, n, p * sizeof(double)), bl_calloc(ctx, n, p * sizeof(double)),
            bl_calloc(ctx, p, p * sizeof(double)), bl_calloc(ctx, p, p * sizeof(double))};
  bl_status s = r.y && r.xw && r.a && r.next ? bl_blas_open(ctx) : bl_fail_nomem(ctx, who);
  bool settled = false;
  for (int i = 0; !s && !settled && i < MAX_ITER; i++) {
    s = step(ctx, &w, x, n, p, c, &r);
    if (!s) settled = settle(p, c, r.next);
  }
  if (s == BL_E_RANGE)
    s = bl_fail(
        ctx, BL_E_RANGE,
        "%s: the covariance of %zu channels over %zu samples is singular; take longer segments, leave out flat or "
        "dependent channels, or take the estimator oas or lwf",
        who, p, n);
  if (!s && kind == BL_M_TYLER) scale_to_trace(c, p);
  bl_free(ctx, r.y);
  bl_free(ctx, r.xw);
  bl_free(ctx, r.a);
  bl_free(ctx, r.next);
  return s;
}
