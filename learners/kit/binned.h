/* binned.h: the columns of rows as small whole numbers in order of size, which is what trees look at. A column of no more
 * different values than there may be bins has one bin for each value, and no split is lost; else bins hold about as many
 * rows each (quantiles). Missing values have a code of their own, behind the last bin. */
#ifndef BL_LEARNERS_BINNED_H
#define BL_LEARNERS_BINNED_H

#include "baleen/matrix.h"

enum { BL_BINNED_MOST = 65535 };

typedef struct bl_binned {
  size_t rows, cols;
  uint16_t *code;    /* [col][row] */
  size_t *first;     /* [cols + 1]: where the bins of a column begin in low and high */
  float *low, *high; /* least and largest value of each bin */
} bl_binned;

/* Of at most `most` bins a column, up to BL_BINNED_MOST. Over the pool, column by column. */
bl_status bl_binned_new(bl_ctx *ctx, const bl_cmat *X, size_t most, bl_binned *out) BL_MUST_CHECK;
void bl_binned_free(bl_ctx *ctx, bl_binned *b);
static inline size_t bl_binned_count(const bl_binned *b, size_t col) { return b->first[col + 1] - b->first[col]; }
/* What parts bins `left` and `right` of a column, left < right: half way between the largest value of the one and the least of
 * the other; x <= it goes left. */
float bl_binned_between(const bl_binned *b, size_t col, size_t left, size_t right);

#endif
