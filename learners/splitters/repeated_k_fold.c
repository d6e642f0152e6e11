/* k_fold with its rows shuffled, again and again: each row is tested once in every repeat. */
#include "repeated.h"

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  return bl_split_again(ctx, "k_fold", params, d, out);
}

const bl_splitter_class bl_splitter_repeated_k_fold = {
    .name = "repeated_k_fold",
    .summary = "K folds of shuffled rows, dealt again and again",
    .source = "scikit-learn RepeatedKFold",
    .opts = bl_repeated_opts,
    .params_size = sizeof(bl_repeated_params),
    .split = split,
};
