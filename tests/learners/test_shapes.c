/* Transformers that bend, cut and multiply columns against scikit-learn, on rows beyond those that they learnt from. */
#include <math.h>

#include "baleen/random.h"
#include "learned.h"

typedef struct row {
  const char *name, *text;
  size_t columns; /* of the three */
  bool names, lambdas, gaps, positive;
} row;

static const row rows[] = {
    {"quantile", "quantile_transformer", 2, .gaps = true},
    {"quantile_few", "{quantile_transformer: {n_quantiles: 7}}", 3, .gaps = true},
    {"quantile_normal", "{quantile_transformer: {n_quantiles: 20, output_distribution: normal}}", 3, .gaps = true},
    {"power", "power_transformer", 3, .gaps = true, .lambdas = true},
    {"power_plain", "{power_transformer: {standardize: false}}", 3, .gaps = true, .lambdas = true},
    {"power_box_cox", "{power_transformer: {method: box-cox}}", 3, .lambdas = true, .positive = true},
    {"bins_uniform_onehot", "{k_bins_discretizer: {n_bins: 4, strategy: uniform}}", 3, .names = true},
    {"bins_uniform_ordinal", "{k_bins_discretizer: {n_bins: 4, strategy: uniform, encode: ordinal}}", 3, .names = true},
    {"bins_quantile_onehot", "{k_bins_discretizer: {n_bins: 4}}", 3, .names = true},
    {"bins_quantile_ordinal", "{k_bins_discretizer: {n_bins: 4, encode: ordinal}}", 3, .names = true},
    {"bins_kmeans_onehot", "{k_bins_discretizer: {n_bins: 4, strategy: kmeans}}", 2, .names = true},
    {"bins_kmeans_ordinal", "{k_bins_discretizer: {n_bins: 4, strategy: kmeans, encode: ordinal}}", 2, .names = true},
    {"poly", "polynomial_features", 3, .names = true},
    {"poly_three", "{polynomial_features: {degree: 3, include_bias: false}}", 3, .names = true},
    {"poly_pairs", "{polynomial_features: {degree: 3, min_degree: 2, interaction_only: true}}", 3, .names = true},
    {"spline", "spline_transformer", 3, .names = true},
    {"spline_quantile", "{spline_transformer: {n_knots: 4, knots: quantile}}", 2, .names = true},
    {"spline_linear", "{spline_transformer: {degree: 2, extrapolation: linear, include_bias: false}}", 3,
     .names = true},
    {"spline_line", "{spline_transformer: {degree: 1, extrapolation: linear}}", 1, .names = true},
    {"spline_continue", "{spline_transformer: {n_knots: 3, extrapolation: continue}}", 3, .names = true},
    {"spline_periodic", "{spline_transformer: {n_knots: 6, extrapolation: periodic}}", 3, .names = true},
};

static void compare(bl_ctx *ctx, const golden *g, const char *name, const bl_estimator *e, const bl_cmat *X)
{
  bl_mat z;
  const golden_array *want = golden_get(g, name);
  check_ok(ctx, bl_transform(ctx, e, X, NULL, &z));
  assert_int_equal(z.rows, want->rows);
  assert_int_equal(z.cols, want->cols);
  golden_compare_f32(want, z.v, name);
  bl_mat_free(ctx, &z);
}

static void compare_names(bl_ctx *ctx, const golden *g, const char *name, const bl_estimator *e)
{
  bl_texts names;
  bl_buf line = {0};
  check_ok(ctx, bl_estimator_names_out(ctx, e, &names));
  for (size_t i = 0; i < names.n; i++) check_ok(ctx, bl_buf_printf(ctx, &line, "%s%s", i ? "," : "", names.v[i]));
  assert_string_equal(bl_buf_text(&line), golden_text(g, name));
  bl_buf_free(ctx, &line);
  bl_texts_free(ctx, &names);
}

