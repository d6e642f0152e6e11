/* outputs.h: no command writes over what it reads, nor one of its results over another. */
#ifndef BL_OUTPUTS_H
#define BL_OUTPUTS_H

#include "baleen/memory.h"

/* BL_E_ARG, beginning with `who`, when one of `out` is one of `in` or another of `out`: the same file, by whatever name
 * or link, or, where there is none yet, the same name in the same folder. Raw samples (pcm:..:FILE) are their file. */
bl_status bl_outputs_check(bl_ctx *ctx, const char *who, const bl_texts *in, const bl_texts *out) BL_MUST_CHECK;
/* The same for one input and one output, which may be NULL. */
bl_status bl_output_check(bl_ctx *ctx, const char *who, const char *in, const char *out) BL_MUST_CHECK;
/* What takes long asks first: BL_E_IO, beginning with `who`, when there is no folder for `out`, or none that can be
 * written to. */
bl_status bl_output_has_place(bl_ctx *ctx, const char *who, const char *out) BL_MUST_CHECK;

#endif
