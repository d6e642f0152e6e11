/* lpc.c: Burg, "Maximum entropy spectral analysis" (1967); Marple, IEEE Trans. ASSP 28 (1980) 441; the iteration:
 * Aberth, Math. Comp. 27 (1973) 339. */
#include "lpc.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/wide.h"
#include "finite.h"
#include "window.h"

const char *const bl_lpc_windows[] = {"boxcar", "hann", "hamming", NULL};

bl_status bl_lpc_init(bl_ctx *ctx, size_t n, size_t order, int window, bl_lpc *l)
{
  *l = (bl_lpc){.n = n, .order = order};
  l->forward = bl_calloc(ctx, n, sizeof *l->forward);
  l->backward = bl_calloc(ctx, n, sizeof *l->backward);
  if (window != BL_LPC_BOXCAR) l->window = bl_calloc(ctx, n, sizeof *l->window);
  if (!l->forward || !l->backward || (window != BL_LPC_BOXCAR && !l->window))
    return bl_fail_nomem(ctx, "linear prediction");
  if (l->window) bl_window_fill(window == BL_LPC_HANN ? BL_WINDOW_HANN : BL_WINDOW_HAMMING, n, false, l->window);
  return BL_OK;
}

void bl_lpc_release(bl_ctx *ctx, bl_lpc *l)
{
  bl_free(ctx, l->window);
  bl_free(ctx, l->forward);
  bl_free(ctx, l->backward);
}

/* The new a of one order more, by Levinson's step. */
static void reflect(double *a, size_t i, double k)
{
  double before[BL_LPC_MAX_ORDER + 1];
  memcpy(before, a, (i + 1) * sizeof *a);
  before[i + 1] = 0;
  for (size_t j = 1; j <= i + 1; j++) a[j] = before[j] + k * before[i + 1 - j];
}

/* A macro, for handing such a vector to a function means another thing on each kind of machine. */
#define FOLDED(s) (((s)[0] + (s)[1]) + ((s)[2] + (s)[3]))

/* The power of f and b together, and the sum of f b: four sums side by side of each, always folded in the same order. */
BL_WIDE static double powers(const double *restrict f, const double *restrict b, size_t n, double *product)
{
  bl_lanes ff = {0}, bb = {0}, fb = {0}, x, y;
  size_t i = 0;
  for (; i + BL_LANES <= n; i += BL_LANES) {
    memcpy(&x, f + i, sizeof x);
    memcpy(&y, b + i, sizeof y);
    ff += x * x;
    bb += y * y;
    fb += y * x;
  }
  for (; i < n; i++) {
    ff[0] += f[i] * f[i];
    bb[0] += b[i] * b[i];
    fb[0] += b[i] * f[i];
  }
  *product = FOLDED(fb);
  return FOLDED(ff) + FOLDED(bb);
}

/* The errors of one order more. */
BL_WIDE static void next_errors(double *restrict f, double *restrict b, size_t n, double k)
{
  for (size_t t = 0; t < n; t++) {
    double was = f[t];
    f[t] += k * b[t];
    b[t] += k * was;
  }
}

/* forward holds errors from sample i + 1 on, backward up to one before the last. Their power is summed anew at each order:
 * librosa takes it from that of the order before, which leaves only rounding where the errors vanish, as they do of a pure
 * tone, and then |k| is no longer at most 1. */
bool bl_lpc_run(bl_lpc *l, const float *x, double *a)
{
  double *f = l->forward, *b = l->backward;
  size_t n = l->n - 1;
  if (!bl_all_finite_f32(x, l->n)) return false;
  for (size_t t = 0; t < n; t++) {
    b[t] = l->window ? (double)x[t] * l->window[t] : (double)x[t];
    f[t] = l->window ? (double)x[t + 1] * l->window[t + 1] : (double)x[t + 1];
  }
  memset(a, 0, (l->order + 1) * sizeof *a);
  a[0] = 1;
  for (size_t i = 0; i < l->order; i++, n--, f++) {
    double product, power = powers(f, b, n, &product);
    double k = -2 * product / (power + DBL_MIN);
    reflect(a, i, k);
    next_errors(f, b, n, k);
  }
  return true;
}

/* How far root z is to be moved: Newton's step, kept away from the other roots. */
static double complex step_of(const double *a, size_t order, const double complex *roots, size_t i)
{
  double complex z = roots[i], value = a[0], slope = 0, others = 0;
  for (size_t k = 1; k <= order; k++) {
    slope = slope * z + value;
    value = value * z + a[k];
  }
  if (cabs(value) == 0) return 0;
  for (size_t j = 0; j < order; j++) {
    double complex d = z - roots[j];
    if (j != i) others += conj(d) * (1 / (creal(d) * creal(d) + cimag(d) * cimag(d)));
  }
  return 1 / (slope / value - others);
}

void bl_lpc_roots(const double *a, size_t order, double complex *roots)
{
  enum { MOST_TURNS = 100 };
  /* on a circle, unevenly, so that no two begin as mirror images */
  for (size_t i = 0; i < order; i++) {
    double angle = 2 * 3.14159265358979323846 * (double)i / (double)order + 0.5;
    roots[i] = 0.9 * (cos(angle) + I * sin(angle));
  }
  for (size_t turn = 0; turn < MOST_TURNS; turn++) {
    double most = 0;
    for (size_t i = 0; i < order; i++) {
      double complex d = step_of(a, order, roots, i);
      if (!isfinite(creal(d)) || !isfinite(cimag(d))) d = 1e-3;
      roots[i] -= d;
      most = fmax(most, cabs(d));
    }
    if (most < 1e-11) break; /* the next step would be its square, or rounding */
  }
}
