/* What comes later is tested, what came before it is learnt from: each split tests the next rows and trains on those
 * before them, the first splits on few, the last on most. Rows go by their times, equal ones by their place; without
 * times by their place alone. As scikit-learn's TimeSeriesSplit, which knows no times. */
#include <math.h>
#include <stdlib.h>

#include "split_private.h"

static const char *const none[] = {"none", NULL};

typedef struct params {
  int64_t n_splits, gap;
  bl_word max_train_size, test_size;
} params;

static const bl_opt opts[] = {BL_INT(params, n_splits, "5", 2, 1e9, "", "Number of splits"),
                              BL_WORD(params, max_train_size, "none", none, 1, 4294967295.0, BL_OPT_WHOLE, "",
                                      "Most rows to train on, the latest"),
                              BL_WORD(params, test_size, "none", none, 1, 4294967295.0, BL_OPT_WHOLE, "",
                                      "Rows a split tests; none: all rows / (n_splits + 1)"),
                              BL_INT(params, gap, "0", 0, 4294967295.0, "", "Rows left out between training and test"),
                              BL_OPT_END};

typedef struct moment {
  double time;
  uint32_t row;
} moment;

static int earlier(const void *a, const void *b)
{
  const moment *x = a, *y = b;
  if (x->time < y->time || x->time > y->time) return x->time < y->time ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static bl_status in_order(bl_ctx *ctx, const bl_split_data *d, uint32_t **out)
{
  moment *m = bl_calloc(ctx, d->n, sizeof *m);
  bl_status s = m ? bl_order_new(ctx, d->n, NULL, out) : bl_fail_nomem(ctx, "a split");
  for (size_t i = 0; !s && d->time && i < d->n; i++) {
    m[i] = (moment){d->time[i], (uint32_t)i};
    if (!isfinite(d->time[i]))
      s = bl_fail(ctx, BL_E_NONFINITE, "time_series_split: row %zu has no time; leave it out, or give all rows one", i);
  }
  if (!s && d->time) {
    qsort(m, d->n, sizeof *m, earlier);
    for (size_t i = 0; i < d->n; i++) (*out)[i] = m[i].row;
  }
  bl_free(ctx, m);
  return s;
}

static bl_status split(bl_ctx *ctx, const void *of_split, const bl_split_data *d, bl_folds *out)
{
  const params *p = of_split;
  size_t n_splits = (size_t)p->n_splits, gap = (size_t)p->gap;
  size_t n_test = p->test_size.word < 0 ? (size_t)p->test_size.real : d->n / (n_splits + 1);
  size_t most = p->max_train_size.word < 0 ? (size_t)p->max_train_size.real : d->n;
  uint32_t *order = NULL;
  if (!n_test || n_splits > d->n / n_test || d->n - n_splits * n_test <= gap)
    return bl_fail(
        ctx, BL_E_SHAPE,
        "time_series_split: %zu splits of %zu rows and a gap of %zu leave the first none of %zu rows to train "
        "on; take fewer splits, test_size or gap",
        n_splits, n_test, gap, d->n);
  bl_status s = in_order(ctx, d, &order);
  for (size_t k = 0; !s && k < n_splits; k++) {
    size_t test = d->n - (n_splits - k) * n_test, end = test - gap, first = end > most ? end - most : 0;
    s = bl_folds_add_sides(ctx, out, order + first, end - first, order + test, n_test);
  }
  bl_free(ctx, order);
  return s;
}

const bl_splitter_class bl_splitter_time_series_split = {
    .name = "time_series_split",
    .summary = "The next rows in time to test, those before them to train on",
    .source = "scikit-learn TimeSeriesSplit",
    .needs = BL_SPLIT_TIMES,
    .opts = opts,
    .params_size = sizeof(params),
    .split = split,
};
