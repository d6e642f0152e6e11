/* extract_parts.h: a run's recordings while they are read: extract.c reads them, agree.c sees that they make one
 * table. */
#ifndef BL_EXTRACT_PARTS_H
#define BL_EXTRACT_PARTS_H

#include <stdatomic.h>

#include "extract.h"

/* What one item gave, until all are put together. */
typedef struct bl_part_of_run {
  bl_dataset rows;
  bool has_rows; /* rows was made */
  bl_recording_job job;
  bl_dropped *dropped;
  size_t n_dropped, cap_dropped;
  bl_status status;
  char *message;
  bl_status skipped; /* why the first segment that gave nothing did so */
  char *skipped_text;
  bool told;     /* of its failure */
  bool silenced; /* events would label rows, but the source says that they do not */
} bl_part_of_run;

typedef struct bl_extraction_job {
  const bl_config *config;
  const bl_items *items;
  bl_part_of_run *parts;
  const bl_wanted *wanted; /* NULL at first: each as it is */
  size_t *odd, n_odd;      /* with `wanted`: the items to do again */
  atomic_size_t done;
} bl_extraction_job;

/* Item k of a bl_extraction_job, for the pool. Its failure is its own. */
bl_status bl_extract_item(bl_ctx *ctx, void *job, size_t k) BL_MUST_CHECK;

/* ---- agree.c
 * ---------------------------------------------------------------------------------------------------------- */

/* True when a recording failed before anything was read of it: taken by the channels of the others it may do. */
bool bl_may_agree(const bl_part_of_run *p);
/* One recording decides which channels, in which order, at which rate: one of the most common kind, *model; the number
 * of items when none gave rows. Others are done again as `predict` would do them, and fail, each by its name, where
 * that cannot be. */
bl_status bl_agree(bl_ctx *ctx, bl_extraction_job *j, size_t *model) BL_MUST_CHECK;

#endif
