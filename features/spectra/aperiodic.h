/* aperiodic.h: a spectrum as a smooth slope with peaks on it (Donoghue and others, Nat. Neurosci. 23 (2020) 1655-1665).
 *
 * In decadic logarithms, over the bins from f_lo to f_hi without 0 Hz, the slope is offset - log10(knee + f^exponent)
 * (fixed: no knee), and each peak a Gaussian. As fooof 1.1 and specparam 2 do it:
 * 1. The slope is fitted to all bins, then again to those that lie lowest above it: the fit is taken off, what is below it
 *    counts as on it, and the bins up to the 0.025 percent quantile are kept (in practice all on or below the first fit).
 * 2. What remains above it is searched for peaks from the highest on. One must be higher than peak_threshold standard
 *    deviations of what remains, and than min_peak_height; its width is guessed from the nearer half height, held within
 *    peak_width_limits (of two standard deviations), and it is taken off. Peaks within a standard deviation of an end of
 *    the range, and the lower of two that overlap within 0.75 deviations, are dropped.
 * 3. All peaks are fitted together, each centre within three (guessed) deviations of its guess; then the slope once more,
 *    to the spectrum less the peaks.
 * A peak's power is that of the model over the slope at the bin next to its centre, its bandwidth two deviations. */
#ifndef BALEEN_APERIODIC_H
#define BALEEN_APERIODIC_H

#include "baleen/option.h"
#include "least_squares.h"

enum { BL_FIXED, BL_KNEE };
extern const char *const bl_aperiodic_modes[]; /* "fixed", "knee" */

typedef struct bl_aperiodic_params {
  bl_reals peak_width_limits; /* Hz: two numbers */
  int64_t max_n_peaks;        /* at most BL_APERIODIC_PEAKS */
  double min_peak_height, peak_threshold;
  int aperiodic_mode;
} bl_aperiodic_params;
enum { BL_APERIODIC_PEAKS = 40 };

typedef struct bl_spectral_peak {
  double freq, power, bandwidth; /* Hz, log10, Hz */
} bl_spectral_peak;

/* A fit, with the room to make it. */
typedef struct bl_aperiodic {
  size_t max_bins, n;                                 /* n: bins of this fit */
  double *freq, *power, *slope, *flat, *work, *model; /* [bin]: Hz; the others log10 of power */
  bl_least_squares solver;
  double offset, knee, exponent; /* knee 0 when fixed */
  size_t n_peaks;
  double gaussians[3 * BL_APERIODIC_PEAKS]; /* centre, height, deviation of each, by centre */
  bl_spectral_peak peaks[BL_APERIODIC_PEAKS];
  double r_squared, error; /* squared correlation of model and spectrum; mean distance */
} bl_aperiodic;

bl_status bl_aperiodic_init(bl_ctx *ctx, size_t max_bins, bl_aperiodic *a) BL_MUST_CHECK;
/* psd [n] of bins first, first + 1 .., df_hz apart. Where a power is 0 all numbers are NaN. */
bl_status bl_aperiodic_fit(bl_ctx *ctx, bl_aperiodic *a, const bl_aperiodic_params *p, const double *psd, size_t first,
                           size_t n, double df_hz) BL_MUST_CHECK;
void bl_aperiodic_release(bl_ctx *ctx, bl_aperiodic *a);

#endif
