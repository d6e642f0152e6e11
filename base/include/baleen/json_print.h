/* json_print.h: JSON as text in a buffer, whose memory is counted as all of ours is. */
#ifndef BALEEN_JSON_PRINT_H
#define BALEEN_JSON_PRINT_H

#include <jansson.h>

#include "baleen/memory.h"

/* Appends it; flags are jansson's. j NULL, as what could not be made is: BL_E_NOMEM, which names `what`. */
bl_status bl_json_print(bl_ctx *ctx, const json_t *j, size_t flags, const char *what, bl_buf *out) BL_MUST_CHECK;

#endif
