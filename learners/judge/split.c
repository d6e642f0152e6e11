/* Splits: the checks before every splitter, the lists of folds, and what the splitters share. */
#include "split_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const bl_opt bl_n_splits_opts[] = {
    BL_INT(bl_n_splits_params, n_splits, "5", 2, 1e9, "", "Number of folds"),
    BL_BOOL(bl_n_splits_params, shuffle, "false", "Deal at random instead of in the order of the data"),
    BL_INT(bl_n_splits_params, random_state, "0", 0, 9007199254740992, "", "Seed of the shuffle"), BL_OPT_END};

bl_status bl_split(bl_ctx *ctx, const bl_splitter *s, const bl_split_data *d, bl_folds *out)
{
  const bl_splitter_class *c = s->cls;
  *out = (bl_folds){0};
  if (!d->n) return bl_fail(ctx, BL_E_SHAPE, "%s: no rows to split", c->name);
  if (d->n > UINT32_MAX)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu rows, at most %lu can be split", c->name, d->n, (unsigned long)UINT32_MAX);
  if ((c->needs & BL_SPLIT_GROUPS) && !d->group)
    return bl_fail(ctx, BL_E_ARG, "%s: needs a group for each row; name a group column or take k_fold", c->name);
  if ((c->needs & BL_SPLIT_LABELS) && !d->label)
    return bl_fail(ctx, BL_E_ARG, "%s: needs class labels; take a splitter without strata", c->name);
  if ((c->needs & BL_SPLIT_GIVEN) && !d->fold)
    return bl_fail(ctx, BL_E_ARG, "%s: needs a fold number for each row; name a fold column", c->name);
  for (size_t i = 0; (c->needs & BL_SPLIT_LABELS) && i < d->n; i++)
    if (d->label[i] < 0)
      return bl_fail(ctx, BL_E_CLASSES, "%s: row %zu has label code %ld, wanted 0 or more", c->name, i,
                     (long)d->label[i]);
  bl_status e = c->split(ctx, s->params, d, out);
  if (e) bl_folds_free(ctx, out);
  return e;
}

bl_status bl_check_enough(bl_ctx *ctx, const char *who, const char *what, size_t n, size_t folds)
{
  if (n >= folds) return BL_OK;
  if (n >= 2)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu %s are fewer than %zu folds; set n_splits to %zu or less", who, n, what,
                   folds, n);
  return bl_fail(
      ctx, BL_E_SHAPE,
      "%s: there are fewer than 2 %s, and so nothing to test on that was not learnt from; bring more data, or "
      "let another column say what belongs together",
      who, what);
}

/* ---- lists of folds ---------------------------------------------------------------------------------------------- */

static bl_status mark_rows(bl_ctx *ctx, uint8_t *mark, size_t n, const uint32_t *test, size_t n_test)
{
  for (size_t i = 0; i < n_test; i++) {
    if (test[i] >= n) return bl_fail(ctx, BL_E_ARG, "fold: test row %lu of %zu rows", (unsigned long)test[i], n);
    if (mark[test[i]]++) return bl_fail(ctx, BL_E_ARG, "fold: row %lu is named twice", (unsigned long)test[i]);
  }
  return BL_OK;
}

bl_status bl_folds_add(bl_ctx *ctx, bl_folds *f, size_t n, const uint32_t *test, size_t n_test)
{
  if (!n_test || n_test >= n)
    return bl_fail(ctx, BL_E_SHAPE, "fold %zu: %zu of %zu rows to test; both sides need some", bl_fold_number(f, f->n),
                   n_test, n);
  bl_fold fold = {.n_train = n - n_test, .n_test = n_test};
  uint8_t *mark = bl_calloc(ctx, n, 1);
  fold.train = bl_calloc(ctx, fold.n_train, sizeof *fold.train);
  fold.test = bl_calloc(ctx, n_test, sizeof *fold.test);
  bl_fold *grown = mark && fold.train && fold.test ? bl_realloc(ctx, f->v, f->n + 1, sizeof *grown) : NULL;
  bl_status e = BL_OK;
  if (grown) {
    f->v = grown;
    e = mark_rows(ctx, mark, n, test, n_test);
  } else {
    e = bl_fail_nomem(ctx, "folds");
  }
  if (!e) {
    size_t a = 0, b = 0;
    for (size_t i = 0; i < n; i++)
      if (mark[i]) fold.test[b++] = (uint32_t)i;
      else fold.train[a++] = (uint32_t)i;
    f->v[f->n++] = fold;
    fold = (bl_fold){0};
  }
  bl_free(ctx, fold.train);
  bl_free(ctx, fold.test);
  bl_free(ctx, mark);
  return e;
}

