/* match.h: which row of a table, or which annotation, speaks of which recording. Private to the data layer. */
#ifndef BL_DATA_MATCH_H
#define BL_DATA_MATCH_H

#include "baleen/annotation.h"
#include "baleen/table.h"
#include "path.h"

#define BL_NO_ITEM BL_NOBODY

/* Recordings, to be looked up by what tables call them. Borrows `found`. */
typedef struct bl_match {
  const bl_found *found;
  struct bl_match_key *key;
  size_t n;
} bl_match;
bl_status bl_match_new(bl_ctx *ctx, const bl_found *found, bl_match *out) BL_MUST_CHECK;
void bl_match_free(bl_ctx *ctx, bl_match *m);

/* The recording that `text`, found in a table in `folder`, means: its path from that folder, its name, or its file name
 * with the folders that are given before it, as bl_annotation_names() has it; each with the extension or without.
 * *item is BL_NO_ITEM when it means none of them. `where` ("labels.csv:7") begins the message: BL_E_CONFIG when several
 * fit. */
bl_status bl_match_look(bl_ctx *ctx, const bl_match *m, const char *where, const char *folder, const char *text,
                        size_t *item) BL_MUST_CHECK;
/* BL_OK when a text that means none of the recordings means a file that is there and was not asked for, else
 * BL_E_CONFIG. */
bl_status bl_match_missing(bl_ctx *ctx, const bl_match *m, const char *where, const char *folder,
                           const char *text) BL_MUST_CHECK;
/* Whose each of a table's annotations is: owner[i], BL_NO_ITEM for those of other recordings. See
 * bl_annotations_deal(). */
bl_status bl_match_deal(bl_ctx *ctx, const bl_match *m, const char *table, const bl_annotations *all,
                        size_t *owner) BL_MUST_CHECK;
/* The row of each recording, BL_NO_ITEM where the table has none; two rows for one recording: BL_E_CONFIG. */
bl_status bl_match_rows(bl_ctx *ctx, const bl_match *m, const bl_table *t, const char *path_column,
                        size_t **row_of) BL_MUST_CHECK;

#endif
