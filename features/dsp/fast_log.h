/* fast_log.h: logarithms of blocks of float32, written so that compilers vectorise them. */
#ifndef BL_FEATURES_FAST_LOG_H
#define BL_FEATURES_FAST_LOG_H

#include <stddef.h>

/* y[i] = scale * ln(max(x[i], least)) + shift, within 2 units in the last place of float32 of scale * ln(..). NaN stays
 * NaN, infinity gives infinity. least must be a normal number. x and y may be the same. */
void bl_fast_log(const float *x, float *y, size_t n, float least, double scale, double shift);

#endif
