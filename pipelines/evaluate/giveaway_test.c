/* giveaway_test.c: see giveaway.h. One value against one label, on the folds of the run, and on labels shuffled. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "giveaway.h"

#define LEAST      0.2 /* of the way from chance to certainty: what lies below is worth no word */
#define EXCEEDED   5   /* shuffles that may do as well, of as many as the level asks for then */
#define MOST_TALLY ((size_t)1 << 22)

/* Rows that are alike in all that counts. */
typedef struct cell {
  uint32_t unit, value;
  double y;
  uint32_t row; /* while they are sorted */
} cell;

/* Rows as cells, and how many of each a fold trains on and tests. */
typedef struct tally {
  const bl_question *q;
  cell *cells;
  size_t n, n_folds;
  uint32_t *of;            /* [rows]: which cell */
  uint32_t *train, *test;  /* [folds x cells] */
  double *sum, *all, *hit; /* [values x classes], [classes], [2 x classes] */
  double *unit_y;          /* [units], by turns shuffled */
  uint32_t *unit_value;
} tally;

static int by_all(const void *pa, const void *pb)
{
  const cell *a = pa, *b = pb;
  if (a->unit != b->unit) return a->unit < b->unit ? -1 : 1;
  if (a->value != b->value) return a->value < b->value ? -1 : 1;
  if (a->y != b->y) return a->y < b->y ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

static void make_cells(tally *t)
{
  const bl_question *q = t->q;
  for (size_t i = 0; i < q->n; i++) t->cells[i] = (cell){q->unit[i], q->value[i], q->y[i * q->stride], (uint32_t)i};
  qsort(t->cells, q->n, sizeof *t->cells, by_all);
  for (size_t i = 0; i < q->n; i++) {
    cell *c = &t->cells[i], *last = t->n ? &t->cells[t->n - 1] : NULL;
    uint32_t row = c->row;
    if (!last || last->unit != c->unit || last->value != c->value || last->y != c->y) t->cells[t->n++] = *c;
    t->of[row] = (uint32_t)(t->n - 1);
  }
}

/* So many folds as there is room for: they are as good as any. */
static bl_status count_folds(bl_ctx *ctx, tally *t)
{
  const bl_folds *f = t->q->folds;
  t->n_folds = f->n * t->n > MOST_TALLY ? (MOST_TALLY + t->n - 1) / t->n : f->n;
  t->train = bl_calloc(ctx, t->n_folds * t->n, sizeof *t->train);
  t->test = bl_calloc(ctx, t->n_folds * t->n, sizeof *t->test);
  if (!t->train || !t->test) return bl_fail_nomem(ctx, "what tells the label");
  for (size_t k = 0; k < t->n_folds; k++) {
    const bl_fold *fold = &f->v[k * f->n / t->n_folds];
    for (size_t i = 0; i < fold->n_train; i++) t->train[k * t->n + t->of[fold->train[i]]]++;
    for (size_t i = 0; i < fold->n_test; i++) t->test[k * t->n + t->of[fold->test[i]]]++;
  }
  return BL_OK;
}

static double y_of(const tally *t, const cell *c) { return t->q->keep_labels ? c->y : t->unit_y[c->unit]; }

static size_t value_of(const tally *t, const cell *c) { return t->q->keep_labels ? t->unit_value[c->unit] : c->value; }

/* ---- classes ----------------------------------------------------------------------------------------------------- */

/* The class that has the greatest share of its rows there; of a value that was never seen the largest class. */
static size_t guess(const tally *t, size_t value)
{
  size_t k = t->q->n_classes, best = 0;
  const double *seen = t->sum + value * k;
  double most = -1, any = 0;
  for (size_t c = 0; c < k; c++) any += seen[c];
  for (size_t c = 0; c < k; c++) {
    double share = any > 0 ? (t->all[c] > 0 ? seen[c] / t->all[c] : 0) : t->all[c];
    if (share > most) most = share, best = c;
  }
  return best;
}

static double score_classes(tally *t)
{
  size_t k = t->q->n_classes, n = 0;
  double sum = 0;
  memset(t->hit, 0, 2 * k * sizeof *t->hit);
  for (size_t f = 0; f < t->n_folds; f++) {
    const uint32_t *train = t->train + f * t->n, *test = t->test + f * t->n;
    memset(t->sum, 0, t->q->n_values * k * sizeof *t->sum);
    memset(t->all, 0, k * sizeof *t->all);
    for (size_t i = 0; i < t->n; i++) {
      if (!train[i]) continue;
      size_t y = (size_t)y_of(t, &t->cells[i]);
      t->sum[value_of(t, &t->cells[i]) * k + y] += train[i];
      t->all[y] += train[i];
    }
    for (size_t i = 0; i < t->n; i++) {
      if (!test[i]) continue;
      size_t y = (size_t)y_of(t, &t->cells[i]);
      t->hit[k + y] += test[i];
      if (guess(t, value_of(t, &t->cells[i])) == y) t->hit[y] += test[i];
    }
  }
  for (size_t c = 0; c < k; c++)
    if (t->hit[k + c] > 0) sum += t->hit[c] / t->hit[k + c], n++;
  return n > 1 ? sum / (double)n : (double)NAN;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* What is left of the squares about each fold's mean when each value says its own mean. */
static double score_numbers(tally *t)
{
  double left = 0, squares = 0;
  for (size_t f = 0; f < t->n_folds; f++) {
    const uint32_t *train = t->train + f * t->n, *test = t->test + f * t->n;
    double sum = 0, n = 0;
    memset(t->sum, 0, 2 * t->q->n_values * sizeof *t->sum);
    for (size_t i = 0; i < t->n; i++) {
      double y = y_of(t, &t->cells[i]);
      double *at = t->sum + 2 * value_of(t, &t->cells[i]);
      at[0] += train[i] * y, at[1] += train[i];
      sum += train[i] * y, n += train[i];
    }
    for (size_t i = 0; n > 0 && i < t->n; i++) {
      const double *at = t->sum + 2 * value_of(t, &t->cells[i]);
      double y = y_of(t, &t->cells[i]), mean = sum / n, said = at[1] > 0 ? at[0] / at[1] : mean;
      left += test[i] * (y - said) * (y - said);
      squares += test[i] * (y - mean) * (y - mean);
    }
  }
  return squares > 0 ? 1 - left / squares : (double)NAN;
}

static double score(tally *t) { return t->q->n_classes ? score_classes(t) : score_numbers(t); }

/* ---- shuffled ---------------------------------------------------------------------------------------------------- */

/* As many shuffles as the level needs to let EXCEEDED of them do as well; it ends as soon as too many did. */
static bl_status is_no_chance(bl_ctx *ctx, tally *t, double got, bool *out)
{
  size_t n = (size_t)ceil(EXCEEDED / t->q->level) - 1, as_well = 0;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n && as_well < EXCEEDED; i++) {
    bl_rng r = bl_rng_make(0, "labels shuffled among recordings", i);
    for (size_t u = t->q->n_units; u > 1; u--) {
      size_t v = (size_t)bl_rng_below(&r, u);
      double y = t->unit_y[u - 1];
      uint32_t value = t->unit_value[u - 1];
      t->unit_y[u - 1] = t->unit_y[v], t->unit_y[v] = y;
      t->unit_value[u - 1] = t->unit_value[v], t->unit_value[v] = value;
    }
    double x = score(t);
    as_well += !(x < got);
    s = BL_CHECK_CANCEL(ctx);
  }
  *out = as_well < EXCEEDED;
  return s;
}

static bl_status prepare(bl_ctx *ctx, tally *t)
{
  const bl_question *q = t->q;
  size_t classes = q->n_classes ? q->n_classes : 2;
  t->cells = bl_calloc(ctx, q->n, sizeof *t->cells);
  t->of = bl_calloc(ctx, q->n, sizeof *t->of);
  t->sum = bl_calloc(ctx, q->n_values, classes * sizeof *t->sum);
  t->all = bl_calloc(ctx, classes, sizeof *t->all);
  t->hit = bl_calloc(ctx, classes, 2 * sizeof *t->hit);
  t->unit_y = bl_calloc(ctx, q->n_units, sizeof *t->unit_y);
  t->unit_value = bl_calloc(ctx, q->n_units, sizeof *t->unit_value);
  if (!t->cells || !t->of || !t->sum || !t->all || !t->hit || !t->unit_y || !t->unit_value)
    return bl_fail_nomem(ctx, "what tells the label");
  make_cells(t);
  for (size_t i = 0; i < t->n; i++) {
    t->unit_y[t->cells[i].unit] = t->cells[i].y;
    t->unit_value[t->cells[i].unit] = t->cells[i].value;
  }
  return count_folds(ctx, t);
}

bl_status bl_question_ask(bl_ctx *ctx, const bl_question *q, double *out, double *chance, bool *told)
{
  tally t = {.q = q};
  *told = false;
  *chance = q->n_classes ? 1 / (double)q->n_classes : 0;
  bl_status s = prepare(ctx, &t);
  *out = s ? (double)NAN : score(&t);
  if (!s && *out - *chance >= LEAST * (1 - *chance)) s = is_no_chance(ctx, &t, *out, told);
  bl_free(ctx, t.cells);
  bl_free(ctx, t.of);
  bl_free(ctx, t.train);
  bl_free(ctx, t.test);
  bl_free(ctx, t.sum);
  bl_free(ctx, t.all);
  bl_free(ctx, t.hit);
  bl_free(ctx, t.unit_y);
  bl_free(ctx, t.unit_value);
  return s;
}
