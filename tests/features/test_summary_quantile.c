/* quantile against numpy.percentile. */
#include "feature_help.h"
#include "golden.h"

static void test_golden(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("quantiles");
  const golden_array *x = golden_get(g, "x"), *q = golden_get(g, "q");
  char options[512] = "q=[";
  for (size_t j = 0; j < q->rows; j++)
    snprintf(options + strlen(options), sizeof options - strlen(options), "%s%.17g", j ? ", " : "", q->v[j] / 100);
  check_append(options, sizeof options, "]");
  bl_stream in;
  float v[6 * 41], got[6 * 11];
  for (size_t i = 0; i < 6; i++)
    for (size_t f = 0; f < 41; f++) v[f * 6 + i] = (float)x->v[i * 41 + f];
  check_ok(ctx, make_stream(ctx, 6, 1, 100, &in));
  summarise(ctx, "quantile", options, &in, v, 41, got, 66);
  golden_compare_f32(golden_get(g, "y"), got, "numpy.percentile");
  bl_stream_free(ctx, &in);
  const float one[] = {3.5f}, two[] = {4, 1};
  check_ok(ctx, make_stream(ctx, 1, 1, 100, &in));
  summarise(ctx, "quantile", options, &in, one, 1, got, 11);
  golden_compare_f32(golden_get(g, "one"), got, "one number");
  summarise(ctx, "quantile", options, &in, two, 2, got, 11);
  golden_compare_f32(golden_get(g, "two"), got, "two numbers, out of order");
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

static void test_names(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  check_ok(ctx, make_stream(ctx, 2, 2, 100, &in));
  check_ok(ctx, make_summary(ctx, "quantile", NULL, NULL, &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_int_equal(r.names.names.n, 12);
  assert_string_equal(r.names.names.v[0], "ch_0.0Hz.q0.25");
  assert_string_equal(r.names.names.v[11], "ch_1.12.5Hz.q0.75");
  assert_string_equal(r.names.units.v[11], "uV");
  sum_stop(ctx, &r);
  check_ok(ctx, bl_opts_set(ctx, "quantile", m.cls->opts, m.params, "q", "[]"));
  check_fails(ctx, sum_start(ctx, &m, &in, &r), BL_E_CONFIG, "q is empty");
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* As in numpy: infinity is the largest number, NaN none; the other channel keeps its own. */
static void test_nonfinite(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  const float x[] = {INFINITY, 1, 2, NAN, 1, 3};
  float got[6];
  check_ok(ctx, make_stream(ctx, 2, 1, 100, &in));
  summarise(ctx, "quantile", "q=[0, 0.5, 1]", &in, x, 3, got, 6);
  assert_true(got[0] == 1 && got[1] == 2 && isinf(got[2]));
  for (size_t j = 3; j < 6; j++) assert_true(isnan(got[j]));
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_names),
                                     cmocka_unit_test(test_nonfinite)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
