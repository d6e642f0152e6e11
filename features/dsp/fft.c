/* fft.c: FFTW 3 (Frigo and Johnson, Proc. IEEE 93 (2005) 216-231) behind fft.h. */
#include "fft.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>

#include <fftw3.h>

#include "baleen/wide.h"

static const double pi = 3.14159265358979323846;
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER; /* guards FFTW's own global state */

size_t bl_fft_length(size_t n, size_t most, size_t step)
{
  for (size_t m = n ? (n + step - 1) / step * step : step;; m += step) {
    size_t rest = m;
    for (size_t f = 2; f <= most; f++)
      while (rest % f == 0) rest /= f;
    if (rest == 1) return m;
  }
}

static bl_status check_size(bl_ctx *ctx, size_t n)
{
  if (n > 0 && n <= INT_MAX / 4) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "fft: a size of %zu; from 1 to %d is possible", n, INT_MAX / 4);
}

static bool by_halves(size_t n) { return n % 2 == 0 && n >= 4; }
static size_t row_of(size_t m) { return (m + 16) / 16 * 16; } /* rows of their own cache lines */

#define REAL       float
#define BLOCK      bl_rfft
#define RFFT(name) bl_rfft_##name
#define FFTW(name) fftwf_##name
#include "fft_real.inc"
#undef REAL
#undef BLOCK
#undef RFFT
#undef FFTW

#define REAL       double
#define BLOCK      bl_rfft64
#define RFFT(name) bl_rfft64_##name
#define FFTW(name) fftw_##name
#include "fft_real.inc"

bl_status bl_dfft_init(bl_ctx *ctx, size_t n, bl_dfft *f)
{
  *f = (bl_dfft){.n = n};
  bl_status s = check_size(ctx, n);
  if (s) return s;
  f->time = bl_calloc(ctx, n, sizeof *f->time);
  f->freq = bl_calloc(ctx, n / 2 + 1, 2 * sizeof *f->freq);
  if (f->time && f->freq) {
    fftw_complex *freq = (fftw_complex *)(void *)f->freq;
    pthread_mutex_lock(&planner);
    f->forward = fftw_plan_dft_r2c_1d((int)n, f->time, freq, FFTW_ESTIMATE);
    f->backward = fftw_plan_dft_c2r_1d((int)n, freq, f->time, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner);
  }
  if (f->forward && f->backward) return BL_OK;
  bl_dfft_release(ctx, f);
  return bl_fail_nomem(ctx, "a Fourier transform");
}

void bl_dfft_forward(bl_dfft *f) { fftw_execute(f->forward); }
void bl_dfft_backward(bl_dfft *f) { fftw_execute(f->backward); }

void bl_dfft_release(bl_ctx *ctx, bl_dfft *f)
{
  pthread_mutex_lock(&planner);
  if (f->forward) fftw_destroy_plan(f->forward);
  if (f->backward) fftw_destroy_plan(f->backward);
  pthread_mutex_unlock(&planner);
  bl_free(ctx, f->time);
  bl_free(ctx, f->freq);
  *f = (bl_dfft){0};
}
