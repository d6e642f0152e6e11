/* geometric_median.c: see geometric_median.h. */
#include "geometric_median.h"

#include <math.h>
#include <string.h>

static double distance(const double *a, const double *b, size_t width)
{
  double sum = 0;
  for (size_t k = 0; k < width; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return sqrt(sum);
}

/* One step from y; returns how far it went. */
static double step(const double *v, size_t n, size_t width, double *y, double *to)
{
  double weights = 0;
  size_t same = 0;
  memset(to, 0, width * sizeof *to);
  for (size_t i = 0; i < n; i++) {
    double d = distance(v + i * width, y, width);
    if (d > 0) {
      weights += 1 / d;
      for (size_t k = 0; k < width; k++) to[k] += v[i * width + k] / d;
    } else same++;
  }
  if (!(weights > 0)) return 0;
  for (size_t k = 0; k < width; k++) to[k] /= weights;
  double away = distance(to, y, width), pull = away * weights, stay = 0;
  if (same && pull > 0) stay = fmin(1, (double)same / pull);
  for (size_t k = 0; k < width; k++) y[k] = (1 - stay) * to[k] + stay * y[k];
  return (1 - stay) * away;
}

bl_status bl_geometric_median(bl_ctx *ctx, const double *v, size_t n, size_t width, double *y)
{
  enum { MOST_STEPS = 500 };
  double *to = bl_calloc(ctx, width, sizeof *to), *zero = bl_calloc(ctx, width, sizeof *zero), moved = INFINITY;
  bl_status s = to && zero ? BL_OK : bl_fail_nomem(ctx, "a geometric median");
  for (size_t k = 0; !s && k < width; k++) {
    y[k] = 0;
    for (size_t i = 0; i < n; i++) y[k] += v[i * width + k];
    y[k] /= (double)n;
  }
  for (size_t i = 0; !s && i < MOST_STEPS && moved > 1e-9 * distance(y, zero, width); i++) {
    moved = step(v, n, width, y, to);
    s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, to);
  bl_free(ctx, zero);
  return s;
}
