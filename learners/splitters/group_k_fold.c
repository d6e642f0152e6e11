/* k folds of whole groups: groups by size, largest first (equal sizes: the later group first), each to the fold with
 * the fewest rows. Shuffled: groups in random order, cut into k runs of equally many groups. */
#include <stdlib.h>

#include "split_private.h"

typedef struct sized {
  size_t rows, code;
} sized;

static int larger_first(const void *a, const void *b)
{
  const sized *x = a, *y = b;
  if (x->rows != y->rows) return x->rows < y->rows ? 1 : -1;
  return x->code < y->code ? 1 : x->code > y->code ? -1 : 0;
}

static bl_status balance(bl_ctx *ctx, const bl_coded *g, size_t k, int32_t *fold_of_group)
{
  sized *order = bl_calloc(ctx, g->n_codes, sizeof *order);
  size_t *load = bl_calloc(ctx, k, sizeof *load);
  bl_status e = order && load ? BL_OK : bl_fail_nomem(ctx, "group_k_fold");
  for (size_t i = 0; !e && i < g->n_codes; i++) order[i] = (sized){g->count[i], i};
  if (!e) qsort(order, g->n_codes, sizeof *order, larger_first);
  for (size_t i = 0; !e && i < g->n_codes; i++) {
    size_t lightest = 0;
    for (size_t f = 1; f < k; f++)
      if (load[f] < load[lightest]) lightest = f;
    load[lightest] += order[i].rows;
    fold_of_group[order[i].code] = (int32_t)lightest;
  }
  bl_free(ctx, order);
  bl_free(ctx, load);
  return e;
}

static bl_status cut_shuffled(bl_ctx *ctx, const bl_coded *g, size_t k, uint64_t seed, int32_t *fold_of_group)
{
  bl_rng r = bl_rng_make(seed, "group_k_fold", 0);
  uint32_t *order;
  bl_status e = bl_order_new(ctx, g->n_codes, &r, &order);
  size_t at = 0;
  for (size_t f = 0; !e && f < k; f++)
    for (size_t take = g->n_codes / k + (f < g->n_codes % k); take; take--) fold_of_group[order[at++]] = (int32_t)f;
  bl_free(ctx, order);
  return e;
}

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  const bl_n_splits_params *p = params;
  size_t k = (size_t)p->n_splits;
  int32_t *fold_of_group = NULL, *fold_of = NULL;
  bl_coded g;
  bl_status e = bl_coded_new(ctx, d->n, d->group, &g);
  if (!e) e = bl_check_enough(ctx, "group_k_fold", "groups", g.n_codes, k);
  if (e) goto done;
  fold_of_group = bl_calloc(ctx, g.n_codes, sizeof *fold_of_group);
  fold_of = bl_calloc(ctx, d->n, sizeof *fold_of);
  if (!fold_of_group || !fold_of) e = bl_fail_nomem(ctx, "group_k_fold");
  if (!e)
    e = p->shuffle ? cut_shuffled(ctx, &g, k, (uint64_t)p->random_state, fold_of_group)
                   : balance(ctx, &g, k, fold_of_group);
  for (size_t i = 0; !e && i < d->n; i++) fold_of[i] = fold_of_group[g.code[i]];
  if (!e) e = bl_folds_assign(ctx, "group_k_fold", d->n, fold_of, k, out);
done:
  bl_free(ctx, fold_of_group);
  bl_free(ctx, fold_of);
  bl_coded_free(ctx, &g);
  return e;
}

const bl_splitter_class bl_splitter_group_k_fold = {
    .name = "group_k_fold",
    .summary = "Folds of whole groups, as equal in rows as may be",
    .source = "scikit-learn GroupKFold",
    .needs = BL_SPLIT_GROUPS,
    .opts = bl_n_splits_opts,
    .params_size = sizeof(bl_n_splits_params),
    .split = split,
};
