/* extractor_names.h: the names of a whole row, put together from those of its summaries. */
#ifndef BALEEN_EXTRACTOR_NAMES_H
#define BALEEN_EXTRACTOR_NAMES_H

#include "baleen/summary.h"

/* Adds `more` behind `all`, features and blocks, each name as "<branch>.<name>" unless branch is NULL. */
bl_status bl_names_append(bl_ctx *ctx, bl_feature_names *all, const char *branch,
                          const bl_feature_names *more) BL_MUST_CHECK;
/* BL_E_CONFIG when two features have the same name. */
bl_status bl_names_check(bl_ctx *ctx, const bl_feature_names *all) BL_MUST_CHECK;

#endif
