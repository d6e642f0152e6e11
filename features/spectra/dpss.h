/* dpss.h: discrete prolate spheroidal sequences, the tapers of n samples that hold the largest share of their power
 * within a band of frequency. Slepian, Bell Syst. Tech. J. 57 (1978) 1371-1430.
 *
 * Conventions are scipy's (scipy.signal.windows.dpss with Kmax, and so MNE's dpss_windows): the sum of squares is 1, a
 * symmetric taper has a positive sum, an antisymmetric one begins with a positive lobe. Equal to scipy's to 1e-10. */
#ifndef BL_FEATURES_DPSS_H
#define BL_FEATURES_DPSS_H

#include <stdbool.h>

#include "baleen/memory.h"

/* The k best tapers [k][n], best first, for a half bandwidth of half_nbw bins of a transform of n (scipy's NW). ratios
 * [k], NULL if not wanted: the share of each one's power that lies in the band.
 * periodic: for spectra, the first n of the tapers of n + 1 samples (scipy's sym=False), whose ratios then are given.
 * BL_E_RANGE unless 0 < half_nbw < n / 2 and 0 < k <= n; of one sample the taper is 1. */
bl_status bl_dpss(bl_ctx *ctx, const char *who, size_t n, double half_nbw, size_t k, bool periodic, double *tapers,
                  double *ratios) BL_MUST_CHECK;
/* Whether there are such tapers, without making them. */
bl_status bl_dpss_check(bl_ctx *ctx, const char *who, size_t n, double half_nbw, size_t k) BL_MUST_CHECK;

/* The first of them as a window, as scipy.signal.get_window(("dpss", half_nbw), n) gives it: 1 in its middle, and of an
 * even number of samples, which have none, below it by n^2 / (n^2 + half_nbw). */
bl_status bl_dpss_window(bl_ctx *ctx, const char *who, size_t n, double half_nbw, bool periodic,
                         double *w) BL_MUST_CHECK;

#endif
