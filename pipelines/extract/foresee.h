/* foresee.h: the rows that a recording will give, as its header, its events and the segments tell, before a sample of it
 * is read: how many, with which labels. Only what samples decide (rejection, NaN) is not seen, and leaves rows out. */
#ifndef BL_FORESEE_H
#define BL_FORESEE_H

#include "baleen/common_runs.h"
#include "baleen/run.h"
#include "baleen/source.h"

/* The segments of one recording. Labels are numbers into `labels`. */
typedef struct bl_foresight {
  bl_texts labels;
  struct bl_foreseen {
    double start_s, end_s;
    size_t label;
  } * v;
  size_t n, cap;
  bool cut; /* there are more: a long recording's are not all counted */
} bl_foresight;
/* *out is overwritten. Nothing is foreseen where no model is to learn from the rows. */
bl_status bl_foresee(bl_ctx *ctx, const bl_config *c, const bl_common_runs *runs, double rate_hz,
                     const bl_event *events, size_t n, bl_foresight *out) BL_MUST_CHECK;
void bl_foresight_free(bl_ctx *ctx, bl_foresight *f);
/* The rows that these segments of `item` make, behind those of *rows, which has no features. */
bl_status bl_foresight_add(bl_ctx *ctx, const bl_foresight *f, const bl_item *item, bl_dataset *rows) BL_MUST_CHECK;

#endif
