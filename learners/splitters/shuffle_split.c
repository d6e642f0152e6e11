/* Independent random splits: each draws its test rows anew. test_size below 1 is a share, rounded up; else a count. */
#include "split_private.h"

static const bl_opt opts[] = {BL_INT(bl_shuffle_params, n_splits, "10", 1, 1e9, "", "Number of splits"),
                              BL_REAL_ABOVE(bl_shuffle_params, test_size, "0.1", 0, 1e9, "",
                                            "Share of the rows to test (below 1), or their number"),
                              BL_INT(bl_shuffle_params, random_state, "0", 0, 9007199254740992, "", "Seed"),
                              BL_OPT_END};

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  const bl_shuffle_params *p = params;
  size_t n_test;
  bl_status e = bl_test_count(ctx, "shuffle_split", "rows", p->test_size, d->n, &n_test);
  for (size_t i = 0; !e && i < (size_t)p->n_splits; i++) {
    bl_rng r = bl_rng_make((uint64_t)p->random_state, "shuffle_split", i);
    uint32_t *order;
    e = bl_order_new(ctx, d->n, &r, &order);
    if (!e) e = bl_folds_add(ctx, out, d->n, order, n_test);
    bl_free(ctx, order);
  }
  return e;
}

const bl_splitter_class bl_splitter_shuffle_split = {
    .name = "shuffle_split",
    .summary = "Random rows to test, drawn anew for each split",
    .source = "scikit-learn ShuffleSplit",
    .opts = opts,
    .params_size = sizeof(bl_shuffle_params),
    .split = split,
};
