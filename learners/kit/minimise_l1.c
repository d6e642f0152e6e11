/* Minima of a smooth convex function plus weighted magnitudes: f(x) + sum_j l1_j |x_j|. See minimise.h. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"
#include "minimise.h"

enum { MAX_TRIES = 50, MAX_PASSES = 1000 };
static const double armijo = 1e-4;

typedef struct point {
  double f, *x, *g;
} point;

static double soft(double z, double by) { return fabs(z) > by ? copysign(fabs(z) - by, z) : 0; }

static double magnitudes(size_t n, const double *l1, const double *x)
{
  double sum = 0;
  for (size_t j = 0; j < n; j++) sum += l1[j] * fabs(x[j]);
  return sum;
}

/* How far the gradient is from one that keeps x where it is. */
static void settle(bl_minimise *m, const double *l1, const point *p)
{
  m->grad_max = 0;
  for (size_t j = 0; j < m->n; j++) {
    double off = p->x[j] != 0 ? fabs(p->g[j] + copysign(l1[j], p->x[j])) : fmax(fabs(p->g[j]) - l1[j], 0);
    if (!(off <= m->grad_max)) m->grad_max = off; /* a NaN stays */
  }
  m->converged = m->grad_max <= m->tol;
}

static void swap(point *a, point *b)
{
  point c = *a;
  *a = *b;
  *b = c;
}

/* What rounding may add near the minimum. */
static double slack(double f) { return 4e-16 * (fabs(f) > 1 ? fabs(f) : 1); }

/* ---- Newton ------------------------------------------------------------------------------------------------------ */

/* z: where the quadratic model at `at`, plus the magnitudes, is least, by coordinate descent. hd [n]: scratch. */
static void model_minimum(const bl_minimise *m, const double *l1, const point *at, const double *h, double damp,
                          double *hd, double *z)
{
  size_t n = m->n;
  memcpy(z, at->x, n * sizeof *z);
  memset(hd, 0, n * sizeof *hd);
  for (size_t pass = 0; pass < MAX_PASSES; pass++) {
    double top = 0;
    for (size_t j = 0; j < n; j++) {
      double a = h[j * n + j] + damp, pull = at->g[j] + hd[j] + damp * (z[j] - at->x[j]);
      double to = soft(z[j] - pull / a, l1[j] / a), step = to - z[j];
      if (!(step != 0)) continue;
      for (size_t i = 0; i < n; i++) hd[i] += step * h[j * n + i];
      z[j] = to;
      top = fmax(top, fabs(step) * a);
    }
    if (!(top > 1e-3 * fmin(m->grad_max, m->tol))) return;
  }
}

/* From `at` towards z as far as it descends enough. */
static bl_status search(bl_ctx *ctx, const bl_minimise *m, const double *l1, const point *at, const double *z,
                        point *next, bool *found)
{
  size_t n = m->n;
  double slope = magnitudes(n, l1, z) - magnitudes(n, l1, at->x), before = at->f + magnitudes(n, l1, at->x), t = 1;
  for (size_t j = 0; j < n; j++) slope += at->g[j] * (z[j] - at->x[j]);
  *found = false;
  for (int i = 0; i < MAX_TRIES && !*found && slope < 0; i++, t /= 2) {
    for (size_t j = 0; j < n; j++) next->x[j] = i ? at->x[j] + t * (z[j] - at->x[j]) : z[j];
    bl_status s = m->fn(ctx, m->arg, next->x, &next->f, next->g, NULL);
    if (s) return s;
    *found = next->f + magnitudes(n, l1, next->x) <= before + armijo * t * slope + slack(before);
  }
  return BL_OK;
}

