/* stockwell.h: power over time by the Stockwell transform, whose waves are Gaussians as many cycles long at every
 * frequency; the convention of mne.time_frequency.tfr_array_stockwell: frequencies k rate / n_fft, and the signal, filled
 * up with zeros to n_fft, is taken to repeat. Stockwell and others, IEEE Trans. Signal Process. 44 (1996) 998-1001. */
#ifndef BL_FEATURES_STOCKWELL_H
#define BL_FEATURES_STOCKWELL_H

#include "fft.h"

typedef struct bl_stockwell {
  size_t n_fft, first, n_freqs; /* frequency i is (first + i) rate / n_fft */
  double *re, *im;              /* [freq][n_fft / 2 + 1] pairs: transforms of both parts of the waves, over n_fft */
  double *x;                    /* [n_fft / 2 + 1] pairs: of the signal */
  double *part;                 /* [n_fft] */
  bl_dfft fft;
} bl_stockwell;

/* fmin < 0: the lowest frequency above 0; fmax < 0: the highest. Like MNE, the frequencies of the transform of n_fft
 * samples that lie nearest to both. width: of the Gaussians, 1 the classical one. Freed by release, also when it fails. */
bl_status bl_stockwell_init(bl_ctx *ctx, size_t n_fft, double rate_hz, double fmin, double fmax, double width,
                            bl_stockwell *s) BL_MUST_CHECK;
/* Which frequencies those are. */
void bl_stockwell_range(size_t n_fft, double rate_hz, double fmin, double fmax, size_t *first, size_t *n_freqs);
/* Takes a signal of n <= n_fft samples in. */
void bl_stockwell_load(bl_stockwell *s, const double *x, size_t n);
/* Power of frequency i at samples 0, decim, 2 decim ... of the n that were loaded, to `to`. */
void bl_stockwell_power(bl_stockwell *s, size_t i, size_t n, size_t decim, double *to);
void bl_stockwell_release(bl_ctx *ctx, bl_stockwell *s);

#endif
