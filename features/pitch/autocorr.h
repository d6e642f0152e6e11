/* autocorr.h: the autocorrelation of a frame by FFT, r[k] = sum x[i] x[i + k] for lags 0 .. max_lag, unscaled. In double
 * precision: pitch and linear prediction live on small differences of it. */
#ifndef BL_FEATURES_AUTOCORR_H
#define BL_FEATURES_AUTOCORR_H

#include "fft.h"

typedef struct bl_autocorr {
  size_t n, max_lag;
  bl_dfft fft;
} bl_autocorr;

/* Frames of n samples; max_lag < n. Freed by release, also when it fails. */
bl_status bl_autocorr_init(bl_ctx *ctx, size_t n, size_t max_lag, bl_autocorr *a) BL_MUST_CHECK;
/* Of a->fft.time[0 .. n), which the caller has filled and which is used up: returns r[max_lag + 1], valid until the next
 * call. */
const double *bl_autocorr_run(bl_autocorr *a);
void bl_autocorr_release(bl_ctx *ctx, bl_autocorr *a); /* zeroed is fine */

#endif