bl_status bl_minimise_newton_l1(bl_ctx *ctx, bl_minimise *m, const double *l1, double *x)
{
  size_t n = m->n;
  double *block = bl_calloc(ctx, 6 * n, sizeof *block), *h = bl_calloc(ctx, n * n, sizeof *h);
  bl_status s = block && h ? BL_OK : bl_fail_nomem(ctx, "a Newton solver");
  m->n_iter = 0;
  if (s) goto done;
  double *hd = block, *z = block + n;
  point at = {0, block + 2 * n, block + 3 * n}, next = {0, block + 4 * n, block + 5 * n};
  memcpy(at.x, x, n * sizeof *x);
  if ((s = m->fn(ctx, m->arg, at.x, &at.f, at.g, h))) goto done;
  settle(m, l1, &at);
  while (!m->converged && m->n_iter < m->max_iter) {
    bool found = false;
    double top = 0;
    for (size_t j = 0; j < n; j++) top = fmax(top, h[j * n + j]);
    if ((s = BL_CHECK_CANCEL(ctx))) goto done;
    model_minimum(m, l1, &at, h, top > 0 ? 1e-10 * top : 1, hd, z);
    if ((s = search(ctx, m, l1, &at, z, &next, &found))) goto done;
    if (!found) break;
    swap(&at, &next);
    m->n_iter++;
    settle(m, l1, &at);
    if (!m->converged && (s = m->fn(ctx, m->arg, at.x, &at.f, at.g, h))) goto done;
  }
  memcpy(x, at.x, n * sizeof *x);
done:
  if (!m->n_iter) m->n_iter = 1;
  bl_free(ctx, h);
  bl_free(ctx, block);
  return s;
}

/* ---- gradients --------------------------------------------------------------------------------------------------- */

/* next: a step from y by the gradient there with a curvature that is raised until the step descends as it promised. */
static bl_status gradient_step(bl_ctx *ctx, const bl_minimise *m, const double *l1, const point *y, double *curvature,
                               point *next)
{
  for (int i = 0; i < 200; i++, *curvature *= 2) {
    double bound = y->f;
    for (size_t j = 0; j < m->n; j++) {
      next->x[j] = soft(y->x[j] - y->g[j] / *curvature, l1[j] / *curvature);
      double step = next->x[j] - y->x[j];
      bound += y->g[j] * step + 0.5 * *curvature * step * step;
    }
    bl_status s = m->fn(ctx, m->arg, next->x, &next->f, next->g, NULL);
    if (s || next->f <= bound + slack(bound)) return s;
  }
  return BL_OK;
}

bl_status bl_minimise_gradient_l1(bl_ctx *ctx, bl_minimise *m, const double *l1, double *x)
{
  size_t n = m->n;
  double *block = bl_calloc(ctx, 6 * n, sizeof *block), curvature = 1, momentum = 1;
  bl_status s = block ? BL_OK : bl_fail_nomem(ctx, "a gradient solver");
  m->n_iter = 0;
  if (s) return s;
  point y = {0, block, block + n}, at = {0, block + 2 * n, block + 3 * n}, next = {0, block + 4 * n, block + 5 * n};
  memcpy(at.x, x, n * sizeof *x);
  memcpy(y.x, x, n * sizeof *x);
  s = m->fn(ctx, m->arg, at.x, &at.f, at.g, NULL);
  if (!s) settle(m, l1, &at);
  while (!s && !m->converged && m->n_iter < m->max_iter && !(s = BL_CHECK_CANCEL(ctx))) {
    double turn = 0, before = momentum;
    if ((s = m->fn(ctx, m->arg, y.x, &y.f, y.g, NULL))) break;
    if ((s = gradient_step(ctx, m, l1, &y, &curvature, &next))) break;
    for (size_t j = 0; j < n; j++) turn += (y.x[j] - next.x[j]) * (next.x[j] - at.x[j]);
    momentum = turn > 0 ? 1 : 0.5 + sqrt(0.25 + before * before); /* where momentum leads back, begin afresh */
    double carry = turn > 0 ? 0 : (before - 1) / momentum;
    for (size_t j = 0; j < n; j++) y.x[j] = next.x[j] + carry * (next.x[j] - at.x[j]);
    swap(&at, &next);
    curvature *= 0.9;
    m->n_iter++;
    settle(m, l1, &at);
  }
  if (!s) memcpy(x, at.x, n * sizeof *x);
  if (!m->n_iter) m->n_iter = 1;
  bl_free(ctx, block);
  return s;
}
