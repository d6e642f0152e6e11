/* ransac.h: how well channels are foretold from draws of the others. */
#ifndef BL_FEATURES_RANSAC_H
#define BL_FEATURES_RANSAC_H

#include "baleen/memory.h"

/* n_draws draws of n_drawn of the n electrodes at the unit vectors `at` [n][3], subsets [draw][n_drawn]. For each window of
 * `length` frames of x [n_windows * length][n] and each electrode, corr [window][n]: sum x y / sqrt(sum x^2 sum y^2), y the
 * median over the draws of the spline through the electrodes drawn (stiffness 4, 50 terms, 1e-5 on the diagonal). NAN where a
 * channel or all that is foretold of it is 0. */
bl_status bl_ransac_correlations(bl_ctx *ctx, const double *at, size_t n, const size_t *subsets, size_t n_draws,
                                 size_t n_drawn, const double *x, size_t n_windows, size_t length,
                                 double *corr) BL_MUST_CHECK;

#endif
