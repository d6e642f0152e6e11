#include "minimise.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"

enum { PAIRS = 10, MAX_TRIES = 50 };
static const double armijo = 1e-4, wolfe = 0.9;

/* A point with its value and gradient. */
typedef struct point {
  double f, *x, *g;
} point;

static double largest(const double *v, size_t n)
{
  double top = 0;
  for (size_t i = 0; i < n; i++)
    if (!(fabs(v[i]) <= top)) top = fabs(v[i]); /* a NaN stays */
  return top;
}

static void settle(bl_minimise *m, const point *p)
{
  m->grad_max = largest(p->g, m->n);
  m->converged = m->grad_max <= m->tol;
}

/* What rounding may add to f near the minimum; a step is not refused for that. */
static double slack(double f) { return 4 * DBL_EPSILON * (fabs(f) > 1 ? fabs(f) : 1); }

static void step_to(point *to, const point *from, const double *dir, double t, size_t n)
{
  for (size_t i = 0; i < n; i++) to->x[i] = from->x[i] + t * dir[i];
}

static void swap(point *a, point *b)
{
  point c = *a;
  *a = *b;
  *b = c;
}

/* Finds a step with enough descent (Armijo) and, for want_slope, enough flattening; `next` is the new point. A Hessian that
 * is asked for (hess may be NULL) is that of the first step tried, t: right where *found_first is set. */
static bl_status line_search(bl_ctx *ctx, const bl_minimise *m, const point *at, point *next, const double *dir,
                             double t, bool want_slope, double *hess, bool *found, bool *found_first)
{
  double lo = 0, hi = HUGE_VAL, slope = bl_dot(m->n, at->g, dir);
  *found = *found_first = false;
  for (int i = 0; i < MAX_TRIES && slope < 0; i++) {
    step_to(next, at, dir, t, m->n);
    bl_status s = m->fn(ctx, m->arg, next->x, &next->f, next->g, i ? NULL : hess);
    if (s) return s;
    if (!(next->f <= at->f + armijo * t * slope + slack(at->f))) {
      hi = t;
    } else {
      *found = true;
      *found_first = i == 0;
      if (!want_slope || bl_dot(m->n, next->g, dir) >= wolfe * slope) return BL_OK;
      lo = t;
      *found = false;
    }
    t = isfinite(hi) ? (lo + hi) / 2 : 2 * t;
  }
  return BL_OK;
}

/* ---- L-BFGS ------------------------------------------------------------------------------------------------------ */

typedef struct memory {
  size_t n, count, newest;
  double *s, *y; /* [PAIRS x n] */
  double rho[PAIRS];
} memory;

/* dir = -(inverse Hessian as the pairs know it) g: the two-loop recursion. */
static void direction(const memory *q, const double *g, double *dir)
{
  double alpha[PAIRS];
  size_t n = q->n;
  for (size_t i = 0; i < n; i++) dir[i] = -g[i];
  for (size_t k = 0; k < q->count; k++) {
    size_t p = (q->newest + PAIRS - k) % PAIRS;
    alpha[p] = q->rho[p] * bl_dot(n, q->s + p * n, dir);
    for (size_t i = 0; i < n; i++) dir[i] -= alpha[p] * q->y[p * n + i];
  }
  if (q->count) {
    const double *y = q->y + q->newest * n;
    double gamma = 1 / (q->rho[q->newest] * bl_dot(n, y, y));
    for (size_t i = 0; i < n; i++) dir[i] *= gamma;
  }
  for (size_t k = q->count; k-- > 0;) {
    size_t p = (q->newest + PAIRS - k) % PAIRS;
    double beta = q->rho[p] * bl_dot(n, q->y + p * n, dir);
    for (size_t i = 0; i < n; i++) dir[i] += (alpha[p] - beta) * q->s[p * n + i];
  }
}

static void remember(memory *q, const point *from, const point *to)
{
  size_t p = q->count ? (q->newest + 1) % PAIRS : 0;
  double *s = q->s + p * q->n, *y = q->y + p * q->n;
  for (size_t i = 0; i < q->n; i++) {
    s[i] = to->x[i] - from->x[i];
    y[i] = to->g[i] - from->g[i];
  }
  double sy = bl_dot(q->n, s, y);
  if (!(sy > DBL_EPSILON * bl_dot(q->n, y, y))) { /* no curvature to learn: begin afresh rather than keep half a pair */
    q->count = 0;
    return;
  }
  q->rho[p] = 1 / sy;
  q->newest = p;
  if (q->count < PAIRS) q->count++;
}

