/* A fold for each group, in ascending order of group number. */
#include "split_private.h"

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  (void)params;
  bl_coded g;
  bl_status e = bl_coded_new(ctx, d->n, d->group, &g);
  if (!e && g.n_codes < 2)
    e = bl_fail(ctx, BL_E_SHAPE, "leave_one_group_out: all %zu rows are of one group; it needs two groups or more",
                d->n);
  int32_t *fold_of = e ? NULL : bl_calloc(ctx, d->n, sizeof *fold_of);
  if (!e && !fold_of) e = bl_fail_nomem(ctx, "leave_one_group_out");
  for (size_t i = 0; !e && i < d->n; i++) fold_of[i] = (int32_t)g.code[i];
  if (!e) e = bl_folds_assign(ctx, "leave_one_group_out", d->n, fold_of, g.n_codes, out);
  bl_free(ctx, fold_of);
  bl_coded_free(ctx, &g);
  return e;
}

const bl_splitter_class bl_splitter_leave_one_group_out = {
    .name = "leave_one_group_out",
    .summary = "Each group tested by what the others taught",
    .source = "scikit-learn LeaveOneGroupOut",
    .needs = BL_SPLIT_GROUPS,
    .split = split,
};
