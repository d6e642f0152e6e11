/* finite.h: whether a block holds a NaN or an infinity, at the speed of memory. */
#ifndef BL_FEATURES_FINITE_H
#define BL_FEATURES_FINITE_H

#include <stdbool.h>
#include <stddef.h>

bool bl_all_finite(const double *v, size_t n);
bool bl_all_finite_f32(const float *v, size_t n);

#endif
