/* fft.c: FFTW 3 (Frigo and Johnson, Proc. IEEE 93 (2005) 216-231) behind fft.h. */
#include "fft.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>

#include <fftw3.h>

#include "baleen/wide.h"

static const double pi = 3.14159265358979323846;
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER; /* guards FFTW's own global state */

static bl_status check_size(bl_ctx *ctx, size_t n)
{
  if (n > 0 && n <= INT_MAX / 4) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "fft: a size of %zu; from 1 to %d is possible", n, INT_MAX / 4);
}

/* A real transform of even length n is a complex one of m = n / 2, of z[k] = x[2k] + j x[2k + 1] (which is x as it
 * lies in memory), and X[k] = E[k] + exp(-2 pi j k / n) O[k] with E = (Z[k] + Z*[m - k]) / 2, O = (Z[k] - Z*[m - k]) /
 * 2j (Press and others, Numerical Recipes, 12.3). FFTW's own real transforms take half as long again under
 * FFTW_ESTIMATE. work: Z in pairs, m + 1 of them, then m + 1 values each of Re Z, Im Z, cos and -sin of 2 pi k / n. */
static bool by_halves(size_t n) { return n % 2 == 0 && n >= 4; }

bl_status bl_rfft_init(bl_ctx *ctx, size_t n, bl_rfft *f)
{
  *f = (bl_rfft){.n = n};
  bl_status s = check_size(ctx, n);
  if (s) return s;
  size_t m = n / 2, row = (m + 16) / 16 * 16; /* rows of their own cache lines */
  f->in = bl_calloc(ctx, n, sizeof *f->in);
  f->re = bl_calloc(ctx, m + 1, sizeof *f->re);
  f->im = bl_calloc(ctx, m + 1, sizeof *f->im);
  f->work = bl_calloc(ctx, 6 * row, sizeof *f->work);
  if (f->in && f->re && f->im && f->work) {
    fftwf_complex *in = (fftwf_complex *)(void *)f->in, *z = (fftwf_complex *)(void *)f->work;
    pthread_mutex_lock(&planner);
    f->plan = by_halves(n) ? fftwf_plan_dft_1d((int)m, in, z, FFTW_FORWARD, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT)
                           : fftwf_plan_dft_r2c_1d((int)n, f->in, z, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    pthread_mutex_unlock(&planner);
  }
  if (!f->plan) {
    bl_rfft_release(ctx, f);
    return bl_fail_nomem(ctx, "a Fourier transform");
  }
  for (size_t k = 0; k < m; k++) {
    f->work[4 * row + k] = (float)cos(2 * pi * (double)k / (double)n);
    f->work[5 * row + k] = (float)-sin(2 * pi * (double)k / (double)n);
  }
  return BL_OK;
}

BL_WIDE static void split_pairs(const float *restrict z, float *restrict re, float *restrict im, size_t n)
{
  for (size_t k = 0; k < n; k++) {
    re[k] = z[2 * k];
    im[k] = z[2 * k + 1];
  }
}

BL_WIDE static void untangle(const float *restrict work, float *restrict re, float *restrict im, size_t m, size_t row)
{
  const float *zr = work + 2 * row, *zi = work + 3 * row, *c = work + 4 * row, *s = work + 5 * row;
  re[0] = zr[0] + zi[0];
  re[m] = zr[0] - zi[0];
  im[0] = im[m] = 0;
  for (size_t k = 1; k < m; k++) {
    float even_re = 0.5F * (zr[k] + zr[m - k]), even_im = 0.5F * (zi[k] - zi[m - k]);
    float odd_re = 0.5F * (zi[k] + zi[m - k]), odd_im = 0.5F * (zr[m - k] - zr[k]);
    re[k] = even_re + (c[k] * odd_re - s[k] * odd_im);
    im[k] = even_im + (c[k] * odd_im + s[k] * odd_re);
  }
}

void bl_rfft_run(bl_rfft *f)
{
  size_t m = f->n / 2, row = (m + 16) / 16 * 16;
  fftwf_execute(f->plan);
  if (by_halves(f->n)) {
    split_pairs(f->work, f->work + 2 * row, f->work + 3 * row, m);
    untangle(f->work, f->re, f->im, m, row);
  } else {
    split_pairs(f->work, f->re, f->im, m + 1);
  }
}

void bl_rfft_release(bl_ctx *ctx, bl_rfft *f)
{
  if (f->plan) {
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(f->plan);
    pthread_mutex_unlock(&planner);
  }
  bl_free(ctx, f->in);
  bl_free(ctx, f->re);
  bl_free(ctx, f->im);
  bl_free(ctx, f->work);
  *f = (bl_rfft){0};
}

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
