/* standard_scaler against scikit-learn's StandardScaler on iris and on columns that are hard to scale. */
#include "learned.h"

typedef struct row {
  const char *data, *name, *text;
  bool weighted, mean, scale;
} row;

static const row rows[] = {
    {"hard", "hard.plain", "standard_scaler", false, true, true},
    {"hard", "hard.nomean", "{standard_scaler: {with_mean: false}}", false, true, true},
    {"hard", "hard.nostd", "{standard_scaler: {with_std: false}}", false, true, false},
    {"hard", "hard.weighted", "standard_scaler", true, true, true},
    {"iris", "iris.plain", "standard_scaler", false, true, true},
    {"iris", "iris.nomean", "{standard_scaler: {with_mean: false}}", false, true, true},
    {"iris", "iris.nostd", "{standard_scaler: {with_std: false}}", false, true, false},
};

static void agrees_with_scikit_learn(void **state)
{
  const row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("standard_scaler");
  bl_mat x = golden_rows(ctx, g, joined(r->data, "x")), z;
  bl_data d = {.X = bl_mat_view(&x), .weight = r->weighted ? golden_get(g, "hard.w")->v : NULL};
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, r->text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  if (r->mean) learned_compare(g, joined(r->name, "mean"), e, "mean");
  if (r->scale) learned_compare(g, joined(r->name, "scale"), e, "scale");
  if (r->scale) learned_compare(g, joined(r->name, "var"), e, "var");
  check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
  golden_compare_f32(golden_get(g, joined(r->name, "z")), z.v, r->name);
  bl_mat_free(ctx, &z);
  bl_mat_free(ctx, &x);
  bl_estimator_free(ctx, e);
  golden_close(g);
  check_free(ctx);
}

static void constant_columns_are_told_and_kept(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {3.1F, 1e-6F, 3.1F, 2e-6F, 3.1F, 3e-6F};
  bl_data d = {.X = {v, 3, 2, 2, NULL}};
  bl_estimator *e;
  bl_mat z;
  check_ok(ctx, bl_estimator_new(ctx, "standard_scaler", &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), 1);
  check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
  check_near((double)z.v[0], 0, 1e-7);
  check_near((double)z.v[1], -sqrt(1.5), 1e-6); /* small, not constant */
  bl_mat_free(ctx, &z);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N + 1];
  memset(tests, 0, sizeof tests);
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){.name = rows[i].name, .test_func = agrees_with_scikit_learn, .initial_state = (void *)(uintptr_t)&rows[i]};
  tests[N] = (struct CMUnitTest)cmocka_unit_test(constant_columns_are_told_and_kept);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
