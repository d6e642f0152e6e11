/* logistic_regression: optima of scikit-learn, units, solvers, weights, the iteration cap, damaged models. */
#include "learn.h"

static void fitted_like_golden(bl_ctx *ctx, const golden *g, const char *data, const char *case_name,
                               const char *solver)
{
  char name[64], text[160];
  bool balanced_iris = !strcmp(data, "iris") && !strcmp(case_name, "balanced");
  bool weighted = !strcmp(case_name, "weighted");
  snprintf(text, sizeof text,
           "{logistic_regression: {tol: 1e-9, max_iter: 5000, solver: %s, C: %s, fit_intercept: %s, "
           "class_weight: %s}}",
           solver,
           !strcmp(case_name, "c01")   ? "0.1"
           : !strcmp(case_name, "c10") ? "10"
                                       : "1",
           !strcmp(case_name, "nofit") ? "false" : "true", !strcmp(case_name, "balanced") ? "balanced" : "none");
  bl_estimator *e = learn_parse(ctx, text);
  learn_set all = learn_open(ctx, g, data), used = all;
  double y[256];
  if (balanced_iris) {
    const golden_array *rows = golden_get(g, "iris.balanced.rows");
    uint32_t index[256];
    for (size_t i = 0; i < rows->rows; i++) index[i] = (uint32_t)rows->v[i], y[i] = all.y[index[i]];
    used.X = bl_cmat_rows(&all.X, index, rows->rows);
    used.y = y;
    bl_data d = {.X = used.X, .y = used.y};
    check_ok(ctx, bl_fit(ctx, e, &d));
  } else {
    snprintf(name, sizeof name, "%s.w", data);
    bl_data d = {.X = all.X, .y = all.y, .weight = weighted ? golden_get(g, name)->v : NULL};
    check_ok(ctx, bl_fit(ctx, e, &d));
  }
  char prefix[64];
  snprintf(prefix, sizeof prefix, "%s.%s", data, case_name);
  learn_compare_field(g, prefix, e, "coef");
  learn_compare_field(g, prefix, e, "intercept");
  learn_compare_proba(ctx, g, prefix, e, &all.X, !strcmp(data, "digits") ? 10 : 5);
  int64_t steps = *(const int64_t *)learn_field(e, "n_iter").v;
  assert_true(steps >= 1);
  if (!strcmp(solver, "newton-cholesky")) assert_true(steps <= 25); /* more: the Hessian is wrong */
  bl_estimator_free(ctx, e);
  learn_close(ctx, &all);
}

static void optima_are_scikit_learns(void **unused)
{
  (void)unused;
  static const char *const cases[][2] = {
      {"cancer", "c01"},      {"cancer", "c1"},     {"cancer", "c10"}, {"cancer", "nofit"}, {"cancer", "balanced"},
      {"cancer", "weighted"}, {"iris", "c01"},      {"iris", "c1"},    {"iris", "c10"},     {"iris", "nofit"},
      {"iris", "balanced"},   {"iris", "weighted"}, {"digits", "c01"}, {"digits", "c1"},    {"digits", "balanced"}};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("logistic_regression");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fitted_like_golden(ctx, g, cases[i][0], cases[i][1], "lbfgs");
    if (strcmp(cases[i][0], "digits")) fitted_like_golden(ctx, g, cases[i][0], cases[i][1], "newton-cholesky");
  }
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), 0);
  golden_close(g);
  check_free(ctx);
}

/* Volts of 1e-6 beside counts of 1e4: scaling a column by c and C by nothing moves the optimum, but without a penalty
 * the probabilities must stay. */
static void columns_of_any_unit_converge_alike(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat a, b;
  double y[200], pa[400], pb[400];
  learn_noise(ctx, "logistic.units", 200, 3, &a);
  learn_noise(ctx, "logistic.units", 200, 3, &b);
  for (size_t i = 0; i < 200; i++) {
    y[i] = (double)bl_row(&a, i)[0] + 0.8 * (double)bl_row(&a, i)[1] + 1.5 * (double)bl_row(&a, (i * 7) % 200)[2] > 0.3;
    bl_row(&b, i)[0] *= 0x1p-20F;
    bl_row(&b, i)[1] *= 0x1p13F;
  }
  static const char *const solvers[] = {"lbfgs", "newton-cholesky"};
  for (size_t k = 0; k < 2; k++) {
    char text[100];
    snprintf(text, sizeof text, "{logistic_regression: {penalty: none, tol: 1e-8, solver: %s}}", solvers[k]);
    bl_estimator *e = learn_parse(ctx, text);
    bl_data d = {.X = bl_mat_view(&a), .y = y};
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &d.X, NULL, pa));
    d.X = bl_mat_view(&b);
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &d.X, NULL, pb));
    for (size_t i = 0; i < 400; i++) check_near(pb[i], pa[i], 1e-6);
    bl_estimator_free(ctx, e);
  }
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), 0);
  bl_mat_free(ctx, &a);
  bl_mat_free(ctx, &b);
  check_free(ctx);
}

static void the_cap_is_a_warning(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("logistic_regression");
  learn_set s = learn_open(ctx, g, "cancer");
  bl_estimator *e = learn_parse(ctx, "{logistic_regression: {max_iter: 2, tol: 1e-9}}");
  bl_data d = {.X = s.X, .y = s.y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), 1);
  assert_int_equal(*(const int64_t *)learn_field(e, "n_iter").v, 2);
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

static void a_damaged_model_is_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("logistic_regression");
  learn_set s = learn_open(ctx, g, "iris");
  bl_estimator *e = learn_parse(ctx, "logistic_regression");
  bl_data d = {.X = s.X, .y = s.y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, e->cls->check(ctx, e));
  e->n_features = 5;
  check_fails(ctx, e->cls->check(ctx, e), BL_E_FORMAT, "3 x 4");
  e->n_features = 4;
  e->n_classes = 2;
  check_fails(ctx, e->cls->check(ctx, e), BL_E_FORMAT, "1 x 4");
  e->n_classes = 3;
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

typedef struct sweep {
  bl_cmat X;
  const double *y;
  const char *solver;
} sweep;

static bl_status fit_and_ask(bl_ctx *ctx, void *arg)
{
  const sweep *w = arg;
  bl_estimator *e = NULL;
  double out[600];
  bl_data d = {.X = w->X, .y = w->y};
  bl_status s = bl_estimator_new(ctx, "logistic_regression", &e);
  if (!s) s = bl_estimator_set(ctx, e, "solver", w->solver);
  if (!s) s = bl_fit(ctx, e, &d);
  if (!s) s = bl_apply(ctx, e, BL_PREDICT_PROBA, &d.X, NULL, out);
  bl_estimator_free(ctx, e);
  return s;
}

static void every_allocation_may_fail(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("logistic_regression");
  learn_set s = learn_open(ctx, g, "iris");
  sweep w = {s.X, s.y, "lbfgs"};
  check_every_allocation_failing(fit_and_ask, &w);
  w.solver = "newton-cholesky";
  check_every_allocation_failing(fit_and_ask, &w);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(optima_are_scikit_learns), cmocka_unit_test(columns_of_any_unit_converge_alike),
      cmocka_unit_test(the_cap_is_a_warning), cmocka_unit_test(a_damaged_model_is_refused),
      cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
