/* Scalers, the imputer and other transformers of columns against scikit-learn, on columns that are hard for them; and
 * what they say and keep that scikit-learn does not. */
#include "learned.h"

typedef struct row {
  const char *data, *name, *text;
  size_t learn_rows; /* 0: all */
} row;

static const row rows[] = {
    {"hard", "min_max", "min_max_scaler", 0},
    {"hard", "min_max_range", "{min_max_scaler: {feature_range: [-1, 3]}}", 0},
    {"hard", "min_max_clip", "{min_max_scaler: {clip: true}}", 20},
    {"hard", "max_abs", "max_abs_scaler", 0},
    {"hard", "robust", "robust_scaler", 0},
    {"hard", "robust_plain", "{robust_scaler: {with_centering: false, quantile_range: [10, 80]}}", 0},
    {"hard", "robust_unit", "{robust_scaler: {unit_variance: true}}", 0},
    {"hard", "normalizer_l1", "{normalizer: {norm: l1}}", 0},
    {"hard", "normalizer_l2", "normalizer", 0},
    {"hard", "normalizer_max", "{normalizer: {norm: max}}", 0},
    {"hard", "binarizer", "{binarizer: {threshold: 0.5}}", 0},
    {"gappy", "min_max", "min_max_scaler", 0},
    {"gappy", "max_abs", "max_abs_scaler", 0},
    {"gappy", "robust", "robust_scaler", 0},
    {"gappy", "imputer_mean", "simple_imputer", 0},
    {"gappy", "imputer_median", "{simple_imputer: {strategy: median}}", 0},
    {"gappy", "imputer_most_frequent", "{simple_imputer: {strategy: most_frequent}}", 0},
    {"gappy", "imputer_constant", "{simple_imputer: {strategy: constant, fill_value: -2.5}}", 0},
    {"gappy", "imputer_kept", "{simple_imputer: {keep_empty_features: true}}", 0},
    {"gappy", "imputer_indicator", "{simple_imputer: {add_indicator: true}}", 0},
};

/* The names as the golden file has them, where it has any: those of the imputer. */
static void compare_names(bl_ctx *ctx, const golden *g, const char *prefix, const bl_estimator *e)
{
  bl_texts names;
  bl_buf line = {0};
  check_ok(ctx, bl_estimator_names_out(ctx, e, &names));
  for (size_t i = 0; i < names.n; i++) check_ok(ctx, bl_buf_printf(ctx, &line, "%s%s", i ? " " : "", names.v[i]));
  char at[96];
  snprintf(at, sizeof at, "%s.names", prefix);
  if (strstr(prefix, "imputer")) assert_string_equal(bl_buf_text(&line), golden_text(g, at));
  bl_buf_free(ctx, &line);
  bl_texts_free(ctx, &names);
}

static void agrees_with_scikit_learn(void **state)
{
  const row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("scalers");
  bl_mat x = golden_rows(ctx, g, joined(r->data, "x")), z;
  bl_data d = {.X = bl_mat_view(&x)};
  bl_cmat all = d.X;
  bl_estimator *e;
  if (r->learn_rows) d.X.rows = r->learn_rows;
  check_ok(ctx, bl_estimator_parse(ctx, r->text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_transform(ctx, e, &all, NULL, &z));
  char prefix[80], name[96];
  snprintf(prefix, sizeof prefix, "%s.%s", r->data, r->name);
  snprintf(name, sizeof name, "%s.z", prefix);
  const golden_array *want = golden_get(g, name);
  assert_int_equal(z.cols, want->cols);
  golden_compare_f32(want, z.v, prefix);
  compare_names(ctx, g, prefix, e);
  bl_mat_free(ctx, &z);
  bl_mat_free(ctx, &x);
  bl_estimator_free(ctx, e);
  golden_close(g);
  check_free(ctx);
}

static bl_estimator *fitted(bl_ctx *ctx, const char *text, const bl_data *d)
{
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, text, &e));
  check_ok(ctx, bl_fit(ctx, e, d));
  return e;
}

static void small_units_are_scaled_and_constants_told(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {3.1F, 1e-20F, 3.1F, 2e-20F, 3.1F, 3e-20F};
  bl_data d = {.X = {v, 3, 2, 2, NULL}};
  bl_mat z;
  static const char *const texts[] = {"min_max_scaler", "robust_scaler"};
  for (unsigned i = 0; i < 2; i++) {
    bl_estimator *e = fitted(ctx, texts[i], &d);
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), i + 1);
    check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
    check_near((double)z.v[0], 0, 0);
    check_near((double)(z.v[5] - z.v[1]), i ? 2 : 1, 1e-6);
    bl_mat_free(ctx, &z);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* Quantiles that are 1 apart scale by 1 and are not the same. */
