/* box_sum.h: sums of the last frames of a stream, value by value, in a time that does not grow with their number.
 *
 * The run is cut into blocks of `frames` frames. Of the block before, the sums from each of its frames to its end are
 * kept, of the present one that of all its frames so far: one of the former and the latter are any sum over at most
 * `frames` frames (van Herk, Pattern Recogn. Lett. 13 (1992) 517-521, has it for maxima). Nothing is ever taken off
 * again, so that what comes out depends on the frames summed and on where blocks begin, and on nothing before. */
#ifndef BL_FEATURES_BOX_SUM_H
#define BL_FEATURES_BOX_SUM_H

#include "baleen/memory.h"

typedef struct bl_box_sum {
  size_t frames, width;
  uint64_t total; /* frames taken */
  float *x;       /* ring of `frames` frames */
  double *now;    /* sum of the present block's frames */
  double *ends;   /* [frame of the block before][width]: sums from there to its end */
  double *sum;
  bool closed; /* ends are those of the present block, which will not grow */
} bl_box_sum;

bl_status bl_box_sum_init(bl_ctx *ctx, const char *who, size_t frames, size_t width, bl_box_sum *b) BL_MUST_CHECK;
void bl_box_sum_reset(bl_box_sum *b);
void bl_box_sum_add(bl_box_sum *b, const float *x);
/* The sums [width] of frame `first` to the last one taken, at most `frames` of them. Where first lies behind the present
 * block's first frame, no more may be added: the run is over. */
const double *bl_box_sum_from(bl_box_sum *b, uint64_t first);
void bl_box_sum_release(bl_ctx *ctx, bl_box_sum *b); /* zeroed is fine */

#endif
