/* filter_bank.h: sums of weighted bins, many of each frame, where a filter weighs a few neighbouring bins alone.
 *
 * Only the bins that a filter reaches are stored and summed, in double precision and always in the same order, four
 * frames side by side, so that each weight is fetched once for all of them. */
#ifndef BL_FEATURES_FILTER_BANK_H
#define BL_FEATURES_FILTER_BANK_H

#include "baleen/memory.h"

typedef struct bl_filter {
  size_t first, n, at; /* first bin, count of bins, where its weights begin: n of them, then zeros to a whole vector */
} bl_filter;
typedef struct bl_filter_bank {
  size_t n_bins, n_filters, cap; /* filters there are; there is room for */
  bl_filter *filter;
  double *weights, *frames; /* frames: four of them, widened */
  size_t n_weights, cap_weights;
} bl_filter_bank;

/* Room for n_filters of n_bins each; they are then added one by one. */
bl_status bl_filter_bank_init(bl_ctx *ctx, const char *who, size_t n_bins, size_t n_filters,
                              bl_filter_bank *b) BL_MUST_CHECK;
/* The next filter weighs the n bins from `first` on. n 0: it is always 0. */
bl_status bl_filter_bank_add(bl_ctx *ctx, const char *who, bl_filter_bank *b, size_t first, size_t n,
                             const double *weights) BL_MUST_CHECK;
/* x [n][n_bins] -> y [n][n_filters]. A value that is not finite shows in the filters that reach it, and in no other. */
void bl_filter_bank_run(bl_filter_bank *b, const float *x, size_t n, float *y);
void bl_filter_bank_release(bl_ctx *ctx, bl_filter_bank *b); /* zeroed is fine */

#endif
