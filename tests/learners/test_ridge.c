/* ridge against scikit-learn's on diabetes and on more columns than rows; collinear columns; alpha 0. */
#include <math.h>

#include "baleen/model_file.h"
#include "baleen/random.h"
#include "learned.h"

typedef struct row {
  const char *name, *options;
  size_t target; /* column of two.y, for the case of two targets taken one by one */
  bool weighted, wide;
} row;

static const row rows[] = {
    {"a01", "alpha: 0.1", 0, false, false},   {"a1", "alpha: 1", 0, false, false},
    {"a10", "alpha: 10", 0, false, false},    {"noint", "alpha: 1, fit_intercept: false", 0, false, false},
    {"weighted", "alpha: 1", 0, true, false}, {"wide", "alpha: 0.5", 0, false, true},
    {"two", "alpha: 1", 0, false, false},     {"two", "alpha: 1", 1, false, false},
};

static void agrees_with_scikit_learn(void **state)
{
  const row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("ridge");
  bool two = !strcmp(r->name, "two");
  bl_mat x = golden_rows(ctx, g, r->wide ? "wide.x" : "x");
  const golden_array *ys = golden_get(g, r->wide ? "wide.y" : two ? "two.y" : "y");
  double *y = test_malloc(x.rows * sizeof *y);
  for (size_t i = 0; i < x.rows; i++) y[i] = ys->v[i * ys->cols + r->target];
  bl_data d = {.X = bl_mat_view(&x), .y = y, .weight = r->weighted ? golden_get(g, "w")->v : NULL};
  bl_estimator *e;
  char text[80];
  snprintf(text, sizeof text, "{ridge: {%s}}", r->options);
  check_ok(ctx, bl_estimator_parse(ctx, text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));

  const golden_array *coef = golden_get(g, joined(r->name, "coef")), *b = golden_get(g, joined(r->name, "intercept"));
  const double *got = learned(e, "coef").v;
  for (size_t j = 0; j < x.cols; j++)
    golden_compare_one(coef->v[r->target * coef->cols + j], got[j], coef->rtol, coef->atol, r->name);
  golden_compare_one(b->v[r->target], *(const double *)learned(e, "intercept").v, b->rtol, b->atol, r->name);
  const golden_array *predict = golden_get(g, joined(r->name, "predict"));
  double *out = test_malloc(x.rows * sizeof *out);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, out));
  for (size_t i = 0; i < predict->rows; i++)
    golden_compare_one(predict->v[i * predict->cols + r->target], out[i], predict->rtol, predict->atol, r->name);
  test_free(out);
  test_free(y);
  bl_mat_free(ctx, &x);
  bl_estimator_free(ctx, e);
  golden_close(g);
  check_free(ctx);
}

/* Both columns of y at once, in a chain too, are scikit-learn's of two targets; saved and loaded they stay so. */
static void two_targets_at_once(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("ridge");
  bl_mat x = golden_rows(ctx, g, "x");
  const golden_array *predict = golden_get(g, "two.predict");
  bl_data d = {.X = bl_mat_view(&x), .y = golden_get(g, "two.y")->v, .n_targets = 2};
  bl_estimator *e, *back;
  check_ok(ctx, bl_estimator_parse(ctx, "[{standard_scaler: {with_mean: false, with_std: false}}, ridge]", &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_op_width(e, BL_PREDICT), 2);
  golden_compare(golden_get(g, "two.coef"), learned(e->child[1], "coef").v, "two.coef");
  golden_compare(golden_get(g, "two.intercept"), learned(e->child[1], "intercept").v, "two.intercept");
  const char *path = check_tmp_path("two");
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  check_ok(ctx, bl_model_load(ctx, path, &back, NULL));
  assert_true(bl_estimator_equal(e, back));
  double out[40];
  bl_cmat first = d.X;
  first.rows = 20;
  check_ok(ctx, bl_apply(ctx, back, BL_PREDICT, &first, NULL, out));
  golden_compare(predict, out, "two.predict");
  /* an estimator of one target says so */
  bl_estimator *bag;
  check_ok(ctx, bl_estimator_parse(ctx, "{bagging: {estimator: ridge}}", &bag));
  check_fails(ctx, bl_fit(ctx, bag, &d), BL_E_UNSUPPORTED,
              "bagging: learns one target, but y has 2; what learns several: linear_regression, ridge, ");
  bl_estimator_free(ctx, bag);
  bl_estimator_free(ctx, back);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &x);
  golden_close(g);
  check_tmp_done();
  check_free(ctx);
}

