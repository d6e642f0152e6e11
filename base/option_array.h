/* option_array.h: options that hold an array, for option.c. */
#ifndef BL_OPTION_ARRAY_H
#define BL_OPTION_ARRAY_H

#include "baleen/option.h"

/* Into the zeroed array at `out`: a path, or nested lists. *bad says that the text is at fault, not the memory. */
bl_status bl_array_parse(bl_ctx *ctx, const bl_flow *f, bl_array *out, bool *bad) BL_MUST_CHECK;
/* The path, or the numbers as nested lists. */
bl_status bl_array_print(bl_ctx *ctx, const bl_array *a, bl_buf *out) BL_MUST_CHECK;

#endif
