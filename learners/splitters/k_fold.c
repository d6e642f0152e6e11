/* k folds of neighbouring rows (of shuffled rows when asked); the first n mod k folds get one row more. */
#include "split_private.h"

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  const bl_n_splits_params *p = params;
  size_t k = (size_t)p->n_splits;
  bl_status few = bl_check_enough(ctx, "k_fold", "rows", d->n, k);
  if (few) return few;
  bl_rng r = bl_rng_make((uint64_t)p->random_state, "k_fold", 0);
  uint32_t *order;
  bl_status e = bl_order_new(ctx, d->n, p->shuffle ? &r : NULL, &order);
  size_t at = 0;
  for (size_t i = 0; !e && i < k; i++) {
    size_t take = d->n / k + (i < d->n % k);
    e = bl_folds_add(ctx, out, d->n, order + at, take);
    at += take;
  }
  bl_free(ctx, order);
  return e;
}

const bl_splitter_class bl_splitter_k_fold = {
    .name = "k_fold",
    .summary = "Folds of neighbouring rows, each tested once",
    .source = "scikit-learn KFold",
    .opts = bl_n_splits_opts,
    .params_size = sizeof(bl_n_splits_params),
    .split = split,
};
