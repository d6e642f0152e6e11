/* part.h: what one recording gives to a run: its rows, what was left out and why, how it fared. A part is made whole or
 * not at all; until its turn comes to be joined to the others, its numbers lie in a file when they are many. */
#ifndef BL_PART_H
#define BL_PART_H

#include "survey.h"

typedef struct bl_run_part {
  bl_dataset rows; /* without features as long as there are no rows */
  bl_outcome outcome;
  bool silenced; /* events would label rows, but the source says that they do not */
} bl_run_part;
/* Recording `item` of the survey. Its own failure is its outcome; what is returned ends the run. path: beside which
 * file rows may lie meanwhile, NULL: in memory. */
bl_status bl_part_make(bl_ctx *ctx, bl_survey *survey, size_t item, const char *path, bl_run_part *out) BL_MUST_CHECK;
void bl_part_free(bl_ctx *ctx, bl_run_part *p);
void bl_outcome_free(bl_ctx *ctx, bl_outcome *o);
void bl_dropped_free(bl_ctx *ctx, bl_dropped *v, size_t n);

#endif
