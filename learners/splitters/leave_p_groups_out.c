/* A fold for each choice of n_groups groups, in the order of itertools.combinations over the ascending group numbers. */
#include <math.h>

#include "split_private.h"

enum { MOST_FOLDS = 100000 };

typedef struct params {
  int64_t n_groups;
} params;

static const bl_opt opts[] = {BL_INT(params, n_groups, "2", 1, 1e6, "", "Groups that are tested together"), BL_OPT_END};

static bl_status check_counts(bl_ctx *ctx, size_t groups, size_t p)
{
  if (groups <= p)
    return bl_fail(ctx, BL_E_SHAPE, "leave_p_groups_out: %zu groups leave none to learn from when %zu are tested; %s",
                   groups, p, groups > 1 ? "set n_groups to less" : "it needs two groups or more");
  double folds = 1;
  for (size_t i = 0; i < p; i++) folds *= (double)(groups - i) / (double)(i + 1);
  if (folds > MOST_FOLDS)
    return bl_fail(ctx, BL_E_SHAPE,
                   "leave_p_groups_out: %.3g folds of %zu groups out of %zu; set n_groups to less, or take "
                   "group_shuffle_split",
                   folds, p, groups);
  return BL_OK;
}

/* The next choice of p out of n; false behind the last. */
static bool next(uint32_t *chosen, size_t p, size_t n)
{
  size_t i = p;
  while (i > 0 && chosen[i - 1] == n - p + i - 1) i--;
  if (!i) return false;
  chosen[i - 1]++;
  for (; i < p; i++) chosen[i] = chosen[i - 1] + 1;
  return true;
}

static size_t rows_of(const bl_coded *g, size_t n, const uint32_t *chosen, size_t p, uint32_t *rows)
{
  size_t m = 0;
  for (uint32_t i = 0; i < n; i++)
    for (size_t k = 0; k < p; k++)
      if (g->code[i] == chosen[k]) rows[m++] = i;
  return m;
}

static bl_status split(bl_ctx *ctx, const void *vp, const bl_split_data *d, bl_folds *out)
{
  size_t p = (size_t)((const params *)vp)->n_groups;
  uint32_t *chosen = NULL, *rows = NULL;
  bl_coded g;
  bl_status e = bl_coded_new(ctx, d->n, d->group, &g);
  if (!e) e = check_counts(ctx, g.n_codes, p);
  if (!e) {
    chosen = bl_calloc(ctx, p, sizeof *chosen);
    rows = bl_calloc(ctx, d->n, sizeof *rows);
    if (!chosen || !rows) e = bl_fail_nomem(ctx, "leave_p_groups_out");
  }
  for (uint32_t k = 0; !e && k < p; k++) chosen[k] = k;
  for (bool more = true; !e && more; more = next(chosen, p, g.n_codes))
    e = bl_folds_add(ctx, out, d->n, rows, rows_of(&g, d->n, chosen, p, rows));
  bl_free(ctx, chosen);
  bl_free(ctx, rows);
  bl_coded_free(ctx, &g);
  return e;
}

const bl_splitter_class bl_splitter_leave_p_groups_out = {
    .name = "leave_p_groups_out",
    .summary = "Each choice of some groups tested by what the others taught",
    .source = "scikit-learn LeavePGroupsOut",
    .needs = BL_SPLIT_GROUPS,
    .opts = opts,
    .params_size = sizeof(params),
    .split = split,
};
