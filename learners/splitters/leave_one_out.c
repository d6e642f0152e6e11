/* A fold for each row. */
#include "split_private.h"

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  (void)params;
  if (d->n < 2) return bl_fail(ctx, BL_E_SHAPE, "leave_one_out: %zu rows; it needs two or more", d->n);
  bl_status e = BL_OK;
  for (uint32_t i = 0; !e && i < d->n; i++) e = bl_folds_add(ctx, out, d->n, &i, 1);
  return e;
}

const bl_splitter_class bl_splitter_leave_one_out = {
    .name = "leave_one_out",
    .summary = "Each row tested by what the others taught",
    .source = "scikit-learn LeaveOneOut",
    .split = split,
};
