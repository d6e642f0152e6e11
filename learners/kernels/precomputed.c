/* precomputed: a row holds its values with all rows of the data, in their order, so that a fold of them finds its own
 * columns by the numbers of its rows */
#include <math.h>

#include "baleen/kernel.h"

static size_t number_of(const bl_cmat *X, size_t i) { return X->index ? X->index[i] : i; }

/* Rows that a step before copied are no longer numbered as the data are. Of all of them the numbers are the same; of
 * some there are fewer rows than columns. */
static bl_status need_columns(bl_ctx *ctx, const char *who, const bl_cmat *X)
{
  size_t most = 0;
  for (size_t i = 0; i < X->rows; i++)
    if (number_of(X, i) > most) most = number_of(X, i);
  if (most >= X->cols)
    return bl_fail(ctx, BL_E_SHAPE,
                   "kernel %s: wanted a column for each row of the data, found %zu columns and a row of number %zu; "
                   "rows are to hold their kernel values with all rows",
                   who, X->cols, most);
  if (X->index || X->rows == X->cols) return BL_OK;
  return bl_fail(ctx, BL_E_SHAPE,
                 "kernel %s: found %zu rows of %zu columns that do not say which row each of them is, so that none "
                 "finds its own column; put no step before it that makes new rows, and leave no rows out of the data",
                 who, X->rows, X->cols);
}

/* Of two rows each has the value of both: where that fails, the columns are not theirs. Numbers may be rounded. */
static bl_status need_symmetry(bl_ctx *ctx, const char *who, const bl_cmat *X)
{
  double most = 0;
  for (size_t i = 0; i < X->rows; i++)
    for (size_t j = 0; j < X->rows; j++) most = fmax(most, fabs((double)bl_crow(X, i)[number_of(X, j)]));
  for (size_t i = 0; i < X->rows; i++) {
    for (size_t j = 0; j < i; j++) {
      double there = (double)bl_crow(X, i)[number_of(X, j)], back = (double)bl_crow(X, j)[number_of(X, i)];
      if (!(fabs(there - back) <= 1e-4 * most))
        return bl_fail(ctx, BL_E_RANGE,
                       "kernel %s: row %zu has %g in column %zu, row %zu has %g in column %zu, where both are to have "
                       "the value of the two; a step before it may have made new rows, or the kernel is not symmetric",
                       who, i, there, number_of(X, j), j, back, number_of(X, i));
    }
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (s) return s;
  }
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_kernel *k, const bl_cmat *X)
{
  bl_status s = need_columns(ctx, k->cls->name, X);
  return s ? s : need_symmetry(ctx, k->cls->name, X);
}

const bl_kernel_class bl_kernel_precomputed = {
    .name = "precomputed",
    .summary = "rows are kernel values already: one column for each row of the data",
    .source = "scikit-learn SVC(kernel='precomputed')",
    .tags = BL_KERNEL_GIVEN,
    .check = check};
