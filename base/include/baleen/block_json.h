/* block_json.h: blocks as JSON, the same in features.json and in model files: a list of
 *   {"name": "cov", "form": "triangle", "dims": [3], "first": 0, "columns": 6, "unit": "uV^2", "source": "fir > cov"}
 * where columns of several units have "units" in place of "unit", one for each. */
#ifndef BALEEN_BLOCK_JSON_H
#define BALEEN_BLOCK_JSON_H

#include <jansson.h>

#include "baleen/block.h"

/* A new list, or NULL when memory ran out or a text is not UTF-8. */
json_t *bl_blocks_to_json(const bl_blocks *b);
/* BL_E_FORMAT, beginning with `where`, unless it is such a list, whose blocks follow each other from column 0 on. NULL
 * gives none. *out is overwritten, empty on failure. */
bl_status bl_blocks_from_json(bl_ctx *ctx, const char *where, const json_t *list, bl_blocks *out) BL_MUST_CHECK;

#endif
