/* select.h: order statistics. */
#ifndef BL_FEATURES_SELECT_H
#define BL_FEATURES_SELECT_H

#include <stddef.h>

/* Moves the k smallest of v to its beginning, 0 < k < n, in no order; nothing may be NaN (Hoare's FIND, 1961). */
void bl_select(float *v, size_t n, size_t k);
/* As numpy.median: the mean of the two in the middle of an even number; v is moved about; NAN where something is. n > 0. */
double bl_median(float *v, size_t n);
/* The same median of doubles, which it sorts (baleen/sort.h); none of them is NaN. n > 0. */
double bl_median_by_sort(double *v, size_t n);

#endif
