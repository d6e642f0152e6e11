/* twins.h: rows that are the same, or nearly, on the two sides of a split. A recording that was saved twice, cut twice or
 * encoded again stands in several groups and yet is one: what is tested was learnt.
 *
 * Equal rows are found by a hash of their numbers and then compared. Near ones lie closer together than rows of different
 * groups ever would by chance: a sample of rows tells how far their neighbours in other groups are (the fifth and the
 * tenth nearest, whose ratio gives the dimension that the rows fill: Levina and Bickel 2004), and from that the distance
 * within which fewer than one row in twenty of all such tables would find another by chance; it is at most a tenth of the
 * way to a usual neighbour. Candidates come from a grid over random directions, put up afresh several times (Datar et al.
 * 2004), and are then measured. Cost and room grow with the rows, not with their pairs. */
#ifndef BL_TWINS_H
#define BL_TWINS_H

#include "baleen/run.h"

/* Beyond so many numbers (400 MB of them) near rows are not looked for, which is told by too_many. */
#define BL_TWINS_NUMBERS ((size_t)100 * 1000 * 1000)

bl_status bl_twins_find(bl_ctx *ctx, const bl_problem *p, const bl_folds *folds, bl_twins *out) BL_MUST_CHECK;

/* ---- twins_near.c ------------------------------------------------------------------------------------------------ */

typedef struct bl_row_pair {
  uint32_t a, b; /* a < b, rows of the problem */
} bl_row_pair;
typedef struct bl_row_pairs {
  bl_row_pair *v; /* ascending, each once */
  size_t n, cap;
} bl_row_pairs;
/* Pairs of rows of different groups (leaks: of any) that are nearly equal, but not equal. None where too few rows tell
 * what is usual. */
bl_status bl_near_rows(bl_ctx *ctx, const bl_problem *p, bool leaks, bl_row_pairs *out) BL_MUST_CHECK;
/* Equal to the bit, but that 0 is -0 and all that is no number is one. */
bool bl_rows_equal(const float *a, const float *b, size_t n);

#endif
