/* dataset_private.h: names of the columns that every rows.csv has. */
#ifndef BL_DATA_DATASET_PRIVATE_H
#define BL_DATA_DATASET_PRIVATE_H

#include "baleen/dataset.h"

extern const char *const bl_row_columns[]; /* NULL-terminated, in the order of rows.csv */
/* BL_E_CONFIG when a further column bears the name of one of those, or two bear the same. */
bl_status bl_extra_names_check(bl_ctx *ctx, const bl_texts *extra) BL_MUST_CHECK;

#endif
