/* running.h: exponential running means whose start-up is no guess: the weights are those of the values that were there.
 *
 * The mean of x[0..t] with weights (1 - a)^(t - i), divided by their sum: pandas' ewm(adjust=True). One value gives
 * itself, two their weighted mean, and so on; there is no warm-up to wait for. */
#ifndef BL_FEATURES_RUNNING_H
#define BL_FEATURES_RUNNING_H

#include <math.h>

/* The a of a time constant: after time_s, a value weighs 1/e. */
static inline double bl_running_alpha(double time_s, double rate_hz) { return -expm1(-1 / (time_s * rate_hz)); }
/* *weight, the sum of weights, starts at 0. Counts one more value in; the mean moves by (x - mean) / *weight. */
static inline void bl_running_count(double *weight, double alpha) { *weight = 1 + (1 - alpha) * *weight; }

#endif
