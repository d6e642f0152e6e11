/* knn and knn_regressor: scikit-learn's numbers, ties, rows far from the origin, damaged models. */
#include "learn.h"

static void like_golden(bl_ctx *ctx, const golden *g, const char *data, int k, const char *weights, const char *metric)
{
  char text[160], name[96];
  bool regression = !strcmp(data, "diabetes");
  snprintf(text, sizeof text, "{%s: {n_neighbors: %d, weights: %s, metric: %s}}", regression ? "knn_regressor" : "knn",
           k, weights, metric);
  char train_x[64], train_y[64];
  snprintf(train_x, sizeof train_x, "%s.train.x", data);
  snprintf(train_y, sizeof train_y, "%s.train.y", data);
  learn_set s = learn_open_as(ctx, g, train_x, train_y);
  snprintf(name, sizeof name, "%s.ask.x", data);
  bl_mat ask = learn_rows(ctx, golden_get(g, name));
  bl_cmat A = bl_mat_view(&ask);
  bl_estimator *e = learn_parse(ctx, text);
  bl_data d = {.X = s.X, .y = s.y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  const double *ambiguous = NULL;
  if (!strcmp(data, "iris")) {
    snprintf(name, sizeof name, "iris.ambiguous.k%d.%s", k, metric);
    ambiguous = golden_get(g, name)->v;
  }
  for (int op = BL_PREDICT; op <= (regression ? BL_PREDICT : BL_PREDICT_PROBA); op++) {
    snprintf(name, sizeof name, "%s.k%d.%s.%s.%s", data, k, weights, metric, op == BL_PREDICT ? "predict" : "proba");
    const golden_array *want = golden_get(g, name);
    size_t width = bl_op_width(e, (bl_op)op), compared = 0;
    assert_int_equal(width, want->cols);
    double *got = test_calloc(ask.rows * width, sizeof *got);
    check_ok(ctx, bl_apply(ctx, e, (bl_op)op, &A, NULL, got));
    for (size_t i = 0; i < ask.rows; i++)
      for (size_t c = 0; c < width && !(ambiguous && ambiguous[i] > 0); c++, compared++)
        golden_compare_one(want->v[i * width + c], got[i * width + c], want->rtol, want->atol, name);
    assert_true(compared > ask.rows / 4);
    test_free(got);
  }
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &ask);
  learn_close(ctx, &s);
}

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  static const char *const data[] = {"iris", "cloud", "diabetes"}, *const weights[] = {"uniform", "distance"};
  static const char *const metrics[] = {"euclidean", "manhattan"};
  static const int ks[] = {1, 5, 15};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("knn");
  for (size_t i = 0; i < 3; i++)
    for (size_t k = 0; k < 3; k++)
      for (size_t w = 0; w < 2; w++)
        for (size_t m = 0; m < 2; m++) like_golden(ctx, g, data[i], ks[k], weights[w], metrics[m]);
  golden_close(g);
  check_free(ctx);
}

/* Train rows 0 and 1 at distance 1 on both sides, rows 2 and 3 on them again; y tells who was asked. */
static void ties_go_to_the_first_row_and_the_lowest_class(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {1, -1, 1, -1, 9}, zero[] = {0};
  double y[] = {10, 20, 40, 80, 160}, out[2];
  double classes[] = {7, 7, 3, 3, 3};
  bl_cmat X = {x, 5, 1, 1, NULL}, A = {zero, 1, 1, 1, NULL};
  bl_estimator *e = learn_parse(ctx, "{knn_regressor: {n_neighbors: 2}}");
  bl_data d = {.X = X, .y = y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &A, NULL, out));
  check_near(out[0], 15, 0);
  check_ok(ctx, bl_estimator_set(ctx, e, "n_neighbors", "3"));
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &A, NULL, out));
  check_near(out[0], 70.0 / 3, 1e-14);
  check_ok(ctx, bl_estimator_set(ctx, e, "n_neighbors", "6"));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "5 rows");
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{knn: {n_neighbors: 4}}");
  d.y = classes;
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &A, NULL, out));
  check_near(out[0], 3, 0);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* |x|^2 + |y|^2 - 2xy loses the distance far from the origin; the recheck must not. */
