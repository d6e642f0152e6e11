/* geometric_median.h: the point whose distances to all others sum up to the least: a mean that few strays do not move. */
#ifndef BL_FEATURES_GEOMETRIC_MEDIAN_H
#define BL_FEATURES_GEOMETRIC_MEDIAN_H

#include "baleen/memory.h"

/* Of n points v [n][width], n > 0, all finite, to y [width]; by Weiszfeld's iteration with the step of Vardi and Zhang (PNAS 97
 * (2000) 1423) at a point of the data, until it moves by less than 1e-9 of where it lies, at most 500 times. */
bl_status bl_geometric_median(bl_ctx *ctx, const double *v, size_t n, size_t width, double *y) BL_MUST_CHECK;

#endif
