/* hist_gradient_boosting_classifier and hist_gradient_boosting_regressor against scikit-learn's; early stopping by groups, draws of
 * rows and columns, missing values, a Poisson target that cannot be. */
#include <math.h>
#include <stdlib.h>

#include "boost.h"
#include "learn.h"

static size_t leaves_of(const bl_trees *t)
{
  size_t n = 0;
  for (size_t i = 0; i < t->n_nodes; i++) n += t->feature[i] < 0;
  return n;
}

static void check_case(const golden *data, const golden *made, const golden *g, const char *name)
{
  bl_ctx *ctx = bl_ctx_new();
  char full[96], where[32] = "";
  snprintf(full, sizeof full, "%s.data", name);
  const char *said = golden_text(g, full);
  sscanf(said, "%31s", where);
  const golden *from = strcmp(where, "made") ? data : made;
  learn_set s = learn_open(ctx, from, where);
  size_t n = s.X.rows, half = 0, others = 0;
  uint32_t *even = malloc(n * sizeof *even), *odd = malloc(n * sizeof *odd);
  double *y = malloc(n * sizeof *y), *w = malloc(n * sizeof *w);
  snprintf(full, sizeof full, "%s.w", where);
  for (uint32_t i = 0; i < n; i++) {
    if (i % 2) odd[others++] = i;
    else y[half] = s.y[i], w[half] = 1 + golden_get(from, full)->v[i], even[half++] = i;
  }
  snprintf(full, sizeof full, "%s.model", name);
  bl_estimator *e = learn_parse(ctx, golden_text(g, full));
  check_ok(
      ctx,
      bl_fit(ctx, e,
             &(bl_data){.X = bl_cmat_rows(&s.X, even, half), .y = y, .weight = strstr(said, " weighted") ? w : NULL}));
  bl_op op = e->n_classes ? BL_PREDICT_PROBA : BL_PREDICT;
  const size_t wide = bl_op_width(e, op);
  assert_true(others > 0 && wide > 0);
  double *got = malloc(others * wide * sizeof *got);
  bl_cmat X = bl_cmat_rows(&s.X, odd, others);
  check_ok(ctx, bl_apply(ctx, e, op, &X, NULL, got));
  snprintf(full, sizeof full, "%s.%s", name, e->n_classes ? "proba" : "predict");
  golden_compare(golden_get(g, full), got, full);
  double size = (double)leaves_of(&((const bl_boost_state *)e->state)->trees);
  snprintf(full, sizeof full, "%s.size", name);
  golden_compare(golden_get(g, full), &size, full);
  free(got), free(even), free(odd), free(y), free(w);
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  check_free(ctx);
}

static void agrees_with_scikit_learn(void **state)
{
  (void)state;
  static const char *const names[] = {"three",           "two",      "two.weighted", "number",
                                      "number.weighted", "absolute", "poisson",      "quantile"};
  golden *data = golden_open("linear_data"), *made = golden_open("trees"), *g = golden_open("boosting");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) check_case(data, made, g, names[i]);
  golden_close(data);
  golden_close(made);
  golden_close(g);
}

enum { N = 600, D = 6 };

static void make_rows(float *x, double *y, int32_t *group, uint64_t seed)
{
  bl_rng r = bl_rng_make(seed, "boosting", 0);
  for (size_t i = 0; i < N; i++) {
    for (size_t k = 0; k < D; k++) x[i * D + k] = (float)bl_rng_normal(&r);
    y[i] = (double)(x[i * D] + x[i * D + 1] * x[i * D + 2] + 0.7f * (float)bl_rng_normal(&r) > 0);
    group[i] = (int32_t)(i / 20);
  }
}

