/* analytic.c: see analytic.h. */
#include "analytic.h"

#include <string.h>

bl_status bl_hilbert(bl_ctx *ctx, bl_analytic *a, const double *x, size_t n, double *h)
{
  if (a->fft.n != n) {
    bl_dfft_release(ctx, &a->fft);
    bl_status s = bl_dfft_init(ctx, n, &a->fft);
    if (s) return s;
  }
  memcpy(a->fft.time, x, n * sizeof *x);
  bl_dfft_forward(&a->fft);
  double *f = a->fft.freq, by = 1 / (double)n;
  f[0] = f[1] = 0;
  for (size_t k = 1; k <= n / 2; k++) { /* -j (re + j im) */
    double re = f[2 * k];
    f[2 * k] = 2 * k < n ? f[2 * k + 1] * by : 0;
    f[2 * k + 1] = 2 * k < n ? -re * by : 0;
  }
  bl_dfft_backward(&a->fft);
  memcpy(h, a->fft.time, n * sizeof *h);
  return BL_OK;
}

void bl_analytic_release(bl_ctx *ctx, bl_analytic *a) { bl_dfft_release(ctx, &a->fft); }
