/* turn.h: frames [frame][series] turned into one array a series, [series][frame], as transforms and filters want them.
 *
 * A plain loop over the series reads or writes with a stride that is often a power of two (64 channels, 256 samples):
 * then all its places compete for a few lines of the cache. Here pieces of a few frames are turned at a time, so that
 * each line of the cache is fetched once, whatever the stride. */
#ifndef BL_FEATURES_TURN_H
#define BL_FEATURES_TURN_H

#include <stddef.h>

/* to[c * stride + i] = x[i * width + c] for n frames of `width` series; to and x do not overlap. */
void bl_turn(const float *x, size_t n, size_t width, float *to, size_t stride);
void bl_turn_to_double(const float *x, size_t n, size_t width, double *to, size_t stride);

#endif
