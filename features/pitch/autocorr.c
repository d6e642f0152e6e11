/* autocorr.c: |X|^2 transformed back (Wiener and Khinchin). The frame is followed by enough zeros that what wraps around
 * reaches no lag that is asked for. */
#include "autocorr.h"

#include <string.h>

bl_status bl_autocorr_init(bl_ctx *ctx, size_t n, size_t max_lag, bl_autocorr *a)
{
  a->n = n;
  a->max_lag = max_lag;
  return bl_dfft_init(ctx, bl_fft_length(n + max_lag, 5, 2), &a->fft);
}

const double *bl_autocorr_run(bl_autocorr *a)
{
  bl_dfft *f = &a->fft;
  double scale = 1 / (double)f->n;
  memset(f->time + a->n, 0, (f->n - a->n) * sizeof *f->time);
  bl_dfft_forward(f);
  for (size_t k = 0; k <= f->n / 2; k++) {
    double re = f->freq[2 * k], im = f->freq[2 * k + 1];
    f->freq[2 * k] = (re * re + im * im) * scale;
    f->freq[2 * k + 1] = 0;
  }
  bl_dfft_backward(f);
  return f->time;
}

void bl_autocorr_release(bl_ctx *ctx, bl_autocorr *a) { bl_dfft_release(ctx, &a->fft); }
