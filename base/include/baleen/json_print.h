/* json_print.h: JSON as text in a buffer, whose memory is counted as all of ours is. */
#ifndef BALEEN_JSON_PRINT_H
#define BALEEN_JSON_PRINT_H

#include <jansson.h>

#include "baleen/memory.h"

/* Appends it; flags are jansson's. j NULL, as what could not be made is: BL_E_NOMEM, which names `what`. */
bl_status bl_json_print(bl_ctx *ctx, const json_t *j, size_t flags, const char *what, bl_buf *out) BL_MUST_CHECK;
/* A text, of any bytes as names of files are; those that are no UTF-8 become U+FFFD. NULL is null. Returns NULL when
 * memory ran out. */
json_t *bl_json_text(bl_ctx *ctx, const char *text);

#endif
