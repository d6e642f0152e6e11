/* tail.h: the last frames of a run, from which what is put behind its end is made (bl_padding). */
#ifndef BL_TAIL_H
#define BL_TAIL_H

#include "baleen/extractor.h"

typedef struct bl_tail {
  float *v; /* the last n frames of those that came, room for two times most */
  size_t n, most, width;
} bl_tail;
/* A new run, of which at most so many frames will be asked for. Keeps its room. */
bl_status bl_tail_begin(bl_ctx *ctx, bl_tail *t, size_t width, size_t most) BL_MUST_CHECK;
void bl_tail_add(bl_tail *t, const float *x, size_t n);
/* The frames of a segment from number m on, of which the run held the first m; to the extractor's input k, in lots. */
bl_status bl_tail_pad(bl_ctx *ctx, const bl_tail *t, bl_fill rule, size_t m, size_t n_frames, bl_extractor *e,
                      size_t k) BL_MUST_CHECK;
void bl_tail_free(bl_ctx *ctx, bl_tail *t);

#endif
