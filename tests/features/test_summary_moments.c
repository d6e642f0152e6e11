/* mean, std, variance, skewness, kurtosis, rms, min, max, log_variance against numpy and scipy. */
#include "feature_help.h"
#include "golden.h"

enum { ROWS = 6, N = 41 };

/* The rows of x as channels: [frame][channel]. */
static void load(const golden_array *a, float *x)
{
  for (size_t i = 0; i < ROWS; i++)
    for (size_t f = 0; f < N; f++) x[f * ROWS + i] = (float)a->v[i * N + f];
}

static const struct row {
  const char *summary, *options, *want, *why;
} rows[] = {
    {"mean", "", "mean", "numpy.mean"},
    {"std", "", "std", "ddof 0 is the default"},
    {"std", "ddof=1", "std1", "unbiased"},
    {"variance", "", "var", "ddof 0 is the default"},
    {"rms", "", "rms", "no mean removed"},
    {"skewness", "", "skew", "biased; nan for the constant row"},
    {"kurtosis", "", "kurtosis", "Fisher; nan for the constant row"},
};

static void test_golden(void **state)
{
  const struct row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("moments");
  bl_stream in;
  float x[ROWS * N], got[ROWS];
  check_ok(ctx, make_stream(ctx, ROWS, 1, 100, &in));
  load(golden_get(g, "x"), x);
  summarise(ctx, r->summary, r->options, &in, x, N, got, ROWS);
  golden_compare_f32(golden_get(g, r->want), got, r->why);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

static void test_extremes_and_logs(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("moments");
  bl_stream in;
  float x[ROWS * N], lo[ROWS], hi[ROWS], lv[ROWS];
  check_ok(ctx, make_stream(ctx, ROWS, 1, 100, &in));
  load(golden_get(g, "x"), x);
  summarise(ctx, "min", "", &in, x, N, lo, ROWS);
  summarise(ctx, "max", "", &in, x, N, hi, ROWS);
  for (size_t i = 0; i < ROWS; i++) hi[i] -= lo[i];
  golden_compare_f32(golden_get(g, "ptp"), hi, "max - min");
  summarise(ctx, "log_variance", "floor=1e-6", &in, x, N, lv, ROWS);
  const golden_array *var = golden_get(g, "var");
  for (size_t i = 0; i < ROWS; i++) check_near((double)lv[i], log(i == 5 ? 1e-6 : var->v[i]), 1e-6);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* A large offset must cost no digits: the variance of float32 numbers that differ by one step at 1e6. */
static void test_offset(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  float x[1000], got;
  for (size_t i = 0; i < 1000; i++) x[i] = 1e6f + (i % 2 ? 0.0625f : 0);
  check_ok(ctx, make_stream(ctx, 1, 1, 100, &in));
  summarise(ctx, "variance", "", &in, x, 1000, &got, 1);
  check_near((double)got, 0.0625 * 0.0625 / 4, 1e-9);
  summarise(ctx, "kurtosis", "", &in, x, 1000, &got, 1);
  check_near((double)got, -2, 1e-5); /* two values, each as often: m4 = m2^2 */
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* NaN stays in min and max wherever it comes. */
static void test_nan(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  check_ok(ctx, make_stream(ctx, 1, 1, 100, &in));
  for (size_t at = 0; at < 5; at++) {
    float x[] = {3.5f, -1, 7, 2, 0.5f}, got;
    x[at] = NAN;
    summarise(ctx, "min", "", &in, x, 5, &got, 1);
    assert_true(isnan(got));
    summarise(ctx, "max", "", &in, x, 5, &got, 1);
    assert_true(isnan(got));
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_constant(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  const float x[] = {7.25f, 7.25f, 7.25f};
  float got;
  check_ok(ctx, make_stream(ctx, 1, 1, 100, &in));
  summarise(ctx, "skewness", "", &in, x, 3, &got, 1);
  assert_true(isnan(got));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
  summarise(ctx, "kurtosis", "constant=zero", &in, x, 3, &got, 1);
  check_near((double)got, 0, 0);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  enum { N_ROWS = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N_ROWS + 4];
  for (size_t i = 0; i < N_ROWS; i++)
    tests[i] = (struct CMUnitTest){rows[i].want, test_golden, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[N_ROWS] = (struct CMUnitTest)cmocka_unit_test(test_extremes_and_logs);
  tests[N_ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(test_offset);
  tests[N_ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(test_nan);
  tests[N_ROWS + 3] = (struct CMUnitTest)cmocka_unit_test(test_constant);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
