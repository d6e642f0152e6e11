/* time_corr, max_cross_corr, phase_lock_val against mne-features 0.3.1; silence and NaN. */
#include "feature_help.h"
#include "npy.h"

enum { C = 4, N = 320 };

static void check(const char *name, const char *options, const char *golden, size_t width)
{
  bl_ctx *ctx = bl_ctx_new();
  npy *x = npy_open("mne-features/epochs"), *want = npy_open(golden);
  bl_stream in;
  float got[2 * 10];
  static float frames[N * C];
  assert_int_equal(want->n, 2 * width);
  check_ok(ctx, make_stream(ctx, C, 1, 160, &in));
  for (size_t e = 0; e < 2; e++) {
    for (size_t i = 0; i < N * C; i++) frames[i] = (float)x->v[e * N * C + i % C * N + i / C];
    summarise(ctx, name, options, &in, frames, N, got + e * width, width);
  }
  npy_compare(want, got, 2 * width, 1e-6, golden);
  bl_stream_free(ctx, &in);
  npy_close(x);
  npy_close(want);
  check_free(ctx);
}

static void test_golden(void **state)
{
  (void)state;
  check("time_corr", "", "mne-features/time_corr", 10);
  check("time_corr", "with_eigenvalues=false", "mne-features/time_corr_noeig", 6);
  check("max_cross_corr", "", "mne-features/max_cross_corr", 6);
  check("phase_lock_val", "", "mne-features/phase_lock_val", 6);
}

/* A channel is the one before it, later by four samples: only a delay of the first of a pair is looked for. */
static void test_delay(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  float x[2 * 400], got[1];
  bl_rng rng = bl_rng_make(1, "delay", 0);
  float v[404];
  for (size_t i = 0; i < 404; i++) v[i] = (float)bl_rng_normal(&rng);
  check_ok(ctx, make_stream(ctx, 2, 1, 100, &in));
  for (int way = 0; way < 2; way++) {
    for (size_t i = 0; i < 400; i++) {
      x[2 * i + (size_t)way] = v[i];
      x[2 * i + 1 - (size_t)way] = v[i + 4];
    }
    summarise(ctx, "max_cross_corr", "", &in, x, 400, got, 1);
    assert_int_equal(got[0] > 0.9f, way == 0);
    summarise(ctx, "max_cross_corr", "max_lag_s=0.03", &in, x, 400, got, 1);
    assert_true(got[0] < 0.5f);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_undefined(void **state)
{
  (void)state;
  static const char *const names[] = {"time_corr", "max_cross_corr", "phase_lock_val"};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  float x[3 * 50] = {0}, got[6];
  bl_rng rng = bl_rng_make(2, "undefined", 0);
  check_ok(ctx, make_stream(ctx, 3, 1, 100, &in));
  for (size_t i = 0; i < 50; i++)
    for (size_t c = 0; c < 2; c++) x[3 * i + c] = (float)bl_rng_normal(&rng);
  for (size_t k = 1; k < 3; k++) { /* the third is silent */
    summarise(ctx, names[k], "", &in, x, 50, got, 3);
    assert_true(isfinite(got[0]) && isnan(got[1]) && isnan(got[2]));
  }
  for (size_t i = 0; i < 150; i++) x[i] = 3;
  x[7] = NAN;
  summarise(ctx, "time_corr", "", &in, x, 50, got, 6);
  for (size_t i = 0; i < 6; i++) assert_true(isnan(got[i]));
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_delay),
                                     cmocka_unit_test(test_undefined)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
