#include "brent.h"

#include <math.h>

static const double golden = 1.618033988749895, rest = 0.381966011250105;

/* A bracket of the minimum: *a and *b become its ends. */
static void go_downhill(bl_kit_curve f, const void *arg, double *a, double *b, double reach)
{
  double x = *a, y = *b, fy = f(arg, y);
  if (f(arg, x) < fy) {
    double keep = x;
    x = y;
    y = keep;
    fy = f(arg, y);
  }
  double z = y + golden * (y - x), fz = f(arg, z);
  while (fz < fy && fabs(z) < reach) {
    x = y;
    y = z;
    fy = fz;
    z = y + golden * (y - x);
    fz = f(arg, z);
  }
  *a = fmin(x, z);
  *b = fmax(x, z);
}

/* The three best points so far, best first, and the step before the last. */
typedef struct search {
  double a, b, x, w, v, fx, fw, fv, before, step;
} search;

/* A step to the vertex of the parabola through the three points; 0 when it leads out of the bracket or does not shrink. */
static double parabola(const search *s)
{
  double r = (s->x - s->w) * (s->fx - s->fv), q = (s->x - s->v) * (s->fx - s->fw);
  double p = (s->x - s->v) * q - (s->x - s->w) * r;
  q = 2 * (q - r);
  if (q > 0) p = -p;
  q = fabs(q);
  if (!(fabs(p) < fabs(0.5 * q * s->before) && p > q * (s->a - s->x) && p < q * (s->b - s->x))) return 0;
  return p / q;
}

static void take(search *s, double u, double fu)
{
  if (fu <= s->fx) {
    if (u < s->x) s->b = s->x;
    else s->a = s->x;
    s->v = s->w, s->fv = s->fw;
    s->w = s->x, s->fw = s->fx;
    s->x = u, s->fx = fu;
    return;
  }
  if (u < s->x) s->a = u;
  else s->b = u;
  if (fu <= s->fw || s->w == s->x) {
    s->v = s->w, s->fv = s->fw;
    s->w = u, s->fw = fu;
  } else if (fu <= s->fv || s->v == s->x || s->v == s->w) {
    s->v = u, s->fv = fu;
  }
}

double bl_kit_brent(bl_kit_curve f, const void *arg, double a, double b, double reach)
{
  go_downhill(f, arg, &a, &b, reach);
  search s = {.a = a, .b = b, .x = a + rest * (b - a)};
  s.w = s.v = s.x;
  s.fx = s.fw = s.fv = f(arg, s.x);
  for (int i = 0; i < 200; i++) {
    double middle = 0.5 * (s.a + s.b), tol = 1.48e-8 * fabs(s.x) + 1e-11;
    if (fabs(s.x - middle) <= 2 * tol - 0.5 * (s.b - s.a)) break;
    double step = fabs(s.before) > tol ? parabola(&s) : 0;
    if (step != 0) {
      s.before = s.step;
      double u = s.x + step;
      if (u - s.a < 2 * tol || s.b - u < 2 * tol) step = s.x < middle ? tol : -tol;
    } else {
      s.before = s.x < middle ? s.b - s.x : s.a - s.x;
      step = rest * s.before;
    }
    s.step = step;
    double u = s.x + (fabs(step) >= tol ? step : step > 0 ? tol : -tol);
    take(&s, u, f(arg, u));
  }
  return s.x;
}
