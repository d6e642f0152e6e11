/* fast_tanh.h: hyperbolic tangents of blocks of doubles, written so that compilers vectorise them. */
#ifndef BL_FEATURES_FAST_TANH_H
#define BL_FEATURES_FAST_TANH_H

#include <stddef.h>

/* x[i] becomes tanh(x[i]), within 1e-14; a NaN becomes 1. */
void bl_fast_tanh(double *x, size_t n);

#endif
