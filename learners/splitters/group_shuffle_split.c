/* Independent random splits of whole groups. test_size counts groups: below 1 a share, rounded up; else a number. */
#include "split_private.h"

static const bl_opt opts[] = {BL_INT(bl_shuffle_params, n_splits, "5", 1, 1e9, "", "Number of splits"),
                              BL_REAL_ABOVE(bl_shuffle_params, test_size, "0.2", 0, 1e9, "",
                                            "Share of the groups to test (below 1), or their number"),
                              BL_INT(bl_shuffle_params, random_state, "0", 0, 9007199254740992, "", "Seed"),
                              BL_OPT_END};

/* The rows of the first n_test groups of a random order. */
static bl_status add_split(bl_ctx *ctx, const bl_coded *g, size_t n, size_t n_test, bl_rng *r, bl_folds *out)
{
  uint32_t *order = NULL, *test = bl_calloc(ctx, n, sizeof *test);
  uint8_t *chosen = bl_calloc(ctx, g->n_codes, 1);
  size_t m = 0;
  bl_status e = test && chosen ? bl_order_new(ctx, g->n_codes, r, &order) : bl_fail_nomem(ctx, "group_shuffle_split");
  for (size_t i = 0; !e && i < n_test; i++) chosen[order[i]] = 1;
  for (size_t i = 0; !e && i < n; i++)
    if (chosen[g->code[i]]) test[m++] = (uint32_t)i;
  if (!e) e = bl_folds_add(ctx, out, n, test, m);
  bl_free(ctx, order);
  bl_free(ctx, test);
  bl_free(ctx, chosen);
  return e;
}

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  const bl_shuffle_params *p = params;
  size_t n_test;
  bl_coded g;
  bl_status e = bl_coded_new(ctx, d->n, d->group, &g);
  if (!e) e = bl_test_count(ctx, "group_shuffle_split", "groups", p->test_size, g.n_codes, &n_test);
  for (size_t i = 0; !e && i < (size_t)p->n_splits; i++) {
    bl_rng r = bl_rng_make((uint64_t)p->random_state, "group_shuffle_split", i);
    e = add_split(ctx, &g, d->n, n_test, &r, out);
  }
  bl_coded_free(ctx, &g);
  return e;
}

const bl_splitter_class bl_splitter_group_shuffle_split = {
    .name = "group_shuffle_split",
    .summary = "Random whole groups to test, drawn anew for each split",
    .source = "scikit-learn GroupShuffleSplit",
    .needs = BL_SPLIT_GROUPS,
    .opts = opts,
    .params_size = sizeof(bl_shuffle_params),
    .split = split,
};