/* Rows of weight zero are left out of every target, and weighing rows is repeating them. */
static void weights_of_two_targets(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {1, 2, 9, 9, 3, 5, 4, 1, 4, 1}, few[] = {1, 2, 3, 5, 4, 1, 4, 1};
  double y[] = {1, 2, 1e9, -1e9, 2, 8, 5, 3, 5, 3}, y_few[] = {1, 2, 2, 8, 5, 3, 5, 3}, w[] = {1, 0, 1, 1, 1};
  bl_data a = {.X = {v, 5, 2, 2, NULL}, .y = y, .n_targets = 2, .weight = w},
          b = {.X = {few, 4, 2, 2, NULL}, .y = y_few, .n_targets = 2};
  bl_estimator *one, *two;
  check_ok(ctx, bl_estimator_new(ctx, "ridge", &one));
  check_ok(ctx, bl_estimator_new(ctx, "ridge", &two));
  check_ok(ctx, bl_fit(ctx, one, &a));
  check_ok(ctx, bl_fit(ctx, two, &b));
  assert_true(bl_estimator_equal(one, two));
  bl_estimator_free(ctx, one);
  bl_estimator_free(ctx, two);
  check_free(ctx);
}

/* y = 2 a + 1 with the column a given twice: the smallest coefficients share the 2. */
static void collinear_columns_share(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {0, 0, 1, 1, 2, 2, 5, 5, 7, 7};
  double y[] = {1, 3, 5, 11, 15}, out[5];
  bl_data d = {.X = {v, 5, 2, 2, NULL}, .y = y};
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, "{ridge: {alpha: 0}}", &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_COLLINEAR), 1);
  const double *coef = learned(e, "coef").v;
  check_near(coef[0], 1, 1e-12);
  check_near(coef[1], 1, 1e-12);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, out));
  for (size_t i = 0; i < 5; i++) check_near(out[i], y[i], 1e-12);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* A column given twice, in rows whose rounding leaves it a singular value just above machine precision: the fit is that
 * of the other columns alone. So it is with a penalty too small to lift the column. */
static void doubled_columns_of_many_rows(void **unused)
{
  (void)unused;
  enum { ROWS = 90, COLS = 6, SETS = 40 };
  static const char *const models[] = {"{ridge: {alpha: 0}}", "{ridge: {alpha: 1e-13}}", "linear_regression"};
  bl_ctx *ctx = bl_ctx_new();
  for (uint64_t set = 0; set < SETS; set++) {
    bl_rng r = bl_rng_make(set, "doubled", 0);
    float v[ROWS * COLS];
    double y[ROWS], alone[ROWS], out[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
      for (size_t j = 0; j + 1 < COLS; j++) v[i * COLS + j] = (float)bl_rng_normal(&r);
      v[i * COLS + COLS - 1] = v[i * COLS];
      y[i] = 3 * (double)v[i * COLS] - (double)v[i * COLS + 1] + 2 * (double)v[i * COLS + 2] + 20 + bl_rng_normal(&r);
    }
    for (size_t m = 0; m <= 3; m++) {
      bl_data d = {.X = {v, ROWS, m ? COLS : COLS - 1, COLS, NULL}, .y = y};
      bl_estimator *e;
      check_ok(ctx, bl_estimator_parse(ctx, m ? models[m - 1] : models[2], &e));
      check_ok(ctx, bl_fit(ctx, e, &d));
      check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, m ? out : alone));
      for (size_t i = 0; m && i < ROWS; i++)
        if (!(fabs(out[i] - alone[i]) <= 1e-6))
          fail_msg("set %llu, %s: row %zu is %.17g, not %.17g", (unsigned long long)set, models[m - 1], i, out[i],
                   alone[i]);
      bl_estimator_free(ctx, e);
    }
  }
  check_free(ctx);
}

static void other_operations_are_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {0, 1, 2};
  double y[] = {1, 3, 5}, out[6];
  bl_data d = {.X = {v, 3, 1, 1, NULL}, .y = y};
  bl_estimator *e;
  check_ok(ctx, bl_estimator_new(ctx, "ridge", &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_fails(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &d.X, NULL, out), BL_E_UNSUPPORTED,
              "ridge: gives no predict_proba");
  d.y = NULL;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_ARG, "learns from targets, but y was not given");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N + 5];
  memset(tests, 0, sizeof tests);
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){
        .name = rows[i].name, .test_func = agrees_with_scikit_learn, .initial_state = (void *)(uintptr_t)&rows[i]};
  tests[N + 4] = (struct CMUnitTest)cmocka_unit_test(doubled_columns_of_many_rows);
  tests[N + 2] = (struct CMUnitTest)cmocka_unit_test(two_targets_at_once);
  tests[N + 3] = (struct CMUnitTest)cmocka_unit_test(weights_of_two_targets);
  tests[N] = (struct CMUnitTest)cmocka_unit_test(collinear_columns_share);
  tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(other_operations_are_refused);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
