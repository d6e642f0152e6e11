/* k folds of whole groups with the shares of the classes kept as well as they can be, scikit-learn's greedy rule:
 * groups by the standard deviation of their class counts, largest first; each to the fold where the mean over classes
 * of the standard deviation (over folds) of that class's share is least, ties to the fold with fewer rows. Shuffled:
 * the groups are put in random order before that sort, which keeps the order of equals.
 *
 * Where as many groups are left as folds are empty, each empty fold gets one: scikit-learn's rule alone can leave a fold
 * without a row, which cannot be tested on. Wherever it does not, the folds are the same. */
#include <math.h>
#include <stdlib.h>

#include "split_private.h"

typedef struct work {
  size_t k, n_classes, n_groups;
  double *in_group; /* [n_groups x n_classes] rows */
  double *in_fold;  /* [k x n_classes] rows */
  const size_t *of_class;
} work;

typedef struct spread {
  double sd;
  size_t place, code; /* place before the sort */
} spread;

static int wider_first(const void *a, const void *b)
{
  const spread *x = a, *y = b;
  if (x->sd != y->sd) return x->sd < y->sd ? 1 : -1;
  return x->place < y->place ? -1 : x->place > y->place;
}

/* Population standard deviation of the n numbers v[0], v[step] .., each divided by `by`. */
static double deviation(const double *v, size_t n, size_t step, double by)
{
  double mean = 0, sum = 0;
  for (size_t i = 0; i < n; i++) mean += v[i * step] / by;
  mean /= (double)n;
  for (size_t i = 0; i < n; i++) {
    double d = v[i * step] / by - mean;
    sum += d * d;
  }
  return sqrt(sum / (double)n);
}

/* How uneven the folds are: 0 when each holds the same share of every class. */
static double unevenness(const work *w)
{
  double sum = 0;
  for (size_t c = 0; c < w->n_classes; c++)
    sum += deviation(w->in_fold + c, w->k, w->n_classes, (double)w->of_class[c]);
  return sum / (double)w->n_classes;
}

static void move(work *w, size_t fold, size_t group, double sign)
{
  for (size_t c = 0; c < w->n_classes; c++)
    w->in_fold[fold * w->n_classes + c] += sign * w->in_group[group * w->n_classes + c];
}

static double rows_in(const work *w, size_t fold)
{
  double rows = 0;
  for (size_t c = 0; c < w->n_classes; c++) rows += w->in_fold[fold * w->n_classes + c];
  return rows;
}

/* n_left: groups that have no fold yet, this one too. */
static size_t best_fold(work *w, size_t group, size_t n_left)
{
  size_t best = 0, n_empty = 0;
  double least = (double)INFINITY, fewest = (double)INFINITY;
  for (size_t f = 0; f < w->k; f++) n_empty += !(rows_in(w, f) > 0);
  for (size_t f = 0; f < w->k; f++) {
    double rows = rows_in(w, f);
    if (rows > 0 && n_left <= n_empty) continue;
    move(w, f, group, 1);
    double u = unevenness(w);
    move(w, f, group, -1);
    bool tie = isfinite(least) && fabs(u - least) <= 1e-8 + 1e-5 * least; /* numpy.isclose */
    if (u < least || (tie && rows < fewest)) {
      best = f;
      least = u;
      fewest = rows;
    }
  }
  return best;
}

static bl_status check(bl_ctx *ctx, const bl_coded *y, const bl_coded *g, size_t k)
{
  size_t most = 0, least = SIZE_MAX;
  for (size_t i = 0; i < y->n_codes; i++) {
    if (y->count[i] > most) most = y->count[i];
    if (y->count[i] < least) least = y->count[i];
  }
  bl_status few = bl_check_enough(ctx, "stratified_group_k_fold", "groups", g->n_codes, k);
  if (few) return few;
  if (most < k && most >= 2)
    return bl_fail(ctx, BL_E_CLASSES,
                   "stratified_group_k_fold: the largest class has %zu rows, fewer than %zu folds; "
                   "set n_splits to %zu or less",
                   most, k, most);
  if (most < k)
    return bl_fail(ctx, BL_E_CLASSES,
                   "stratified_group_k_fold: every class has one row alone; label more rows, or take group_k_fold");
  if (least < k)
    bl_warn(ctx, BL_W_FEW_ROWS, "stratified_group_k_fold: the smallest class has %zu rows, fewer than %zu folds", least,
            k);
  return BL_OK;
}

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  const bl_n_splits_params *p = params;
  bl_coded y = {0}, g = {0};
  work w = {.k = (size_t)p->n_splits};
  spread *order = NULL;
  uint32_t *place = NULL;
  int32_t *fold_of_group = NULL, *fold_of = NULL;
  bl_status e = bl_coded_new(ctx, d->n, d->label, &y);
  if (!e) e = bl_coded_new(ctx, d->n, d->group, &g);
  if (!e) e = check(ctx, &y, &g, w.k);
  bl_rng r = bl_rng_make((uint64_t)p->random_state, "stratified_group_k_fold", 0);
  if (!e) e = bl_order_new(ctx, g.n_codes, p->shuffle ? &r : NULL, &place);
  if (e) goto done;
  w.n_classes = y.n_codes;
  w.n_groups = g.n_codes;
  w.of_class = y.count;
  w.in_group = bl_calloc(ctx, w.n_groups * w.n_classes, sizeof *w.in_group);
  w.in_fold = bl_calloc(ctx, w.k * w.n_classes, sizeof *w.in_fold);
  order = bl_calloc(ctx, w.n_groups, sizeof *order);
  fold_of_group = bl_calloc(ctx, w.n_groups, sizeof *fold_of_group);
  fold_of = bl_calloc(ctx, d->n, sizeof *fold_of);
  if (!w.in_group || !w.in_fold || !order || !fold_of_group || !fold_of) {
    e = bl_fail_nomem(ctx, "stratified_group_k_fold");
    goto done;
  }
  for (size_t i = 0; i < d->n; i++) w.in_group[g.code[i] * w.n_classes + y.code[i]]++;
  for (size_t i = 0; i < w.n_groups; i++)
    order[i] = (spread){deviation(w.in_group + place[i] * w.n_classes, w.n_classes, 1, 1), i, place[i]};
  qsort(order, w.n_groups, sizeof *order, wider_first);
  for (size_t i = 0; i < w.n_groups; i++) {
    size_t fold = best_fold(&w, order[i].code, w.n_groups - i);
    move(&w, fold, order[i].code, 1);
    fold_of_group[order[i].code] = (int32_t)fold;
  }
  for (size_t i = 0; i < d->n; i++) fold_of[i] = fold_of_group[g.code[i]];
  e = bl_folds_assign(ctx, "stratified_group_k_fold", d->n, fold_of, w.k, out);
done:
  bl_free(ctx, w.in_group);
  bl_free(ctx, w.in_fold);
  bl_free(ctx, order);
  bl_free(ctx, place);
  bl_free(ctx, fold_of_group);
  bl_free(ctx, fold_of);
  bl_coded_free(ctx, &y);
  bl_coded_free(ctx, &g);
  return e;
}

const bl_splitter_class bl_splitter_stratified_group_k_fold = {
    .name = "stratified_group_k_fold",
    .summary = "Folds of whole groups that keep the shares of the classes",
    .source = "scikit-learn StratifiedGroupKFold",
    .needs = BL_SPLIT_GROUPS | BL_SPLIT_LABELS,
    .opts = bl_n_splits_opts,
    .params_size = sizeof(bl_n_splits_params),
    .split = split,
};
