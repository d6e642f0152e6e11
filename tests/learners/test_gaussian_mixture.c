/* gaussian_mixture: scikit-learn's numbers from given starts; starts of its own; what cannot be. */
#include "learn.h"

/* Appends ", OPTION: [numbers of golden NAME]". */
static size_t add_list(char *text, size_t at, size_t room, const golden *g, const char *option, const char *name)
{
  const golden_array *a = golden_get(g, name);
  at += (size_t)snprintf(text + at, room - at, ", %s: [", option);
  for (size_t i = 0; i < a->rows * a->cols; i++)
    at += (size_t)snprintf(text + at, room - at, "%s%.17g", i ? ", " : "", a->v[i]);
  return at + (size_t)snprintf(text + at, room - at, "]");
}

static void compare_answers(bl_ctx *ctx, const golden *g, const char *type, const bl_estimator *e, const bl_cmat *X)
{
  char key[64];
  double *v = test_calloc(X->rows * 3, sizeof *v);
  snprintf(key, sizeof key, "%s.predict", type);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, X, NULL, v));
  golden_compare(golden_get(g, key), v, key);
  learn_compare_proba(ctx, g, type, e, X, 5);
  check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, X, NULL, v));
  for (size_t i = 0; i < X->rows / 5; i++) v[i] = v[5 * i];
  snprintf(key, sizeof key, "%s.score_samples", type);
  golden_compare(golden_get(g, key), v, key);
  test_free(v);
  learn_compare_field(g, type, e, "aic");
  learn_compare_field(g, type, e, "bic");
}

static void like_golden(bl_ctx *ctx, const golden *g, const char *type, bool five)
{
  char text[4096], key[64];
  learn_set s = {.rows = learn_rows(ctx, golden_get(g, "iris.x"))};
  s.X = bl_mat_view(&s.rows);
  size_t at = (size_t)snprintf(text, sizeof text, "{gaussian_mixture: {n_components: 3, covariance_type: %s%s", type,
                               five ? ", max_iter: 5, tol: 0" : "");
  at = add_list(text, at, sizeof text, g, "weights_init", "weights_init");
  at = add_list(text, at, sizeof text, g, "means_init", "means_init");
  snprintf(key, sizeof key, "%s.precisions_init", type);
  at = add_list(text, at, sizeof text, g, "precisions_init", key);
  snprintf(text + at, sizeof text - at, "}}");
  bl_estimator *e = learn_parse(ctx, text);
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = s.X}));
  snprintf(key, sizeof key, "%s%s", type, five ? ".5" : "");
  learn_compare_field(g, key, e, "weights");
  learn_compare_field(g, key, e, "means");
  learn_compare_field(g, key, e, "covariances");
  learn_compare_field(g, key, e, "lower_bound");
  snprintf(key, sizeof key, "%s%s.n_iter", type, five ? ".5" : "");
  check_near((double)*(const int64_t *)learn_field(e, "n_iter").v, golden_get(g, key)->v[0], 0);
  if (!five) compare_answers(ctx, g, type, e, &s.X);
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
}

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  static const char *const types[] = {"full", "tied", "diag", "spherical"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("mixture");
  for (size_t k = 0; k < 4; k++) {
    like_golden(ctx, g, types[k], false);
    like_golden(ctx, g, types[k], true);
  }
  golden_close(g);
  check_free(ctx);
}

/* Three clouds of unlike size and shape: the criterion is lowest for three, and every way to start finds them. */
static void clouds_are_found(void **unused)
{
  (void)unused;
  enum { N = 900 };
  static const char *const starts[] = {"kmeans", "random", "random_from_data"};
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  learn_noise(ctx, "mixture", N, 2, &m);
  for (size_t i = 0; i < N; i++) {
    float *x = bl_row(&m, i);
    if (i % 6 == 0) x[0] = 12 + 0.3F * x[0];
    else if (i % 6 < 3) x[1] = 3 * x[1] + x[0] - 14;
  }
  bl_cmat X = bl_mat_view(&m);
  double bic[6], likelihood[3];
  char text[160];
  for (int k = 1; k < 6; k++) {
    snprintf(text, sizeof text, "{gaussian_mixture: {n_components: %d, n_init: 3}}", k);
    bl_estimator *e = learn_parse(ctx, text);
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
    bic[k] = *(const double *)learn_field(e, "bic").v;
    bl_estimator_free(ctx, e);
  }
  for (int k = 1; k < 6; k++) assert_true(k == 3 || bic[3] < bic[k]);
  for (size_t k = 0; k < 3; k++) {
    snprintf(text, sizeof text,
             "{gaussian_mixture: {n_components: 3, n_init: 10, init_params: %s, max_iter: 1000, tol: 1e-7}}",
             starts[k]);
    bl_estimator *e = learn_parse(ctx, text);
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
    likelihood[k] = *(const double *)learn_field(e, "lower_bound").v;
    check_near(likelihood[k], likelihood[0], 1e-4);
    bl_estimator_free(ctx, e);
  }
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

static void what_cannot_be_is_told(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {1, 2, 2, 4, 3, 6};
  bl_cmat X = {x, 3, 2, 2, NULL};
  bl_estimator *e = learn_parse(ctx, "{gaussian_mixture: {n_components: 4}}");
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = X}), BL_E_RANGE, "3 rows");
  check_ok(ctx, bl_estimator_set(ctx, e, "n_components", "1"));
  check_ok(ctx, bl_estimator_set(ctx, e, "reg_covar", "0"));
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = X}), BL_E_RANGE, "not positive definite");
  check_ok(ctx, bl_estimator_set(ctx, e, "reg_covar", "0.1"));
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
  check_ok(ctx, bl_estimator_set(ctx, e, "weights_init", "[0.5]"));
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = X}), BL_E_RANGE, "sum to 1");
  check_ok(ctx, bl_estimator_set(ctx, e, "means_init", "[1]"));
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = X}), BL_E_SHAPE, "wanted 2");
  check_ok(ctx, bl_estimator_set(ctx, e, "weights_init", "[1]"));
  check_ok(ctx, bl_estimator_set(ctx, e, "means_init", "[1, 2]"));
  check_ok(ctx, bl_estimator_set(ctx, e, "precisions_init", "[1, 2, 2, 1]"));
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = X}), BL_E_RANGE, "precisions_init");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_scikit_learns), cmocka_unit_test(clouds_are_found),
                                     cmocka_unit_test(what_cannot_be_is_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
