/* squares.h: the energy of a frame. */
#ifndef BL_FEATURES_SQUARES_H
#define BL_FEATURES_SQUARES_H

#include <stddef.h>

/* Sum of x^2 in double precision: eight sums side by side, always folded in the same order. */
double bl_squares(const float *x, size_t n);

#endif
