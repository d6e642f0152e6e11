/* decision_tree_classifier, decision_tree_regressor, random_forest_classifier, random_forest_regressor, extra_trees_classifier,
 * extra_trees_regressor: single trees against scikit-learn's to the last leaf, forests against the spread of its scores; what
 * the engine promises of bins, missing values and small units. */
#include <math.h>
#include <stdlib.h>

#include "baleen/random.h"
#include "binned.h"
#include "forest.h"
#include "learn.h"
#include "learned.h"

/* The even rows are learnt, the odd ones asked. */
typedef struct halves {
  const golden *from;
  learn_set s;
  uint32_t *even, *odd;
  size_t n_even, n_odd;
  double *y, *other, *w;
} halves;

static halves open_halves(bl_ctx *ctx, const golden *from, const char *where)
{
  halves h = {.from = from, .s = learn_open(ctx, from, where)};
  size_t n = h.s.X.rows;
  char name[80];
  snprintf(name, sizeof name, "%s.w", where);
  const double *w = golden_get(from, name)->v;
  h.even = malloc(n * sizeof *h.even), h.odd = malloc(n * sizeof *h.odd);
  h.y = malloc(n * sizeof *h.y), h.other = malloc(n * sizeof *h.other), h.w = malloc(n * sizeof *h.w);
  for (uint32_t i = 0; i < n; i++) {
    if (i % 2) h.other[h.n_odd] = h.s.y[i], h.odd[h.n_odd++] = i;
    else h.w[h.n_even] = w[i], h.y[h.n_even] = h.s.y[i], h.even[h.n_even++] = i;
  }
  return h;
}

static void close_halves(bl_ctx *ctx, halves *h)
{
  learn_close(ctx, &h->s);
  free(h->even), free(h->odd), free(h->y), free(h->other), free(h->w);
}

static size_t depth_of(const bl_trees *t, int32_t node)
{
  if (t->feature[node] < 0) return 0;
  size_t l = depth_of(t, t->left[node]), r = depth_of(t, t->left[node] + 1);
  return 1 + (l > r ? l : r);
}

static size_t leaves_of(const bl_trees *t)
{
  size_t n = 0;
  for (size_t i = 0; i < t->n_nodes; i++) n += t->feature[i] < 0;
  return n;
}

static void check_tree(const golden *data, const golden *g, const char *name)
{
  bl_ctx *ctx = bl_ctx_new();
  char full[96], where[32] = "";
  snprintf(full, sizeof full, "%s.data", name);
  const char *said = golden_text(g, full);
  sscanf(said, "%31s", where);
  halves h = open_halves(ctx, strcmp(where, "made") ? data : g, where);
  snprintf(full, sizeof full, "%s.model", name);
  bl_estimator *e = learn_parse(ctx, golden_text(g, full));
  check_ok(ctx, bl_fit(ctx, e,
                       &(bl_data){.X = bl_cmat_rows(&h.s.X, h.even, h.n_even),
                                  .y = h.y,
                                  .weight = strstr(said, " weighted") ? h.w : NULL}));
  bl_op op = e->n_classes ? BL_PREDICT_PROBA : BL_PREDICT;
  const size_t wide = bl_op_width(e, op);
  assert_true(h.n_odd > 0 && wide > 0);
  double *got = malloc(h.n_odd * wide * sizeof *got);
  bl_cmat X = bl_cmat_rows(&h.s.X, h.odd, h.n_odd);
  check_ok(ctx, bl_apply(ctx, e, op, &X, NULL, got));
  snprintf(full, sizeof full, "%s.%s", name, e->n_classes ? "proba" : "predict");
  golden_compare(golden_get(g, full), got, full);
  const bl_forest_state *s = e->state;
  double size[2] = {(double)leaves_of(&s->trees), (double)depth_of(&s->trees, 0)};
  snprintf(full, sizeof full, "%s.size", name);
  golden_compare(golden_get(g, full), size, full);
  snprintf(full, sizeof full, "%s.importances", name);
  golden_compare(golden_get(g, full), s->feature_importances, full);
  free(got);
  bl_estimator_free(ctx, e);
  close_halves(ctx, &h);
  check_free(ctx);
}