static void far_rows_are_as_exact_as_near_ones(void **unused)
{
  (void)unused;
  enum { N = 700, D = 6 };
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  learn_noise(ctx, "knn.far", N, D, &m);
  double y[N], got[N], p2[N];
  for (size_t i = 0; i < N; i++) {
    y[i] = (double)i;
    for (size_t j = 0; j < D; j++) bl_row(&m, i)[j] = j ? 0.3F * bl_row(&m, i)[j] : 1.6e7F;
  }
  bl_cmat X = bl_mat_view(&m);
  bl_estimator *e = learn_parse(ctx, "{knn_regressor: {n_neighbors: 3}}");
  bl_estimator *f = learn_parse(ctx, "{knn_regressor: {n_neighbors: 3, metric: minkowski}}");
  bl_data d = {.X = X, .y = y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_fit(ctx, f, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, got));
  check_ok(ctx, bl_apply(ctx, f, BL_PREDICT, &X, NULL, p2));
  for (size_t i = 0; i < N; i++) {
    /* three smallest by (distance, index), the slow way */
    size_t best[3];
    double taken[3];
    size_t n = 0;
    for (size_t t = 0; t < N; t++) {
      double sum = 0;
      for (size_t j = 0; j < D; j++) sum += pow((double)bl_row(&m, i)[j] - (double)bl_row(&m, t)[j], 2);
      size_t at = n < 3 ? n : 3;
      while (at && sum < taken[at - 1]) at--;
      if (at == 3) continue;
      for (size_t q = n < 3 ? n : 2; q > at; q--) best[q] = best[q - 1], taken[q] = taken[q - 1];
      best[at] = t;
      taken[at] = sum;
      if (n < 3) n++;
    }
    check_near(got[i], (double)(best[0] + best[1] + best[2]) / 3, 1e-9);
    check_near(p2[i], got[i], 1e-9);
  }
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, f);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

/* Powers of 1e30 would overflow; the far row is a tenth nearer along every column. */
static void a_high_power_does_not_overflow(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {1e30F, 1e30F, -9e29F, 8e29F}, zero[] = {0, 0};
  double y[] = {1, 2}, out;
  bl_cmat X = {x, 2, 2, 2, NULL}, A = {zero, 1, 2, 2, NULL};
  bl_estimator *e = learn_parse(ctx, "{knn_regressor: {n_neighbors: 2, metric: minkowski, p: 100, weights: distance}}");
  bl_data d = {.X = X, .y = y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &A, NULL, &out));
  double a = pow(2, 0.01), b = 0.9 * pow(1 + pow(8.0 / 9, 100), 0.01); /* distances in 1e30 */
  check_near(out, (1 / a + 2 / b) / (1 / a + 1 / b), 1e-6);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void a_damaged_model_is_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("knn");
  learn_set s = learn_open_as(ctx, g, "iris.train.x", "iris.train.y");
  bl_estimator *e = learn_parse(ctx, "knn");
  bl_data d = {.X = s.X, .y = s.y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, e->cls->check(ctx, e));
  e->n_classes = 2; /* a code 2 would vote outside */
  check_fails(ctx, e->cls->check(ctx, e), BL_E_FORMAT, "none of 2 classes");
  e->n_classes = 3;
  e->n_features = 5;
  check_fails(ctx, e->cls->check(ctx, e), BL_E_FORMAT, "do not fit 5 columns");
  e->n_features = 4;
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

typedef struct sweep {
  bl_cmat X;
  const double *y;
} sweep;

static bl_status fit_and_ask(bl_ctx *ctx, void *arg)
{
  const sweep *w = arg;
  bl_estimator *e = NULL;
  double out[300];
  bl_data d = {.X = w->X, .y = w->y};
  bl_status s = bl_estimator_new(ctx, "knn", &e);
  if (!s) s = bl_fit(ctx, e, &d);
  if (!s) s = bl_apply(ctx, e, BL_PREDICT_PROBA, &d.X, NULL, out);
  bl_estimator_free(ctx, e);
  return s;
}

static void every_allocation_may_fail(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("knn");
  learn_set s = learn_open_as(ctx, g, "iris.train.x", "iris.train.y");
  sweep w = {s.X, s.y};
  check_every_allocation_failing(fit_and_ask, &w);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_scikit_learns),
                                     cmocka_unit_test(ties_go_to_the_first_row_and_the_lowest_class),
                                     cmocka_unit_test(far_rows_are_as_exact_as_near_ones),
                                     cmocka_unit_test(a_high_power_does_not_overflow),
                                     cmocka_unit_test(a_damaged_model_is_refused),
                                     cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
