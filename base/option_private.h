/* option_private.h: what the files of options share. option.c finds, sets and completes; option_value.c copies, compares
 * and releases; option_text.c prints, and says what is wrong; option_array.c does all of these for arrays. */
#ifndef BL_OPTION_PRIVATE_H
#define BL_OPTION_PRIVATE_H

#include "baleen/option.h"

static inline void *bl_opt_place(void *params, const bl_opt *o) { return (char *)params + o->offset; }
static inline const void *bl_opt_const_place(const void *params, const bl_opt *o)
{
  return (const char *)params + o->offset;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* Bytes that a value of this kind takes in its place; what it points to is not counted. */
size_t bl_opt_size(bl_opt_kind kind);
/* Frees what one value holds and leaves it empty. */
void bl_opt_release(bl_ctx *ctx, const bl_opt *o, void *at);

/* ---- messages ---------------------------------------------------------------------------------------------------- */

/* These fail always, with BL_E_CONFIG unless memory runs out. */
bl_status bl_opt_unknown(bl_ctx *ctx, const char *who, const bl_opt *table, const char *name) BL_MUST_CHECK;
bl_status bl_opt_refuse(bl_ctx *ctx, const char *who, const bl_opt *o, const char *text) BL_MUST_CHECK;
/* Entry k of a list or map, of which `at` (itself, or a number in it) is at fault. */
bl_status bl_opt_refuse_entry(bl_ctx *ctx, const char *who, const bl_opt *o, const bl_flow *value, size_t k,
                              const bl_flow *at, const char *fault) BL_MUST_CHECK;
/* A list or map where one value is wanted. */
bl_status bl_opt_not_one_value(bl_ctx *ctx, const char *who, const bl_opt *table, const bl_opt *o,
                               const bl_flow *value) BL_MUST_CHECK;

/* ---- arrays ------------------------------------------------------------------------------------------------------ */

/* Into the zeroed array at `out`: a path, or nested lists. *bad says that the text is at fault, not the memory. */
bl_status bl_array_parse(bl_ctx *ctx, const bl_flow *f, bl_array *out, bool *bad) BL_MUST_CHECK;
/* The path, or the numbers as nested lists. */
bl_status bl_array_print(bl_ctx *ctx, const bl_array *a, bl_buf *out) BL_MUST_CHECK;

#endif
