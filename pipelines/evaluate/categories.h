/* categories.h: models of numbers on a table with columns of text. Private to pipelines. */
#ifndef BALEEN_PIPELINES_CATEGORIES_H
#define BALEEN_PIPELINES_CATEGORIES_H

#include "baleen/config.h"

/* Where columns are categories, each model of the config that takes none gets a step in front that makes of each a column
 * for each of its values (one_hot_encoder, which ignores values that it did not learn): part of the model, learnt in each
 * fold, and told in the log. Models that say themselves what becomes of categories are left alone. */
bl_status bl_models_take_categories(bl_ctx *ctx, const bl_config *c, const bl_blocks *blocks) BL_MUST_CHECK;

#endif
