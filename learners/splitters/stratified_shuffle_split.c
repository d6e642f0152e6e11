/* Independent random splits that keep the shares of the classes: of each class as many test rows as its share of them, what rounding
 * leaves over going to the classes that lost most by it. */
#include <math.h>

#include "split_private.h"

static const char who[] = "stratified_shuffle_split";
static const bl_opt opts[] = {BL_INT(bl_shuffle_params, n_splits, "10", 1, 1e9, "", "Number of splits"),
                              BL_REAL_ABOVE(bl_shuffle_params, test_size, "0.1", 0, 1e9, "",
                                            "Share of the rows to test (below 1), or their number"),
                              BL_INT(bl_shuffle_params, random_state, "0", 0, 9007199254740992, "", "Seed"),
                              BL_OPT_END};

static bl_status check_counts(bl_ctx *ctx, const bl_coded *y, size_t n, size_t n_test)
{
  for (size_t c = 0; c < y->n_codes; c++)
    if (y->count[c] < 2)
      return bl_fail(ctx, BL_E_CLASSES,
                     "%s: class %d has one row, and each side needs one; label more, or take shuffle_split", who,
                     (int)y->value[c]);
  if (n_test < y->n_codes || n - n_test < y->n_codes)
    return bl_fail(ctx, BL_E_SHAPE,
                   "%s: %zu rows to test and %zu to learn from, but %zu classes; choose another test_size", who, n_test,
                   n - n_test, y->n_codes);
  return BL_OK;
}

/* How many rows of each class are tested. */
static void share_out(const bl_coded *y, size_t n, size_t n_test, size_t *take, double *lost)
{
  size_t given = 0;
  for (size_t c = 0; c < y->n_codes; c++) {
    double wanted = (double)y->count[c] * (double)n_test / (double)n;
    take[c] = (size_t)floor(wanted);
    lost[c] = wanted - floor(wanted);
    given += take[c];
  }
  for (; given < n_test; given++) {
    size_t most = 0;
    for (size_t c = 1; c < y->n_codes; c++)
      if (lost[c] > lost[most]) most = c;
    take[most]++;
    lost[most] -= 1;
  }
}

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  const bl_shuffle_params *p = params;
  size_t n_test, *take = NULL;
  double *lost = NULL;
  uint32_t *test = NULL;
  bl_coded y;
  bl_status e = bl_coded_new(ctx, d->n, d->label, &y);
  if (!e) e = bl_test_count(ctx, who, "rows", p->test_size, d->n, &n_test);
  if (!e) e = check_counts(ctx, &y, d->n, n_test);
  if (!e) {
    take = bl_calloc(ctx, 2 * y.n_codes, sizeof *take);
    lost = bl_calloc(ctx, y.n_codes, sizeof *lost);
    test = bl_calloc(ctx, d->n, sizeof *test);
    if (!take || !lost || !test) e = bl_fail_nomem(ctx, who);
  }
  if (!e) share_out(&y, d->n, n_test, take, lost);
  for (size_t i = 0; !e && i < (size_t)p->n_splits; i++) {
    bl_rng r = bl_rng_make((uint64_t)p->random_state, who, i);
    size_t *left = take + y.n_codes, m = 0;
    uint32_t *order;
    e = bl_order_new(ctx, d->n, &r, &order);
    for (size_t c = 0; !e && c < y.n_codes; c++) left[c] = take[c];
    for (size_t k = 0; !e && k < d->n; k++) {
      uint32_t row = order[k];
      if (!left[y.code[row]]) continue;
      left[y.code[row]]--;
      test[m++] = row;
    }
    if (!e) e = bl_folds_add(ctx, out, d->n, test, m);
    bl_free(ctx, order);
  }
  bl_free(ctx, take);
  bl_free(ctx, lost);
  bl_free(ctx, test);
  bl_coded_free(ctx, &y);
  return e;
}

const bl_splitter_class bl_splitter_stratified_shuffle_split = {
    .name = "stratified_shuffle_split",
    .summary = "Random rows to test, as many of each class as its share",
    .source = "scikit-learn StratifiedShuffleSplit",
    .needs = BL_SPLIT_LABELS,
    .opts = opts,
    .params_size = sizeof(bl_shuffle_params),
    .split = split,
};