bl_status bl_minimise_lbfgs(bl_ctx *ctx, bl_minimise *m, double *x)
{
  size_t n = m->n;
  double *block = bl_calloc(ctx, n * (2 * PAIRS + 5), sizeof *block);
  if (!block) return bl_fail_nomem(ctx, "the memory of L-BFGS");
  memory q = {.n = n, .s = block, .y = block + PAIRS * n};
  double *rest = block + 2 * PAIRS * n, *dir = rest;
  point at = {0, rest + n, rest + 2 * n}, next = {0, rest + 3 * n, rest + 4 * n};
  memcpy(at.x, x, n * sizeof *x);
  bl_status s = m->fn(ctx, m->arg, at.x, &at.f, at.g, NULL);
  m->n_iter = 0;
  if (!s) settle(m, &at);
  while (!s && !m->converged && m->n_iter < m->max_iter && !(s = BL_CHECK_CANCEL(ctx))) {
    bool found, first_try;
    direction(&q, at.g, dir);
    double norm = sqrt(bl_dot(n, at.g, at.g)), first = q.count || norm <= 1 ? 1 : 1 / norm;
    if ((s = line_search(ctx, m, &at, &next, dir, first, true, NULL, &found, &first_try))) break;
    if (!found && !q.count) break; /* not even along the gradient */
    if (!found) {
      q.count = 0;
      continue;
    }
    remember(&q, &at, &next);
    swap(&at, &next);
    m->n_iter++;
    settle(m, &at);
  }
  if (!s) memcpy(x, at.x, n * sizeof *x);
  if (!m->n_iter) m->n_iter = 1;
  bl_free(ctx, block);
  return s;
}

/* ---- Newton ------------------------------------------------------------------------------------------------------ */

/* dir = -(H + damping I)^-1 g, with as much damping as Cholesky needs. work [n x n]. */
static bl_status newton_direction(bl_ctx *ctx, size_t n, const double *h, const double *g, double *work, double *dir)
{
  double top = 0;
  for (size_t i = 0; i < n; i++) top = fmax(top, fabs(h[i * n + i]));
  bl_status s = BL_E_RANGE;
  /* from 1e-10 of the largest diagonal on: a softmax has a direction (all intercepts alike) without curvature */
  for (double damp = top > 0 ? 1e-10 * top : 1; s == BL_E_RANGE && damp <= 1e10 * (top > 0 ? top : 1); damp *= 100) {
    memcpy(work, h, n * n * sizeof *h);
    for (size_t i = 0; i < n; i++) {
      work[i * n + i] += damp;
      dir[i] = -g[i];
    }
    s = bl_solve_spd(ctx, n, work, 1, dir);
  }
  return s;
}

/* The gradient that the next Newton step leaves, by its quadratic convergence: from one step to the next it is squared, times
 * a constant that the last step tells. Where it will be small enough, no Hessian is needed at the point to come. */
static double expected_gradient(double before, double now) { return now / (before * before) * now * now; }

bl_status bl_minimise_newton(bl_ctx *ctx, bl_minimise *m, double *x)
{
  size_t n = m->n;
  bl_status s = BL_OK;
  double *block = bl_calloc(ctx, 5 * n, sizeof *block), *h = bl_calloc(ctx, n * n, sizeof *h);
  double *work = bl_calloc(ctx, n * n, sizeof *work);
  m->n_iter = 0;
  if (!block || !h || !work) {
    s = bl_fail_nomem(ctx, "a Newton solver");
    goto done;
  }
  double *dir = block;
  point at = {0, block + n, block + 2 * n}, next = {0, block + 3 * n, block + 4 * n};
  memcpy(at.x, x, n * sizeof *x);
  if ((s = m->fn(ctx, m->arg, at.x, &at.f, at.g, h))) goto done;
  settle(m, &at);
  for (double expected = HUGE_VAL; !m->converged && m->n_iter < m->max_iter;) {
    bool found, known;
    double before = m->grad_max, *next_h = expected > m->tol ? h : NULL;
    if ((s = BL_CHECK_CANCEL(ctx)) || (s = newton_direction(ctx, n, h, at.g, work, dir))) goto done;
    if ((s = line_search(ctx, m, &at, &next, dir, 1, false, next_h, &found, &known))) goto done;
    if (!found) break;
    swap(&at, &next);
    m->n_iter++;
    settle(m, &at);
    expected = expected_gradient(before, m->grad_max);
    if (!m->converged && !(next_h && known) && (s = m->fn(ctx, m->arg, at.x, &at.f, at.g, h))) goto done;
  }
  memcpy(x, at.x, n * sizeof *x);
done:
  if (!m->n_iter) m->n_iter = 1;
  bl_free(ctx, work);
  bl_free(ctx, h);
  bl_free(ctx, block);
  return s;
}
