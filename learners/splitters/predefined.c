/* Folds as given: rows of one fold number are tested together, in ascending order of number; -1 always trains. */
#include "split_private.h"

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  (void)params;
  bl_coded f;
  int32_t *fold_of = NULL;
  bl_status e = bl_coded_new(ctx, d->n, d->fold, &f);
  if (e) return e;
  int32_t always = f.value[0] == -1;
  if (f.value[0] < -1)
    e = bl_fail(ctx, BL_E_RANGE, "predefined: fold number %ld; wanted 0 or more, or -1 for rows that always train",
                (long)f.value[0]);
  else if (f.n_codes == (size_t)always)
    e = bl_fail(ctx, BL_E_SHAPE, "predefined: all %zu rows have fold -1, so none is tested; number some 0 or more",
                d->n);
  else if (f.n_codes == 1)
    e = bl_fail(ctx, BL_E_SHAPE,
                "predefined: all %zu rows have fold %ld, so none is left to train; use two numbers or "
                "more, or -1 for rows that always train",
                d->n, (long)f.value[0]);
  if (!e && !(fold_of = bl_calloc(ctx, d->n, sizeof *fold_of))) e = bl_fail_nomem(ctx, "predefined");
  for (size_t i = 0; !e && i < d->n; i++) fold_of[i] = (int32_t)f.code[i] - always;
  if (!e) e = bl_folds_assign(ctx, "predefined", d->n, fold_of, f.n_codes - (size_t)always, out);
  bl_free(ctx, fold_of);
  bl_coded_free(ctx, &f);
  return e;
}

const bl_splitter_class bl_splitter_predefined = {
    .name = "predefined",
    .summary = "Folds by a column of fold numbers",
    .source = "scikit-learn PredefinedSplit",
    .needs = BL_SPLIT_GIVEN,
    .split = split,
};