/* It stops once held-out rows gain no more, well before the rounds are used up; and the same whatever the threads. */
static void stops_early(void **state)
{
  (void)state;
  static float x[N * D];
  static double y[N], got[2][N];
  static int32_t group[N];
  bl_ctx *ctx = bl_ctx_new();
  make_rows(x, y, group, 1);
  bl_data d = {.X = {.v = x, .rows = N, .cols = D, .stride = D}, .y = y};
  for (int grouped = 0; grouped < 2; grouped++) {
    d.group = grouped ? group : NULL;
    for (size_t threads = 1; threads < 3; threads++) {
      bl_ctx_set_threads(ctx, threads);
      bl_estimator *e = learn_parse(ctx, "{hist_gradient_boosting_classifier: {max_iter: 1000, early_stopping: true, "
                                         "subsample: 0.7, max_features: 0.5}}");
      check_ok(ctx, bl_fit(ctx, e, &d));
      const bl_boost_state *s = e->state;
      size_t rounds = s->trees.n_trees_plus_one - 1;
      assert_true(rounds > 10 && rounds < 300);
      assert_int_equal(s->n_scores, rounds + 1);
      double best = s->validation_score[0];
      for (size_t i = 0; i < s->n_scores - 10; i++) best = fmax(best, s->validation_score[i]);
      for (size_t i = s->n_scores - 10; i < s->n_scores; i++) assert_true(s->validation_score[i] <= best + 1e-7);
      check_ok(ctx, bl_apply(ctx, e, BL_DECISION, &d.X, NULL, got[threads - 1]));
      bl_estimator_free(ctx, e);
    }
    assert_memory_equal(got[0], got[1], sizeof got[0]);
  }
  check_free(ctx);
}

/* Held-out rows whose groups were learnt from would stop it late: here each group has a column that names it, and a label of its own. */
static void groups_are_held_out_whole(void **state)
{
  (void)state;
  static float x[N];
  static double y[N];
  static int32_t group[N];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng r = bl_rng_make(5, "boosting", 0);
  for (size_t i = 0; i < N; i++) group[i] = (int32_t)(i % 20), x[i] = (float)group[i];
  for (int32_t k = 0; k < 20; k++) {
    double label = (double)bl_rng_below(&r, 2);
    for (size_t i = 0; i < N; i++)
      if (group[i] == k) y[i] = label;
  }
  size_t rounds[2];
  for (int grouped = 0; grouped < 2; grouped++) {
    bl_estimator *e = learn_parse(ctx, "{hist_gradient_boosting_classifier: {max_iter: 60, early_stopping: true}}");
    check_ok(
        ctx,
        bl_fit(ctx, e,
               &(bl_data){.X = {.v = x, .rows = N, .cols = 1, .stride = 1}, .y = y, .group = grouped ? group : NULL}));
    rounds[grouped] = ((const bl_boost_state *)e->state)->trees.n_trees_plus_one - 1;
    bl_estimator_free(ctx, e);
  }
  assert_int_equal(rounds[0], 60);
  assert_true(rounds[1] < 40);
  check_free(ctx);
}

static void missing_values_and_refusals(void **state)
{
  (void)state;
  static float x[N * D];
  static double y[N], got[N];
  static int32_t group[N];
  bl_ctx *ctx = bl_ctx_new();
  make_rows(x, y, group, 2);
  for (size_t i = 0; i < N; i++) x[i * D + 3] = y[i] > 0 && i % 4 ? NAN : 0; /* that it is missing tells most */
  bl_data d = {.X = {.v = x, .rows = N, .cols = D, .stride = D}, .y = y};
  bl_estimator *e = learn_parse(ctx, "hist_gradient_boosting_classifier");
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, got));
  for (size_t i = 0; i < N; i++)
    if (isnan(x[i * D + 3])) assert_true(got[i] == 1);
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{hist_gradient_boosting_regressor: {loss: poisson}}");
  y[7] = -1;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "the target of row 7 is -1; poisson takes none below 0");
  for (size_t i = 0; i < N; i++) y[i] = 0;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "poisson needs a target above 0");
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{hist_gradient_boosting_regressor: {early_stopping: true, validation_fraction: 0.0001}}");
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_SHAPE, "600 rows leave none to hold out for early stopping");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_scikit_learn), cmocka_unit_test(stops_early),
                                     cmocka_unit_test(groups_are_held_out_whole),
                                     cmocka_unit_test(missing_values_and_refusals)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
