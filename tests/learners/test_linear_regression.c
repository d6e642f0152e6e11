/* linear_regression: known coefficients, residuals that no column explains, weights, columns that depend on one
 * another, fewer rows than columns. */
#include "learn.h"

enum { N = 80, D = 4 };
static const double truth[D] = {2, -1, 0.5, 30};

static void make(bl_ctx *ctx, bl_mat *m, double *y, double *w, double noise)
{
  bl_rng r = bl_rng_make(3, "linear.noise", 0);
  learn_noise(ctx, "linear", N, D, m);
  for (size_t i = 0; i < N; i++) {
    bl_row(m, i)[3] += 1000; /* far from the origin */
    y[i] = 7 + noise * bl_rng_normal(&r);
    for (size_t j = 0; j < D; j++) y[i] += truth[j] * (double)bl_row(m, i)[j];
    w[i] = bl_rng_uniform(&r) + 0.1;
  }
}

static void exact_targets_give_the_truth_back(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  double y[N], w[N];
  make(ctx, &m, y, w, 0);
  bl_estimator *e = learn_parse(ctx, "linear_regression");
  bl_data d = {.X = bl_mat_view(&m), .y = y, .weight = w};
  check_ok(ctx, bl_fit(ctx, e, &d));
  const double *coef = learn_field(e, "coef").v;
  for (size_t j = 0; j < D; j++) check_near(coef[j], truth[j], 1e-10);
  check_near(*(const double *)learn_field(e, "intercept").v, 7, 1e-7);
  assert_int_equal(*(const int64_t *)learn_field(e, "rank").v, D);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

/* The normal equations: weighted residuals are orthogonal to every column, and sum to 0 where there is an intercept. */
static void residuals_are_orthogonal(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  double y[N], w[N], got[N];
  make(ctx, &m, y, w, 1);
  for (int intercept = 0; intercept < 2; intercept++) {
    bl_estimator *e = learn_parse(ctx, "linear_regression");
    check_ok(ctx, bl_estimator_set(ctx, e, "fit_intercept", intercept ? "true" : "false"));
    bl_data d = {.X = bl_mat_view(&m), .y = y, .weight = w};
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, got));
    for (size_t j = 0; j < D + (size_t)intercept; j++) {
      double sum = 0, size = 0;
      for (size_t i = 0; i < N; i++) {
        double x = j < D ? (double)bl_row(&m, i)[j] : 1;
        sum += w[i] * (y[i] - got[i]) * x;
        size += fabs(w[i] * y[i] * x);
      }
      check_near(sum / size, 0, 1e-12);
    }
    bl_estimator_free(ctx, e);
  }
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

static void dependent_columns_give_the_least_solution(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  double y[N], w[N], got[N];
  make(ctx, &m, y, w, 0);
  for (size_t i = 0; i < N; i++) bl_row(&m, i)[1] = bl_row(&m, i)[0];
  for (size_t i = 0; i < N; i++) y[i] = 4 * (double)bl_row(&m, i)[0];
  bl_estimator *e = learn_parse(ctx, "linear_regression");
  bl_data d = {.X = bl_mat_view(&m), .y = y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  const double *coef = learn_field(e, "coef").v;
  check_near(coef[0], 2, 1e-10);
  check_near(coef[1], 2, 1e-10);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_COLLINEAR), 1);
  /* three rows, four columns: all met */
  d.X.rows = 3;
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, got));
  for (size_t i = 0; i < 3; i++) check_near(got[i], y[i], 1e-8);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(exact_targets_give_the_truth_back),
                                     cmocka_unit_test(residuals_are_orthogonal),
                                     cmocka_unit_test(dependent_columns_give_the_least_solution)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