static void trees_are_scikit_learns(void **state)
{
  (void)state;
  static const char *const names[] = {"gini",   "entropy",       "split",           "weighted",
                                      "number", "number.leaves", "number.decrease", "number.weighted"};
  golden *data = golden_open("linear_data"), *g = golden_open("trees");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) check_tree(data, g, names[i]);
  golden_close(data);
  golden_close(g);
}

/* Of ten forests of ours the mean score lies within what chance allows beside the peer's twenty. */
static void check_mean(const golden *g, const char *name, const double *got, size_t n)
{
  const golden_array *want = golden_get(g, name);
  double mean = 0, allowed = 4 * want->v[1] * sqrt(1.0 / 20 + 1.0 / (double)n);
  for (size_t i = 0; i < n; i++) mean += got[i] / (double)n;
  if (!(fabs(mean - want->v[0]) <= allowed))
    fail_msg("%s: %.5f, the peer's is %.5f, %.5f apart is allowed", name, mean, want->v[0], allowed);
}

static double score_of(bl_ctx *ctx, const bl_estimator *e, const halves *h)
{
  assert_true(h->n_odd > 0);
  double *got = malloc(h->n_odd * sizeof *got), right = 0, mean = 0, total = 0, error = 0, n = (double)h->n_odd;
  bl_cmat X = bl_cmat_rows(&h->s.X, h->odd, h->n_odd);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, got));
  for (size_t i = 0; i < h->n_odd; i++) mean += h->other[i] / n;
  for (size_t i = 0; i < h->n_odd; i++) {
    right += got[i] == h->other[i];
    error += (got[i] - h->other[i]) * (got[i] - h->other[i]);
    total += (h->other[i] - mean) * (h->other[i] - mean);
  }
  free(got);
  return e->n_classes ? right / n : 1 - error / total;
}

static void forests_score_as_the_peers(void **state)
{
  (void)state;
  enum { SEEDS = 10 };
  static const char *const names[] = {"class", "class.few", "number", "extra", "extra.number"};
  golden *data = golden_open("linear_data"), *g = golden_open("trees");
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    bl_ctx *ctx = bl_ctx_new();
    char full[96], seed[8];
    double score[SEEDS], unseen[SEEDS];
    bool oob = false;
    snprintf(full, sizeof full, "forest.%s.data", names[k]);
    halves h = open_halves(ctx, data, golden_text(g, full));
    for (int i = 0; i < SEEDS; i++) {
      snprintf(full, sizeof full, "forest.%s.model", names[k]);
      bl_estimator *e = learn_parse(ctx, golden_text(g, full));
      snprintf(seed, sizeof seed, "%d", i);
      check_ok(ctx, bl_estimator_set(ctx, e, "random_state", seed));
      check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = bl_cmat_rows(&h.s.X, h.even, h.n_even), .y = h.y}));
      score[i] = score_of(ctx, e, &h);
      oob = ((const bl_forest_state *)e->state)->n_oob;
      if (oob) unseen[i] = *((const bl_forest_state *)e->state)->oob_score;
      bl_estimator_free(ctx, e);
    }
    snprintf(full, sizeof full, "forest.%s.score", names[k]);
    check_mean(g, full, score, SEEDS);
    snprintf(full, sizeof full, "forest.%s.oob", names[k]);
    if (oob) check_mean(g, full, unseen, SEEDS);
    close_halves(ctx, &h);
    check_free(ctx);
  }
  golden_close(data);
  golden_close(g);
}

/* ---- the engine -------------------------------------------------------------------------------------------------- */

