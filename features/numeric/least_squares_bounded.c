/* least_squares_bounded.c: least squares between bounds; see least_squares.h.
 *
 * Parameters are scaled by d = sqrt(v), v the distance to the bound towards which the gradient leads downhill, or 1 where
 * there is none. In the scaled space ("hat") the model of the sum is g_hat' s + s' B s / 2, B = d J'J d + diag(c), c =
 * |gradient| where there is such a bound; steps are at most `radius` long. Branch, Coleman and Li 1999, sections 2 to 4. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "least_squares.h"

enum { MAX_CALLS = 5000, MAX_ROOTS = 10 };
static const double TOLERANCE = 1e-8, INSIDE = 1e-10, ROOT_TOLERANCE = 0.01, EPSILON = 2.220446049250313e-16;

/* One problem, and rows of the parameters' length, in the room of the solver. */
typedef struct region {
  size_t m;
  const double *lo, *hi;
  double *b, *values, *turned;         /* B [m][m] -> its eigenvectors; its eigenvalues; g_hat along these */
  double *d, *c, *g, *newton, *mirror; /* g: g_hat */
  double *best, *at, *slope;           /* the step that is chosen, scaled; rows for what is looked at */
  double radius, alpha, gradient_norm;
} region;

static double dot(const double *x, const double *y, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

/* d, c, g_hat and the largest scaled gradient, from s->gradient at p. */
static void scale(region *t, const double *gradient, const double *p)
{
  t->gradient_norm = 0;
  for (size_t a = 0; a < t->m; a++) {
    double g = gradient[a], v = 1;
    t->c[a] = 0;
    if (g < 0 && isfinite(t->hi[a])) v = t->hi[a] - p[a], t->c[a] = -g;
    else if (g > 0 && isfinite(t->lo[a])) v = p[a] - t->lo[a], t->c[a] = g;
    t->gradient_norm = fmax(t->gradient_norm, fabs(g * v));
    t->d[a] = sqrt(v);
    t->g[a] = t->d[a] * g;
  }
}

/* B, its eigenvectors and the gradient along them. s->damped keeps B itself. */
static bl_status decompose(bl_ctx *ctx, bl_least_squares *s, region *t)
{
  size_t m = t->m;
  for (size_t a = 0; a < m; a++)
    for (size_t b = a; b < m; b++) {
      double v = t->d[a] * t->d[b] * s->normal[a * m + b] + (a == b ? t->c[a] : 0);
      s->damped[a * m + b] = s->damped[b * m + a] = v;
    }
  memcpy(s->normal, s->damped, m * m * sizeof(double)); /* destroyed by the next line; made anew for the next p */
  bl_status status = bl_eigh(ctx, m, s->normal, t->values, t->b);
  for (size_t k = 0; !status && k < m; k++) {
    t->values[k] = fmax(t->values[k], 0);
    t->turned[k] = 0;
    for (size_t a = 0; a < m; a++) t->turned[k] += t->b[a * m + k] * t->g[a];
  }
  return status;
}

/* Length of the step damped by alpha less the radius, and its derivative. */
static double too_long(const region *t, double alpha, double *derivative)
{
  double squares = 0, cubes = 0;
  for (size_t k = 0; k < t->m; k++) {
    double e = t->values[k] + alpha, q = t->turned[k] / e;
    squares += q * q;
    cubes += q * q / e;
  }
  double length = sqrt(squares);
  *derivative = -cubes / length;
  return length - t->radius;
}

static void damped_step(const region *t, double alpha, double *step)
{
  memset(step, 0, t->m * sizeof *step);
  for (size_t k = 0; k < t->m; k++)
    for (size_t a = 0; a < t->m; a++) step[a] -= t->b[a * t->m + k] * t->turned[k] / (t->values[k] + alpha);
}

/* The best step no longer than the radius, in t->newton: More and Sorensen's iteration for its damping. */
static void solve(region *t)
{
  double derivative, largest = t->values[t->m - 1];
  bool full = sqrt(t->values[0]) > EPSILON * 100 * sqrt(largest);
  double lower = 0, upper = sqrt(dot(t->turned, t->turned, t->m)) / t->radius;
  if (full) {
    double over = too_long(t, 0, &derivative);
    if (over <= 0) {
      t->alpha = 0;
      damped_step(t, 0, t->newton);
      return;
    }
    lower = -over / derivative;
  }
  if (!full && t->alpha == 0) t->alpha = fmax(0.001 * upper, sqrt(lower * upper));
  for (size_t i = 0; i < MAX_ROOTS; i++) {
    if (t->alpha < lower || t->alpha > upper) t->alpha = fmax(0.001 * upper, sqrt(lower * upper));
    double over = too_long(t, t->alpha, &derivative), ratio = over / derivative;
    if (over < 0) upper = t->alpha;
    lower = fmax(lower, t->alpha - ratio);
    t->alpha -= (over + t->radius) * ratio / t->radius;
    if (fabs(over) < ROOT_TOLERANCE * t->radius) break;
  }
  damped_step(t, t->alpha, t->newton);
  double shrink = t->radius / sqrt(dot(t->newton, t->newton, t->m));
  for (size_t a = 0; a < t->m; a++) t->newton[a] *= shrink;
}

/* B x, in t->slope. */
static void multiply(const bl_least_squares *s, region *t, const double *x)
{
  for (size_t a = 0; a < t->m; a++) t->slope[a] = dot(s->damped + a * t->m, x, t->m);
}

static double model_of(const bl_least_squares *s, region *t, const double *step)
{
  multiply(s, t, step);
  return dot(t->g, step, t->m) + dot(t->slope, step, t->m) / 2;
}

/* How many times a scaled step fits between p and the nearest bound; hit (NULL: no matter) says which bounds those are. */
static double to_bound(const region *t, const double *p, const double *step, bool *hit)
{
  double least = INFINITY;
  for (size_t round = 0; round < 2; round++)
    for (size_t a = 0; a < t->m; a++) {
      double x = t->d[a] * step[a];
      double fits = x > 0 ? (t->hi[a] - p[a]) / x : x < 0 ? (t->lo[a] - p[a]) / x : INFINITY;
      if (!round) least = fmin(least, fits);
      else if (hit) hit[a] = fits == least && x != 0;
    }
  return least;
}

/* The number from lo to hi that makes a x^2 + b x least; *value: that least, plus c. */
static double lowest_of(double a, double b, double c, double lo, double hi, double *value)
{
  const double ends[] = {lo, hi, a != 0 ? -b / (2 * a) : lo};
  double best = lo;
  *value = INFINITY;
  for (size_t i = 0; i < 3; i++) {
    double x = ends[i], y = x * (a * x + b) + c;
    if (x < lo || x > hi || !(y < *value)) continue;
    *value = y;
    best = x;
  }
  return best;
}

/* How far along `way` from `from` (both scaled) the radius is reached. */
static double to_radius(const region *t, const double *from, const double *way)
{
  double a = dot(way, way, t->m), b = dot(from, way, t->m), c = dot(from, from, t->m) - t->radius * t->radius;
  return (-b + sqrt(fmax(b * b - a * c, 0))) / a;
}

/* The step that is turned back at the bound it hits first, in t->mirror; how good it is. newton reaches to that bound. */
static double try_mirror(const bl_least_squares *s, region *t, const double *p, double stride, double theta)
{
  for (size_t a = 0; a < t->m; a++) t->at[a] = p[a] + t->d[a] * t->newton[a];
  double wall = to_bound(t, t->at, t->mirror, NULL), edge = to_radius(t, t->newton, t->mirror), value;
  double reach = fmin(wall, edge);
  if (!(reach > 0)) return INFINITY;
  double least = (1 - theta) * stride / reach, most = reach == wall ? theta * wall : edge;
  if (least > most) return INFINITY;
  double at_wall = model_of(s, t, t->newton), b = dot(t->slope, t->mirror, t->m) + dot(t->g, t->mirror, t->m);
  multiply(s, t, t->mirror);
  double x = lowest_of(dot(t->slope, t->mirror, t->m) / 2, b, at_wall, least, most, &value);
  for (size_t a = 0; a < t->m; a++) t->mirror[a] = t->newton[a] + x * t->mirror[a];
  return value;
}

/* The step against the gradient, in t->at; how good it is. */
static double try_gradient(const bl_least_squares *s, region *t, const double *p, double theta)
{
  double value;
  for (size_t a = 0; a < t->m; a++) t->at[a] = -t->g[a];
  double edge = t->radius / sqrt(dot(t->g, t->g, t->m)), wall = to_bound(t, p, t->at, NULL);
  multiply(s, t, t->at);
  double x = lowest_of(dot(t->slope, t->at, t->m) / 2, dot(t->g, t->at, t->m), 0, 0, wall < edge ? theta * wall : edge,
                       &value);
  for (size_t a = 0; a < t->m; a++) t->at[a] *= x;
  return value;
}

/* Chooses t->best, and returns by how much the model says the half sum becomes less. */
static double choose(const bl_least_squares *s, region *t, const double *p, bool *hit)
{
  double stride = to_bound(t, p, t->newton, hit), theta = fmax(0.995, 1 - t->gradient_norm);
  const double *best = t->newton;
  if (stride < 1) {
    for (size_t a = 0; a < t->m; a++) {
      t->mirror[a] = hit[a] ? -t->newton[a] : t->newton[a];
      t->newton[a] *= stride;
    }
    double mirrored = try_mirror(s, t, p, stride, theta);
    for (size_t a = 0; a < t->m; a++) t->newton[a] *= theta;
    double plain = model_of(s, t, t->newton), downhill = try_gradient(s, t, p, theta);
    if (!(plain < mirrored && plain < downhill)) best = mirrored < downhill ? t->mirror : t->at;
  }
  memmove(t->best, best, t->m * sizeof *best);
  return -model_of(s, t, t->best);
}

/* Strictly between the bounds, by a share of their distance that `share` says; 0: the next number. */
static double strictly_inside(double x, double lo, double hi, double share)
{
  double from = share > 0 ? lo + share * fmax(1, fabs(lo)) : nextafter(lo, hi);
  double to = share > 0 ? hi - share * fmax(1, fabs(hi)) : nextafter(hi, lo);
  if (x <= lo || (share > 0 && x - lo < share * fmax(1, fabs(lo)))) x = from;
  if (x >= hi || (share > 0 && hi - x < share * fmax(1, fabs(hi)))) x = to;
  return x < lo || x > hi ? (lo + hi) / 2 : x;
}

/* Tries one step from p; true when nothing more is to be had. *sum becomes less when the step was taken. */
static bool try_step(bl_least_squares *s, region *t, bl_residuals *f, const void *arg, size_t n, const double *p,
                     bool *hit, double *sum)
{
  solve(t);
  double predicted = choose(s, t, p, hit), length = sqrt(dot(t->best, t->best, t->m)), moved = 0;
  for (size_t a = 0; a < t->m; a++) {
    double step = t->d[a] * t->best[a];
    moved += step * step;
    s->trial[a] = strictly_inside(p[a] + step, t->lo[a], t->hi[a], 0);
  }
  f(arg, s->trial, n, t->m, s->trial_r, NULL);
  double now = bl_least_squares_sum(s->trial_r, n), actual = (*sum - now) / 2;
  if (!isfinite(now)) return t->radius = length / 4, length < EPSILON;
  double ratio = predicted > 0 ? actual / predicted : predicted == actual, before = t->radius;
  if (ratio < 0.25) t->radius = length / 4;
  else if (ratio > 0.75 && length > 0.95 * t->radius) t->radius *= 2;
  bool end =
      (actual < TOLERANCE * *sum / 2 && ratio > 0.25) || sqrt(moved) < TOLERANCE * (TOLERANCE + sqrt(dot(p, p, t->m)));
  t->alpha *= before / t->radius;
  if (actual > 0) *sum = now;
  return end;
}

static region divide_room(bl_least_squares *s, size_t m, const double *lo, const double *hi)
{
  double *at = s->room + m * m;
  return (region){.m = m,
                  .lo = lo,
                  .hi = hi,
                  .b = s->room,
                  .values = at,
                  .turned = at + m,
                  .d = at + 2 * m,
                  .c = at + 3 * m,
                  .g = at + 4 * m,
                  .newton = s->step,
                  .mirror = at + 5 * m,
                  .best = at + 6 * m,
                  .at = at + 7 * m,
                  .slope = at + 8 * m};
}

bl_status bl_least_squares_bounded(bl_ctx *ctx, bl_least_squares *s, bl_residuals *f, const void *arg, size_t n_data,
                                   size_t n_params, const double *lo, const double *hi, double *p)
{
  bl_status status = bl_least_squares_fits(ctx, s, n_data, n_params);
  if (status) return status;
  region t = divide_room(s, n_params, lo, hi);
  bool *hit = bl_calloc(ctx, n_params, sizeof *hit);
  if (!hit) return bl_fail_nomem(ctx, "least squares");
  for (size_t a = 0; a < n_params; a++) p[a] = strictly_inside(p[a], lo[a], hi[a], INSIDE);
  f(arg, p, n_data, n_params, s->r, s->jacobian);
  double sum = bl_least_squares_sum(s->r, n_data);
  bool end = !isfinite(sum);
  for (size_t calls = 1; !end && calls < MAX_CALLS;) {
    bool first = calls == 1;
    bl_least_squares_normal(s, n_data, n_params);
    scale(&t, s->gradient, p);
    if (first)
      for (size_t a = 0; a < n_params; a++) t.radius += p[a] / t.d[a] * (p[a] / t.d[a]);
    if (first) t.radius = t.radius > 0 ? sqrt(t.radius) : 1;
    if (t.gradient_norm < TOLERANCE) break;
    if ((status = decompose(ctx, s, &t))) break;
    double before = sum;
    while (!end && calls++ < MAX_CALLS && !(sum < before)) end = try_step(s, &t, f, arg, n_data, p, hit, &sum);
    if (!(sum < before)) break;
    memcpy(p, s->trial, n_params * sizeof *p);
    f(arg, p, n_data, n_params, s->r, s->jacobian);
  }
  bl_free(ctx, hit);
  return status;
}