static int by_row(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static bl_status copy_side(bl_ctx *ctx, const uint32_t *row, size_t n, uint32_t **out)
{
  if (!(*out = bl_calloc(ctx, n, sizeof **out))) return bl_fail_nomem(ctx, "folds");
  memcpy(*out, row, n * sizeof *row);
  qsort(*out, n, sizeof *row, by_row);
  return BL_OK;
}

bl_status bl_folds_add_sides(bl_ctx *ctx, bl_folds *f, const uint32_t *train, size_t n_train, const uint32_t *test,
                             size_t n_test)
{
  bl_fold fold = {.n_train = n_train, .n_test = n_test};
  bl_fold *grown = bl_realloc(ctx, f->v, f->n + 1, sizeof *grown);
  if (grown) f->v = grown;
  bl_status s = grown ? copy_side(ctx, train, n_train, &fold.train) : bl_fail_nomem(ctx, "folds");
  if (!s) s = copy_side(ctx, test, n_test, &fold.test);
  if (s) bl_free(ctx, fold.train);
  else f->v[f->n++] = fold;
  return s;
}

void bl_folds_free(bl_ctx *ctx, bl_folds *f)
{
  for (size_t i = 0; i < f->n; i++) {
    bl_free(ctx, f->v[i].train);
    bl_free(ctx, f->v[i].test);
  }
  bl_free(ctx, f->v);
  *f = (bl_folds){0};
}

enum { WINDOW = 1 << 18 }; /* group numbers looked at in one pass: a bit each, 32 KiB of stack */

/* The smallest group of the rows at or above `from`; false when there is none. */
static bool next_group(const uint32_t *row, size_t n, const int32_t *group, int64_t from, int64_t *out)
{
  bool any = false;
  for (size_t i = 0; i < n; i++) {
    int64_t g = group[row[i]];
    if (g >= from && (!any || g < *out)) *out = g, any = true;
  }
  return any;
}

bool bl_folds_leak(const bl_folds *f, size_t n, const int32_t *group, size_t *fold, int32_t *which)
{
  for (size_t k = 0; group && k < f->n; k++) {
    const bl_fold *v = &f->v[k];
    int64_t lo = INT32_MIN;
    while (next_group(v->test, v->n_test, group, lo, &lo)) {
      uint8_t seen[WINDOW / 8] = {0};
      int64_t hi = lo + WINDOW, found = hi;
      for (size_t i = 0; i < v->n_test; i++) {
        int64_t g = group[v->test[i]];
        if (g >= lo && g < hi) seen[(g - lo) / 8] |= (uint8_t)(1u << ((g - lo) % 8));
      }
      for (size_t i = 0; i < v->n_train; i++) {
        int64_t g = group[v->train[i]];
        if (g >= lo && g < found && (seen[(g - lo) / 8] >> ((g - lo) % 8) & 1)) found = g;
      }
      if (found < hi) {
        if (fold) *fold = k;
        if (which) *which = (int32_t)found;
        return true;
      }
      lo = hi;
    }
  }
  (void)n;
  return false;
}

/* ---- shared by splitters ----------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return x < y ? -1 : x > y;
}

bl_status bl_coded_new(bl_ctx *ctx, size_t n, const int32_t *v, bl_coded *out)
{
  *out = (bl_coded){0};
  out->code = bl_calloc(ctx, n, sizeof *out->code);
  out->value = bl_calloc(ctx, n, sizeof *out->value);
  out->count = bl_calloc(ctx, n, sizeof *out->count);
  if (!out->code || !out->value || !out->count) {
    bl_coded_free(ctx, out);
    return bl_fail_nomem(ctx, "a split");
  }
  memcpy(out->value, v, n * sizeof *v);
  qsort(out->value, n, sizeof *v, by_value);
  for (size_t i = 0; i < n; i++)
    if (!i || out->value[i] != out->value[out->n_codes - 1]) out->value[out->n_codes++] = out->value[i];
  for (size_t i = 0; i < n; i++) {
    const int32_t *at = bsearch(&v[i], out->value, out->n_codes, sizeof *v, by_value);
    out->code[i] = (uint32_t)(at - out->value);
    out->count[out->code[i]]++;
  }
  return BL_OK;
}

void bl_coded_free(bl_ctx *ctx, bl_coded *c)
{
  bl_free(ctx, c->code);
  bl_free(ctx, c->value);
  bl_free(ctx, c->count);
  *c = (bl_coded){0};
}

bl_status bl_folds_assign(bl_ctx *ctx, const char *who, size_t n, const int32_t *fold_of, size_t n_folds, bl_folds *out)
{
  uint32_t *test = bl_calloc(ctx, n, sizeof *test);
  if (!test) return bl_fail_nomem(ctx, "folds");
  bl_status e = BL_OK;
  for (size_t k = 0; !e && k < n_folds; k++) {
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
      if (fold_of[i] == (int32_t)k) test[m++] = (uint32_t)i;
    e = m && m < n ? bl_folds_add(ctx, out, n, test, m)
                   : bl_fail(ctx, BL_E_SHAPE, "%s: fold %zu of %zu tests %zu of %zu rows; take another number of folds",
                             who, bl_fold_number(out, k), n_folds, m, n);
  }
  bl_free(ctx, test);
  return e;
}

bl_status bl_test_count(bl_ctx *ctx, const char *who, const char *what, double test_size, size_t n, size_t *out)
{
  if (test_size >= 1 && test_size != floor(test_size))
    return bl_fail(ctx, BL_E_CONFIG, "%s: test_size %g is neither a share below 1 nor a whole number of %s", who,
                   test_size, what);
  double want = test_size < 1 ? ceil(test_size * (double)n) : test_size;
  if (!(want >= 1 && want < (double)n))
    return bl_fail(ctx, BL_E_SHAPE, "%s: test_size %g of %zu %s leaves none to train on; take a smaller one", who,
                   test_size, n, what);
  *out = (size_t)want;
  return BL_OK;
}

bl_status bl_order_new(bl_ctx *ctx, size_t n, bl_rng *r, uint32_t **out)
{
  uint32_t *v = *out = bl_calloc(ctx, n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "a split");
  for (size_t i = 0; i < n; i++) v[i] = (uint32_t)i;
  if (r) bl_rng_shuffle(r, v, n);
  return BL_OK;
}
