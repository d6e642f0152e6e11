/* yule_walk.h: a recursive filter whose gain goes through given points, by least squares: Friedlander and Porat, IEEE Trans.
 * Aerosp. Electron. Syst. 20 (1984) 158, "The modified Yule-Walker method of ARMA spectral estimation". */
#ifndef BL_FEATURES_YULE_WALK_H
#define BL_FEATURES_YULE_WALK_H

#include "baleen/memory.h"

enum { BL_YULE_WALK_MAX_ORDER = 16 };

/* b and a [order + 1], a[0] = 1: gain[i] at freq[i], 0 to 1 of half the rate, ascending from 0 to 1, straight lines between. The
 * denominator is stable, the numerator of minimum phase. */
bl_status bl_yule_walk(bl_ctx *ctx, size_t order, const double *freq, const double *gain, size_t n, double *b,
                       double *a) BL_MUST_CHECK;

#endif
