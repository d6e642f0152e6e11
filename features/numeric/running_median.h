/* running_median.h: the median of a window that moves, of which one value goes as another comes. The values are kept in
 * order; where one replaces another, those between them move by a place, few where neighbours are alike. What is in the
 * window alone decides, not how it came there. NaN counts as infinity. */
#ifndef BL_FEATURES_RUNNING_MEDIAN_H
#define BL_FEATURES_RUNNING_MEDIAN_H

#include <stddef.h>

/* Sorts the n values of a window that begins. */
void bl_running_median_begin(float *sorted, size_t n);
/* `gone`, one of them, goes and `come` comes. */
void bl_running_median_replace(float *sorted, size_t n, float gone, float come);
/* n odd. */
static inline float bl_running_median(const float *sorted, size_t n) { return sorted[n / 2]; }

#endif
