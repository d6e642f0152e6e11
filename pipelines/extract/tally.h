/* tally.h: which labels events bear and how often, for messages about labels that were asked for and are not there. */
#ifndef BL_TALLY_H
#define BL_TALLY_H

#include "baleen/segment.h"

typedef struct bl_tally {
  bl_texts labels; /* sorted, each once */
  size_t *count;
} bl_tally;
/* *out is overwritten. */
bl_status bl_tally_events(bl_ctx *ctx, const bl_event *v, size_t n, bl_tally *out) BL_MUST_CHECK;
/* The sum of n tallies; *out is overwritten. */
bl_status bl_tally_sum(bl_ctx *ctx, const bl_tally *const *v, size_t n, bl_tally *out) BL_MUST_CHECK;
void bl_tally_free(bl_ctx *ctx, bl_tally *t);

/* Says in *text which of the names asked for no event bears, with the nearest and the labels there are; nothing when
 * all occur. *matched: some event is asked for. */
bl_status bl_tally_missing(bl_ctx *ctx, const bl_asked *asked, const bl_tally *there, bl_buf *text,
                           bool *matched) BL_MUST_CHECK;

#endif
