#include "inner_folds.h"

#include <stdio.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/* Groups of one row each are none: a table without groups has its folds cut as scikit-learn cuts them. */
static bl_status any_two_together(bl_ctx *ctx, const bl_train *t, bool *out)
{
  size_t n = t->X.rows;
  int32_t *sorted = t->group ? bl_calloc(ctx, n, sizeof *sorted) : NULL;
  *out = false;
  if (t->group && !sorted) return bl_fail_nomem(ctx, "groups");
  for (size_t i = 0; sorted && i < n; i++) sorted[i] = t->group[i];
  if (sorted) qsort(sorted, n, sizeof *sorted, ascending);
  for (size_t i = 1; sorted && i < n; i++) *out |= sorted[i] == sorted[i - 1];
  bl_free(ctx, sorted);
  return BL_OK;
}

bl_status bl_inner_folds(bl_ctx *ctx, const char *who, const bl_train *t, size_t k, bl_folds *out)
{
  static const char *const names[2][2] = {{"k_fold", "stratified_k_fold"}, {"group_k_fold", "stratified_group_k_fold"}};
  size_t n = t->X.rows;
  bool classes = t->n_classes > 1, grouped = false;
  char count[24];
  bl_splitter by = {0};
  int32_t *label = classes ? bl_calloc(ctx, n, sizeof *label) : NULL;
  bl_status s = label || !classes ? BL_OK : bl_fail_nomem(ctx, who);
  for (size_t i = 0; label && i < n; i++) label[i] = (int32_t)t->y[i];
  if (!s) s = any_two_together(ctx, t, &grouped);
  if (!s) s = bl_splitter_new(ctx, names[grouped][classes], &by);
  snprintf(count, sizeof count, "%zu", k);
  if (!s) s = bl_opts_set(ctx, by.cls->name, by.cls->opts, by.params, "n_splits", count);
  if (!s) s = bl_split(ctx, &by, &(bl_split_data){.n = n, .label = label, .group = t->group}, out);
  if (s && s != BL_E_NOMEM && s != BL_E_CANCELLED)
    s = bl_fail_in(ctx, s == BL_E_CONFIG ? BL_E_SHAPE : s, "%s: choosing by cross-validation: ", who);
  bl_splitter_free(ctx, &by);
  bl_free(ctx, label);
  return s;
}

bl_status bl_inner_rows_take(bl_ctx *ctx, const bl_train *t, const uint32_t *rows, size_t n, bl_inner_rows *out)
{
  *out = (bl_inner_rows){.X = t->X};
  out->index = bl_calloc(ctx, n, sizeof *out->index);
  out->y = bl_calloc(ctx, n, sizeof *out->y);
  if (t->weight) out->weight = bl_calloc(ctx, n, sizeof *out->weight);
  if (!out->index || !out->y || (t->weight && !out->weight)) return bl_fail_nomem(ctx, "rows of a fold");
  for (size_t i = 0; i < n; i++) {
    out->index[i] = t->X.index ? t->X.index[rows[i]] : rows[i];
    out->y[i] = t->y[rows[i]];
    if (t->weight) out->weight[i] = t->weight[rows[i]];
  }
  out->X.index = out->index;
  out->X.rows = n;
  return BL_OK;
}

void bl_inner_rows_free(bl_ctx *ctx, bl_inner_rows *r)
{
  bl_free(ctx, r->index);
  bl_free(ctx, r->y);
  bl_free(ctx, r->weight);
}