static void agrees_with_scikit_learn(void **state)
{
  const row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("shapes");
  bl_mat x = golden_rows(ctx, g, r->positive ? "positive" : "x");
  bl_mat new_rows = golden_rows(ctx, g, r->positive ? "new_positive" : "new"), gappy = golden_rows(ctx, g, "gappy");
  bl_data d = {.X = bl_mat_view(&x)};
  bl_cmat asked = bl_mat_view(&new_rows);
  bl_estimator *e;
  d.X.cols = asked.cols = r->columns;
  check_ok(ctx, bl_estimator_parse(ctx, r->text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  compare(ctx, g, joined(r->name, "z"), e, &asked);
  if (r->names) compare_names(ctx, g, joined(r->name, "names"), e);
  if (r->lambdas) learned_compare(g, joined(r->name, "lambdas"), e, "lambdas");
  d.X = bl_mat_view(&gappy);
  d.X.cols = r->columns;
  if (r->gaps) check_ok(ctx, bl_fit(ctx, e, &d));
  if (r->gaps) compare(ctx, g, joined(r->name, "gappy"), e, &d.X);
  bl_mat_free(ctx, &x);
  bl_mat_free(ctx, &new_rows);
  bl_mat_free(ctx, &gappy);
  bl_estimator_free(ctx, e);
  golden_close(g);
  check_free(ctx);
}

/* What is not to be computed is refused in words. */
static void refusals(void **unused)
{
  (void)unused;
  static const struct {
    const char *text, *message;
    float at; /* of a row to be asked, where fit is fine */
  } of[] = {
      {"{power_transformer: {method: box-cox}}", "column 0 has -1; method: yeo-johnson", 0},
      {"{polynomial_features: {degree: 2, min_degree: 3}}", "min_degree 3 is above degree 2", 0},
      {"{polynomial_features: {degree: 2, min_degree: 2, interaction_only: true, include_bias: false}}",
       "no product of 2 to 2 of 1 columns", 0},
      {"{spline_transformer: {n_knots: 3, extrapolation: periodic}}", "degree below n_knots, not 3 and 3", 0},
      {"{spline_transformer: {n_knots: 2, degree: 0, include_bias: false}}", "leaves none", 0},
      {"{spline_transformer: {extrapolation: error}}", "8 in row 0, column 0 (counted from 0), lies outside", 8},
  };
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {-1, 2, 3, 4};
  bl_data d = {.X = {v, 4, 1, 1, NULL}};
  for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
    bl_estimator *e;
    bl_mat z = {0};
    bl_cmat one = {&of[i].at, 1, 1, 1, NULL};
    check_ok(ctx, bl_estimator_parse(ctx, of[i].text, &e));
    bl_status s = bl_fit(ctx, e, &d);
    if (of[i].at != 0) check_ok(ctx, s);
    check_fails(ctx, s ? s : bl_transform(ctx, e, &one, NULL, &z), BL_E_RANGE, of[i].message);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

static void far_too_many_products_are_refused_before_they_are_made(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, "{polynomial_features: {degree: 6}}", &e));
  bl_outlook of = {.rows = 10, .cols = 300};
  check_fails(ctx, bl_estimator_foresee(ctx, e, &of), BL_E_RANGE, "choose columns first");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* A column in another unit, all numbers 2^-48 of what they were, comes out as before. */
static void the_unit_does_not_matter(void **unused)
{
  (void)unused;
  enum { N = 60 };
  static const char *const texts[] = {"{power_transformer: {method: box-cox}}",
                                      "{quantile_transformer: {output_distribution: normal, n_quantiles: 20}}"};
  bl_ctx *ctx = bl_ctx_new();
  bl_rng r = bl_rng_make(1, "units", 0);
  float v[2 * N];
  for (size_t i = 0; i < N; i++) {
    v[2 * i] = (float)exp(bl_rng_normal(&r));
    v[2 * i + 1] = ldexpf(v[2 * i], -48);
  }
  bl_data d = {.X = {v, N, 2, 2, NULL}};
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
    bl_estimator *e;
    bl_mat z;
    check_ok(ctx, bl_estimator_parse(ctx, texts[k], &e));
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
    for (size_t i = 0; i < N; i++) check_near((double)z.v[2 * i + 1], (double)z.v[2 * i], 1e-4);
    bl_mat_free(ctx, &z);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  const struct CMUnitTest more[] = {cmocka_unit_test(refusals), cmocka_unit_test(the_unit_does_not_matter),
                                    cmocka_unit_test(far_too_many_products_are_refused_before_they_are_made)};
  struct CMUnitTest tests[N + sizeof more / sizeof *more];
  memset(tests, 0, sizeof tests);
  memcpy(tests + N, more, sizeof more);
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){
        .name = rows[i].name, .test_func = agrees_with_scikit_learn, .initial_state = (void *)(uintptr_t)&rows[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
