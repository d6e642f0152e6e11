/* repeated.h: a splitter made of another one, which is run again and again with its rows in another order. */
#ifndef BL_LEARNERS_REPEATED_H
#define BL_LEARNERS_REPEATED_H

#include "split_private.h"

typedef struct bl_repeated_params {
  int64_t n_splits, n_repeats, random_state;
} bl_repeated_params;
extern const bl_opt bl_repeated_opts[];

/* The folds of the splitter `of`, shuffled, n_repeats times. */
bl_status bl_split_again(bl_ctx *ctx, const char *of, const bl_repeated_params *p, const bl_split_data *d,
                         bl_folds *out) BL_MUST_CHECK;

#endif
