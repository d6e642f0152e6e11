/* stream_choice.h: which of a recording's streams each input of a recipe is made of; the first half of selection.h. */
#ifndef BL_STREAM_CHOICE_H
#define BL_STREAM_CHOICE_H

#include "selection.h"

/* which[bl_recipe_n_inputs()] is written. Errors as those of bl_selection_make(). */
bl_status bl_choose_streams(bl_ctx *ctx, const bl_config *config, const bl_rec_stream *streams, size_t n_streams,
                            const bl_wanted *wanted, size_t *which) BL_MUST_CHECK;

#endif
