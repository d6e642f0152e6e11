/* calibration.h: curves that turn scores into probabilities. */
#ifndef BL_LEARNERS_CALIBRATION_H
#define BL_LEARNERS_CALIBRATION_H

#include "baleen/context.h"

/* p = 1 / (1 + exp(a z + b)), fitted to n scores z by maximum likelihood against targets that are drawn in from 0 and 1 as far
 * as the numbers of rows say (Platt 1999; Lin, Lin and Weng 2007). Of two sides (positive[i] != 0 or not) each has weight. */
bl_status bl_sigmoid_curve(bl_ctx *ctx, size_t n, const double *z, const double *positive, const double *weight,
                           double *a, double *b) BL_MUST_CHECK;
double bl_sigmoid_at(double a, double b, double z);

/* The rising steps nearest to the targets (pool adjacent violators), by the points between which it runs straight: x ascending
 * [at most n], y; *m how many. Scores within 1e-15 are one, with their mean. Barlow et al. 1972; scikit-learn IsotonicRegression. */
bl_status bl_isotonic_curve(bl_ctx *ctx, size_t n, const double *z, const double *positive, const double *weight,
                            double *x, double *y, size_t *m) BL_MUST_CHECK;
/* Outside of its points it goes on level. */
double bl_isotonic_at(const double *x, const double *y, size_t m, double z);

#endif
