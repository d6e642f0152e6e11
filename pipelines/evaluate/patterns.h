/* patterns.h: spatial patterns that an estimator has learnt: how a source shows at the channels. */
#ifndef BL_PATTERNS_H
#define BL_PATTERNS_H

#include "baleen/estimator.h"
#include "baleen/run.h"

/* Of every part of a fitted estimator that holds some (csp, in a chain, in columns, however deep), appended. */
bl_status bl_patterns_add(bl_ctx *ctx, const bl_estimator *e, bl_patterns_list *out) BL_MUST_CHECK;
void bl_patterns_free(bl_ctx *ctx, bl_patterns_list *list);

#endif
