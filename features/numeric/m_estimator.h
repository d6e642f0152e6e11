/* m_estimator.h: robust covariances: samples far from the rest (in the covariance's own metric) weigh less.
 *
 * C <- sum_t w(x_t' C^-1 x_t) x_t x_t' / T, from the plain covariance on, until its relative change (Frobenius) is at most
 * 0.01, as pyRiemann 0.11 has it, at most 50 times. The weights of a squared distance d of p channels:
 *   hub  min(1, c / d) / b, c the quantile 0.9 of chi^2_p over 2, b = F(2c; p + 1) + 0.1 c / p   Huber
 *   stu  (2p + 5) / (5 + 2d)                                                                     Student's t, 5 degrees
 *   tyl  p / d; the result is scaled to the trace p                                              Tyler
 * Ollila, Palomar and Pascal, IEEE Trans. Signal Process. 69 (2021) 256-269. */
#ifndef BL_FEATURES_M_ESTIMATOR_H
#define BL_FEATURES_M_ESTIMATOR_H

#include "baleen/memory.h"

typedef enum bl_m_kind { BL_M_HUBER, BL_M_STUDENT, BL_M_TYLER } bl_m_kind;

/* c [p x p] holds the plain covariance of the centred samples x [n x p] and becomes the robust one. BL_E_RANGE, named
 * after `who`, when it is singular on the way: flat or dependent channels, or no more samples than channels. NaN in c
 * stays. */
bl_status bl_m_estimate(bl_ctx *ctx, const char *who, bl_m_kind kind, const double *x, size_t n, size_t p,
                        double *c) BL_MUST_CHECK;

#endif
