/* k folds with the shares of the classes kept, scikit-learn's rule: classes are numbered by first appearance and the
 * sorted labels dealt out one by one, which gives each fold's count of each class; within a class, folds take
 * contiguous blocks of rows (in random order when shuffled). */
#include <string.h>

#include "split_private.h"

/* Classes in order of first appearance: seat[code] = rank. */
static void seat_classes(const bl_coded *y, size_t n, size_t *seat)
{
  size_t next = 0;
  for (size_t i = 0; i < y->n_codes; i++) seat[i] = SIZE_MAX;
  for (size_t i = 0; i < n && next < y->n_codes; i++)
    if (seat[y->code[i]] == SIZE_MAX) seat[y->code[i]] = next++;
}

static bl_status check_counts(bl_ctx *ctx, const bl_coded *y, size_t k)
{
  size_t most = 0, least = SIZE_MAX;
  for (size_t i = 0; i < y->n_codes; i++) {
    if (y->count[i] > most) most = y->count[i];
    if (y->count[i] < least) least = y->count[i];
  }
  if (most < k && most >= 2)
    return bl_fail(
        ctx, BL_E_CLASSES,
        "stratified_k_fold: the largest class has %zu rows, fewer than %zu folds; set n_splits to %zu or less, "
        "take k_fold, or label more rows",
        most, k, most);
  if (most < k)
    return bl_fail(ctx, BL_E_CLASSES,
                   "stratified_k_fold: every class has one row alone; label more rows, or take k_fold");
  if (least < k)
    bl_warn(ctx, BL_W_FEW_ROWS,
            "stratified_k_fold: the smallest class has %zu rows, fewer than %zu folds; some folds "
            "will not test it",
            least, k);
  return BL_OK;
}

/* fold_of[row] for the rows of one class. `start` is where the class begins among the sorted labels. */
static void deal(const bl_coded *y, size_t n, size_t code, size_t start, size_t k, bl_rng *r, uint32_t *hand,
                 int32_t *fold_of)
{
  size_t count = y->count[code], m = 0;
  for (size_t f = 0; f < k; f++) /* fold f is dealt the sorted places f, f + k, f + 2k .. */
    for (size_t place = start + (f + k - start % k) % k; place < start + count; place += k) hand[m++] = (uint32_t)f;
  if (r) bl_rng_shuffle(r, hand, m);
  m = 0;
  for (size_t i = 0; i < n; i++)
    if (y->code[i] == code) fold_of[i] = (int32_t)hand[m++];
}

static bl_status split(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out)
{
  const bl_n_splits_params *p = params;
  size_t k = (size_t)p->n_splits, *seat = NULL;
  uint32_t *hand = NULL;
  int32_t *fold_of = NULL;
  bl_coded y;
  bl_status e = bl_coded_new(ctx, d->n, d->label, &y);
  if (!e) e = check_counts(ctx, &y, k);
  if (e) goto done;
  seat = bl_calloc(ctx, y.n_codes, sizeof *seat);
  hand = bl_calloc(ctx, d->n, sizeof *hand);
  fold_of = bl_calloc(ctx, d->n, sizeof *fold_of);
  if (!seat || !hand || !fold_of) {
    e = bl_fail_nomem(ctx, "stratified_k_fold");
    goto done;
  }
  seat_classes(&y, d->n, seat);
  bl_rng r = bl_rng_make((uint64_t)p->random_state, "stratified_k_fold", 0);
  size_t start = 0;
  for (size_t rank = 0; rank < y.n_codes; rank++) {
    size_t code = 0;
    while (seat[code] != rank) code++;
    deal(&y, d->n, code, start, k, p->shuffle ? &r : NULL, hand, fold_of);
    start += y.count[code];
  }
  e = bl_folds_assign(ctx, "stratified_k_fold", d->n, fold_of, k, out);
done:
  bl_free(ctx, seat);
  bl_free(ctx, hand);
  bl_free(ctx, fold_of);
  bl_coded_free(ctx, &y);
  return e;
}

const bl_splitter_class bl_splitter_stratified_k_fold = {
    .name = "stratified_k_fold",
    .summary = "Folds that keep the shares of the classes",
    .source = "scikit-learn StratifiedKFold",
    .needs = BL_SPLIT_LABELS,
    .opts = bl_n_splits_opts,
    .params_size = sizeof(bl_n_splits_params),
    .split = split,
};