static void a_scale_of_one_is_no_constant(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {0, 0.5F, 1, 1.5F, 2};
  bl_data d = {.X = {v, 5, 1, 1, NULL}};
  bl_estimator_free(ctx, fitted(ctx, "robust_scaler", &d));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), 0);
  check_free(ctx);
}

static void functions_are_what_their_names_say(void **unused)
{
  (void)unused;
  static const struct {
    const char *func;
    double want; /* of 2.5 */
  } of[] = {{"identity", 2.5},        {"log", 0.91629073187},
            {"log10", 0.39794000867}, {"log1p", 1.2527629685},
            {"exp", 12.182493961},    {"expm1", 11.182493961},
            {"sqrt", 1.5811388301},   {"cbrt", 1.3572088083},
            {"square", 6.25},         {"abs", 2.5},
            {"reciprocal", 0.4}};
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {2.5F, NAN};
  bl_data d = {.X = {v, 1, 2, 2, NULL}};
  for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
    char text[80];
    bl_mat z;
    snprintf(text, sizeof text, "{function_transformer: {func: %s}}", of[i].func);
    bl_estimator *e = fitted(ctx, text, &d);
    check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
    check_near((double)z.v[0], of[i].want, 1e-6 * of[i].want);
    assert_true(isnan(z.v[1])); /* a gap stays one */
    bl_mat_free(ctx, &z);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

static void numbers_without_a_logarithm_are_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {1, 2, 3, -1};
  bl_data d = {.X = {v, 2, 2, 2, NULL}};
  bl_mat z;
  bl_estimator *e = fitted(ctx, "{function_transformer: {func: log1p}}", &d);
  check_fails(ctx, bl_transform(ctx, e, &d.X, NULL, &z), BL_E_RANGE, "log1p of -1 in row 1, column 1");
  bl_estimator_free(ctx, e);
  e = fitted(ctx, "{function_transformer: {func: exp}}", &d);
  v[3] = 100; /* beyond float32 */
  check_fails(ctx, bl_transform(ctx, e, &d.X, NULL, &z), BL_E_RANGE, "exp of 100 in row 1, column 1");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void ranges_that_are_none_are_refused(void **unused)
{
  (void)unused;
  static const struct {
    const char *text, *message;
  } of[] = {{"{min_max_scaler: {feature_range: [1, 1]}}", "the smaller one first"},
            {"{min_max_scaler: {feature_range: [1]}}", "two numbers"},
            {"{robust_scaler: {quantile_range: [75, 25]}}", "the smaller one first"},
            {"{robust_scaler: {quantile_range: [0, 100], unit_variance: true}}", "has no end"}};
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {1, 2, 3, 4};
  bl_data d = {.X = {v, 4, 1, 1, NULL}};
  for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
    bl_estimator *e;
    check_ok(ctx, bl_estimator_parse(ctx, of[i].text, &e));
    check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, of[i].message);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

static void a_column_without_numbers_is_left_out_and_told(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {NAN, 1, NAN, 3, NAN, NAN};
  bl_data d = {.X = {v, 3, 2, 2, NULL}};
  bl_estimator *e = fitted(ctx, "simple_imputer", &d);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), 1);
  assert_int_equal(bl_op_width(e, BL_TRANSFORM), 1);
  d.X.cols = 1;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_NONFINITE, "no column has any number in these 3 rows");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  const struct CMUnitTest more[] = {cmocka_unit_test(small_units_are_scaled_and_constants_told),
                                    cmocka_unit_test(functions_are_what_their_names_say),
                                    cmocka_unit_test(numbers_without_a_logarithm_are_refused),
                                    cmocka_unit_test(ranges_that_are_none_are_refused),
                                    cmocka_unit_test(a_column_without_numbers_is_left_out_and_told),
                                    cmocka_unit_test(a_scale_of_one_is_no_constant)};
  struct CMUnitTest tests[N + sizeof more / sizeof *more];
  memset(tests, 0, sizeof tests);
  memcpy(tests + N, more, sizeof more);
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){
        .name = rows[i].text, .test_func = agrees_with_scikit_learn, .initial_state = (void *)(uintptr_t)&rows[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
