/* fft.h: real Fourier transforms, the only door to FFTW.
 *
 * Plans are made with FFTW_ESTIMATE: the plan then depends on size and machine alone, so the same input gives the same
 * bits in every run. FFTW_MEASURE times candidates and may pick another algorithm, with other last bits, the next time.
 * FFTW's planner is not thread-safe: making and freeing take one lock here. Running does not. Each object has buffers
 * of its own and serves one thread at a time. */
#ifndef BL_FEATURES_FFT_H
#define BL_FEATURES_FFT_H

#include "baleen/memory.h"

/* The least length from n on, a multiple of step, that has no prime factor above `most`: transforms of it are fast. */
size_t bl_fft_length(size_t n, size_t most, size_t step);

/* Single precision: in[n] -> re[k], im[k] of X[k] = sum x[i] exp(-2 pi j i k / n), k = 0 .. n / 2, unscaled. */
typedef struct bl_rfft {
  size_t n;
  float *in, *re, *im; /* in is kept by bl_rfft_run */
  float *work;         /* see fft_real.inc */
  void *plan;
} bl_rfft;
bl_status bl_rfft_init(bl_ctx *ctx, size_t n, bl_rfft *f) BL_MUST_CHECK;
void bl_rfft_run(bl_rfft *f);
/* The same to re^2 + im^2, in `to` [n / 2 + 1], with the same bits; re and im then hold nothing of use. */
void bl_rfft_run_powers(bl_rfft *f, float *to);
void bl_rfft_release(bl_ctx *ctx, bl_rfft *f); /* zeroed is fine */

/* The same in double precision. */
typedef struct bl_rfft64 {
  size_t n;
  double *in, *re, *im, *work;
  void *plan;
} bl_rfft64;
bl_status bl_rfft64_init(bl_ctx *ctx, size_t n, bl_rfft64 *f) BL_MUST_CHECK;
void bl_rfft64_run(bl_rfft64 *f);
void bl_rfft64_run_powers(bl_rfft64 *f, double *to);
void bl_rfft64_release(bl_ctx *ctx, bl_rfft64 *f);

/* Double precision, both ways, for fast convolution: time[n] <-> freq[n / 2 + 1] pairs. Backward is unscaled (n times
 * the signal) and destroys freq. */
typedef struct bl_dfft {
  size_t n;
  double *time, *freq;
  void *forward, *backward;
} bl_dfft;
bl_status bl_dfft_init(bl_ctx *ctx, size_t n, bl_dfft *f) BL_MUST_CHECK;
void bl_dfft_forward(bl_dfft *f);
void bl_dfft_backward(bl_dfft *f);
void bl_dfft_release(bl_ctx *ctx, bl_dfft *f);

#endif
