/* some_rows.h: some of the rows of data, with all that goes with them: a side of a fold, what a child is taught. */
#ifndef BL_LEARNERS_SOME_ROWS_H
#define BL_LEARNERS_SOME_ROWS_H

#include "baleen/estimator.h"

typedef struct bl_some_rows {
  bl_data d; /* y, weight, group and time of these rows alone; X by an index; names and blocks are borrowed */
  uint32_t *index;
  double *y, *weight, *time;
  int32_t *group;
} bl_some_rows;
/* Rows of d by their numbers there. Rows of weight zero are no rows (as bl_fit() has it) unless `all` are wanted, say to be
 * predicted. To be freed also after a failure. */
bl_status bl_some_rows_take(bl_ctx *ctx, const bl_data *d, const uint32_t *row, size_t n, bool all,
                            bl_some_rows *s) BL_MUST_CHECK;
void bl_some_rows_free(bl_ctx *ctx, bl_some_rows *s);

#endif