/* The best first split of a regression tree, looked for among all columns and values one by one. */
static double brute_force(const float *x, const double *y, size_t n, size_t d, size_t least, size_t *column, float *at)
{
  double best = -1;
  for (size_t c = 0; c < d; c++)
    for (size_t k = 0; k < n; k++) {
      double s[2] = {0}, w[2] = {0};
      for (size_t i = 0; i < n; i++) s[x[i * d + c] > x[k * d + c]] += y[i], w[x[i * d + c] > x[k * d + c]]++;
      if (w[0] < (double)least || w[1] < (double)least) continue;
      double gain = s[0] * s[0] / w[0] + s[1] * s[1] / w[1];
      if (gain > best) best = gain, *column = c, *at = x[k * d + c];
    }
  return best;
}

/* Many rows go by a histogram, few by sorting: both find what brute force finds. */
static void splits_are_the_best(void **state)
{
  (void)state;
  enum { N = 90, D = 3 };
  bl_ctx *ctx = bl_ctx_new();
  static float x[N * D];
  double y[N];
  for (uint64_t turn = 0; turn < 60; turn++) {
    bl_rng r = bl_rng_make(turn, "trees", 0);
    size_t n = 8 + (size_t)bl_rng_below(&r, N - 8), values = turn % 3 ? 6 : 1000, column = 0;
    for (size_t i = 0; i < n * D; i++) x[i] = (float)bl_rng_below(&r, values) * 1e-7f;
    for (size_t i = 0; i < n; i++) y[i] = bl_rng_normal(&r);
    float at = 0;
    double mean = 0;
    for (size_t i = 0; i < n; i++) mean += y[i] / (double)n;
    for (size_t i = 0; i < n; i++) y[i] -= mean;
    bl_estimator *e = learn_parse(ctx, "{decision_tree_regressor: {max_depth: 1, min_samples_leaf: 2}}");
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = {.v = x, .rows = n, .cols = D, .stride = D}, .y = y}));
    brute_force(x, y, n, D, 2, &column, &at);
    const bl_trees *t = &((const bl_forest_state *)e->state)->trees;
    assert_int_equal(t->feature[0], column);
    assert_true(t->threshold[0] >= at);
    for (size_t i = 0; i < n; i++) /* none lies between */
      assert_true(x[i * D + column] <= at || x[i * D + column] > t->threshold[0]);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* Columns of more values than bins: each bin a run of values, about as many rows in each. */
static void bins_hold_alike_many(void **state)
{
  (void)state;
  enum { N = 5000, BINS = 100 };
  bl_ctx *ctx = bl_ctx_new();
  static float x[N * 3];
  bl_rng r = bl_rng_make(1, "trees", 0);
  for (size_t i = 0; i < N; i++) {
    x[3 * i] = (float)exp(bl_rng_normal(&r));
    x[3 * i + 1] = (float)bl_rng_below(&r, 40);
    x[3 * i + 2] = i % 10 ? 0 : i % 20 ? NAN : (float)bl_rng_normal(&r);
  }
  bl_binned b;
  check_ok(ctx, bl_binned_new(ctx, &(bl_cmat){.v = x, .rows = N, .cols = 3, .stride = 3}, BINS, &b));
  assert_int_equal(bl_binned_count(&b, 0), BINS);
  assert_int_equal(bl_binned_count(&b, 1), 40);
  size_t count[BINS] = {0};
  for (size_t i = 0; i < N; i++) {
    for (size_t c = 0; c < 3; c++) {
      size_t code = b.code[c * N + i];
      if (isnan(x[3 * i + c])) assert_int_equal(code, bl_binned_count(&b, c));
      else assert_true(x[3 * i + c] >= b.low[b.first[c] + code] && x[3 * i + c] <= b.high[b.first[c] + code]);
    }
    count[b.code[i]]++;
  }
  for (size_t k = 0; k < BINS; k++) assert_true(count[k] == N / BINS);
  bl_binned_free(ctx, &b);
  check_free(ctx);
}

