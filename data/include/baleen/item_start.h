/* item_start.h: when the recordings of a list began, for tables whose onsets are times of the clock. A header is looked at
 * only where a row asks for it, and of what comes but once (pcm:..:-) nothing is read. */
#ifndef BL_ITEM_START_H
#define BL_ITEM_START_H

#include "baleen/source.h"

typedef struct bl_item_starts {
  const bl_items *items;
  const bl_item *one;        /* the recording that the table is of; NULL: rows name theirs, or there is but one */
  const char *start_pattern; /* as bl_opening has it */
  const bl_item *known;      /* whose start this is, "" when it is not known */
  char start[40];
} bl_item_starts;
/* start_of of bl_annotation_reading; user: bl_item_starts. */
bl_status bl_item_start(void *user, bl_ctx *ctx, const char *file, const char **start) BL_MUST_CHECK;

#endif
