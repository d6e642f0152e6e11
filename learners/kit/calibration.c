#include "calibration.h"

#include <math.h>
#include <stdlib.h>

#include "baleen/memory.h"
#include "linear_classifier.h"
#include "minimise.h"

/* ---- sigmoid ----------------------------------------------------------------------------------------------------- */

typedef struct platt {
  size_t n;
  const double *z, *positive, *weight;
  double low, high, total; /* targets of the two sides; sum of weights */
  double scale;            /* scores are divided by it, so that any are of like size */
} platt;

/* Mean loss of p = sigmoid(-(a z + b)) against its target, with slopes and curvatures. */
static bl_status platt_loss(bl_ctx *ctx, void *arg, const double *ab, double *f, double *grad, double *hess)
{
  const platt *p = arg;
  double sum[6] = {0};
  (void)ctx;
  for (size_t i = 0; i < p->n; i++) {
    double w = (p->weight ? p->weight[i] : 1) / p->total, target = p->positive[i] != 0 ? p->high : p->low;
    double z = p->z[i] / p->scale, t = -(ab[0] * z + ab[1]), q = bl_sigmoid(t), slope = w * (target - q),
           bend = w * q * (1 - q);
    sum[0] += w * (log1p(exp(-fabs(t))) + (t > 0 ? t : 0) - target * t);
    sum[1] += slope * z;
    sum[2] += slope;
    sum[3] += bend * z * z;
    sum[4] += bend * z;
    sum[5] += bend;
  }
  *f = sum[0];
  grad[0] = sum[1];
  grad[1] = sum[2];
  if (hess) hess[0] = sum[3], hess[1] = hess[2] = sum[4], hess[3] = sum[5];
  return BL_OK;
}

bl_status bl_sigmoid_curve(bl_ctx *ctx, size_t n, const double *z, const double *positive, const double *weight,
                           double *a, double *b)
{
  platt p = {.n = n, .z = z, .positive = positive, .weight = weight};
  double sides[2] = {0};
  for (size_t i = 0; i < n; i++) {
    sides[positive[i] != 0] += weight ? weight[i] : 1;
    p.scale = fmax(p.scale, fabs(z[i]));
    if (!isfinite(z[i]))
      return bl_fail(ctx, BL_E_NONFINITE, "a calibration curve: a score is %g; scale the columns first", z[i]);
  }
  if (!(p.scale > 0)) p.scale = 1;
  p.total = sides[0] + sides[1];
  p.high = (sides[1] + 1) / (sides[1] + 2);
  p.low = 1 / (sides[0] + 2);
  double ab[2] = {0, log((sides[0] + 1) / (sides[1] + 1))};
  bl_minimise m = {.n = 2, .fn = platt_loss, .arg = &p, .tol = 1e-10, .max_iter = 200};
  bl_status s = bl_minimise_newton(ctx, &m, ab);
  if (!s && !m.converged)
    bl_warn(ctx, BL_W_NO_CONVERGENCE, "a calibration curve: stopped after %zu steps with a gradient of %.3g", m.n_iter,
            m.grad_max);
  *a = ab[0] / p.scale;
  *b = ab[1];
  return s;
}

double bl_sigmoid_at(double a, double b, double z) { return bl_sigmoid(-(a * z + b)); }

/* ---- isotonic ---------------------------------------------------------------------------------------------------- */

/* Scores closer than this are one, as scikit-learn has it: of probabilities next to 0 not even their order says anything. */
static const double same_score = 1e-15;

/* Scores, or runs of them with one value: from x to `to`, mean y, weight w. */
typedef struct run {
  double x, to, y, w;
} run;

static int by_score(const void *a, const void *b)
{
  double x = ((const run *)a)->x, y = ((const run *)b)->x;
  return (x > y) - (x < y);
}

static void join(run *into, const run *next)
{
  double w = into->w + next->w;
  if (w > 0) into->y += (next->y - into->y) * (next->w / w);
  into->w = w;
  into->to = next->to;
}

bl_status bl_isotonic_curve(bl_ctx *ctx, size_t n, const double *z, const double *positive, const double *weight,
                            double *x, double *y, size_t *m)
{
  run *r = bl_calloc(ctx, n, sizeof *r);
  size_t k = 0, left = 0;
  *m = 0;
  if (!r) return bl_fail_nomem(ctx, "a calibration curve");
  for (size_t i = 0; i < n; i++) {
    double w = weight ? weight[i] : 1;
    if (w > 0) r[k++] = (run){z[i], z[i], positive[i] != 0 ? 1 : 0, w};
  }
  qsort(r, k, sizeof *r, by_score);
  for (size_t i = 0; i < k; i++) {
    run *last = left ? &r[left - 1] : NULL;
    if (last && r[i].x - last->x < same_score) {
      join(last, &r[i]);
      last->to = last->x;
    } else {
      r[left++] = r[i];
    }
  }
  k = left;
  left = 0;
  for (size_t i = 0; i < k; i++) {
    r[left++] = r[i];
    for (; left > 1 && !(r[left - 2].y < r[left - 1].y); left--) join(&r[left - 2], &r[left - 1]);
  }
  for (size_t i = 0; i < left; i++) {
    x[*m] = r[i].x;
    y[(*m)++] = r[i].y;
    if (!(r[i].to > r[i].x)) continue;
    x[*m] = r[i].to;
    y[(*m)++] = r[i].y;
  }
  bl_free(ctx, r);
  return BL_OK;
}

double bl_isotonic_at(const double *x, const double *y, size_t m, double z)
{
  size_t lo = 0, hi = m; /* the first point above z */
  while (lo < hi) {
    size_t middle = lo + (hi - lo) / 2;
    if (x[middle] > z) hi = middle;
    else lo = middle + 1;
  }
  if (!lo) return y[0];
  if (lo == m) return y[m - 1];
  return y[lo - 1] + (y[lo] - y[lo - 1]) * ((z - x[lo - 1]) / (x[lo] - x[lo - 1]));
}