/* That a value is missing may tell all there is to tell: alone, or with the large values, or with the small ones. */
static void missing_values_go_where_they_tell(void **state)
{
  (void)state;
  enum { N = 60 };
  bl_ctx *ctx = bl_ctx_new();
  for (int way = 0; way < 3; way++) {
    float x[N];
    double y[N], got[N];
    for (size_t i = 0; i < N; i++) {
      x[i] = i % 3 ? (float)i : NAN;
      bool missing = i % 3 == 0;
      y[i] = way == 0 ? missing : way == 1 ? missing || i > 30 : missing || i <= 30;
    }
    bl_cmat X = {.v = x, .rows = N, .cols = 1, .stride = 1};
    bl_estimator *e = learn_parse(ctx, "{decision_tree_classifier: {max_depth: 1}}");
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X, .y = y}));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, got));
    assert_memory_equal(got, y, sizeof y);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* Neither column gains anything alone: a tree that stopped there would never find what both say. */
static void splits_that_gain_nothing_may_lead_on(void **state)
{
  (void)state;
  enum { N = 64 };
  bl_ctx *ctx = bl_ctx_new();
  float x[2 * N];
  double y[N], got[N];
  for (size_t i = 0; i < N; i++) {
    x[2 * i] = (float)(i % 2) * 1e-12f, x[2 * i + 1] = (float)(i / 2 % 2);
    y[i] = (double)(i % 2 != i / 2 % 2);
  }
  bl_cmat X = {.v = x, .rows = N, .cols = 2, .stride = 2};
  static const char *const models[] = {"decision_tree_classifier", "{extra_trees_classifier: {n_estimators: 5}}",
                                       "{decision_tree_classifier: {criterion: log_loss}}"};
  for (size_t k = 0; k < 3; k++) {
    bl_estimator *e = learn_parse(ctx, models[k]);
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X, .y = y}));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, got));
    assert_memory_equal(got, y, sizeof y);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* A mean a million times the spread costs the sums of squares no digits. */
static void targets_far_from_zero(void **state)
{
  (void)state;
  enum { N = 40 };
  bl_ctx *ctx = bl_ctx_new();
  float x[N];
  double y[N], got[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)i, y[i] = 1e9 + (double)(i / 5);
  bl_cmat X = {.v = x, .rows = N, .cols = 1, .stride = 1};
  bl_estimator *e = learn_parse(ctx, "decision_tree_regressor");
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X, .y = y}));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, got));
  for (size_t i = 0; i < N; i++) assert_true(fabs(got[i] - y[i]) < 1e-6);
  assert_int_equal(leaves_of(&((const bl_forest_state *)e->state)->trees), N / 5);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void refusals(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float x[4] = {1, 2, 3, 4};
  double y[4] = {0, 1, 0, 1};
  bl_data d = {.X = {.v = x, .rows = 4, .cols = 1, .stride = 1}, .y = y};
  static const struct {
    const char *model, *part;
  } cases[] = {
      {"{extra_trees_classifier: {oob_score: true}}", "extra_trees_classifier: oob_score needs bootstrap"},
      {"{random_forest_regressor: {bootstrap: false, max_samples: 2}}", "random_forest_regressor: max_samples needs"},
      {"{decision_tree_classifier: {max_features: 1.5}}", "decision_tree_classifier: max_features is 1.5"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bl_estimator *e = learn_parse(ctx, cases[i].model);
    check_fails(ctx, bl_fit(ctx, e, &d), BL_E_CONFIG, cases[i].part);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(trees_are_scikit_learns),
                                     cmocka_unit_test(forests_score_as_the_peers),
                                     cmocka_unit_test(splits_are_the_best),
                                     cmocka_unit_test(bins_hold_alike_many),
                                     cmocka_unit_test(missing_values_go_where_they_tell),
                                     cmocka_unit_test(splits_that_gain_nothing_may_lead_on),
                                     cmocka_unit_test(targets_far_from_zero),
                                     cmocka_unit_test(refusals)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
