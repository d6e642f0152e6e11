/* part.h: what one recording, or a piece of a long one, gives to a run: its rows, what was left out and why, how it
 * fared. A part is made whole or not at all; until its turn comes to be joined to the others, its numbers lie in a file
 * when they are many. */
#ifndef BL_PART_H
#define BL_PART_H

#include "survey.h"

typedef struct bl_run_part {
  bl_dataset rows;    /* without features as long as there are no rows */
  bl_outcome outcome; /* its recording's name and message are there once the part is closed */
  size_t cap_dropped;
  double passed_over_s;     /* of pieces that were not read, since they hold no segment */
  bl_status skipped;        /* why the first segment that gave nothing did so */
  char *skipped_text, *why; /* why: of a failure, by the outcome's status */
  bl_warned told;           /* what the recording was warned of, each once */
  bool silenced;            /* events would label rows, but the source says that they do not */
} bl_run_part;
/* Piece `piece` of recording `item` of the survey. The recording's own failure is its outcome; what is returned ends the
 * run. path: beside which file rows may lie meanwhile, NULL: in memory. named: rows bring the names of their features and
 * columns, which the first rows of a run must, and no others. */
bl_status bl_part_make(bl_ctx *ctx, bl_survey *survey, size_t item, size_t piece, const char *path, bool named,
                       bl_run_part *out) BL_MUST_CHECK;
/* The recording's next piece behind those that `p` has, an empty part at first; `more` is empty afterwards. */
bl_status bl_part_add(bl_ctx *ctx, bl_run_part *p, bl_run_part *more) BL_MUST_CHECK;
/* All pieces are there: how the recording fared, with a warning when it failed. */
bl_status bl_part_close(bl_ctx *ctx, const bl_survey *survey, size_t item, bl_run_part *p) BL_MUST_CHECK;
void bl_part_free(bl_ctx *ctx, bl_run_part *p);
void bl_outcome_free(bl_ctx *ctx, bl_outcome *o);
void bl_dropped_free(bl_ctx *ctx, bl_dropped *v, size_t n);

#endif
