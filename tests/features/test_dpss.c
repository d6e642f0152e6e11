/* Tapers against scipy and MNE, and what holds of any. */
#include <math.h>
#include <stdio.h>

#include "check.h"
#include "dpss.h"
#include "golden.h"
#include "multitaper.h"

static void test_golden(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("multitaper");
  static double v[8 * 320], ratios[8], w[64];
  check_ok(ctx, bl_dpss(ctx, "test", 320, 4, 8, false, v, ratios));
  golden_compare(golden_get(g, "dpss"), v, "tapers");
  golden_compare(golden_get(g, "dpss.ratios"), ratios, "ratios");
  golden_compare(golden_get(g, "ratios8"), ratios, "eight ratios");
  check_ok(ctx, bl_dpss(ctx, "test", 64, 2.5, 4, true, v, NULL));
  golden_compare(golden_get(g, "dpss.periodic"), v, "periodic tapers");
  for (size_t n = 63; n < 65; n++)
    for (int periodic = 0; periodic < 2; periodic++) {
      char name[40];
      snprintf(name, sizeof name, "window.%zu.%s", n, periodic ? "periodic" : "symmetric");
      check_ok(ctx, bl_dpss_window(ctx, "test", n, 2.5, periodic, w));
      golden_compare(golden_get(g, name), w, name);
    }
  golden_close(g);
  check_free(ctx);
}

/* Of any length and bandwidth: orthonormal, ratios fall from near 1. */
static void test_orthonormal(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  enum { N = 501, K = 9 };
  static double v[K * N], ratios[K];
  for (size_t n = 17; n <= N; n += 121) {
    check_ok(ctx, bl_dpss(ctx, "test", n, 5, K, false, v, ratios));
    for (size_t i = 0; i < K; i++)
      for (size_t j = 0; j <= i; j++) {
        double dot = 0;
        for (size_t t = 0; t < n; t++) dot += v[i * n + t] * v[j * n + t];
        check_near(dot, i == j, 1e-12);
      }
    check_near(ratios[0], 1, 1e-6);
    for (size_t i = 1; i < K; i++) assert_true(ratios[i] < ratios[i - 1] + 1e-12 && ratios[i] > 0);
  }
  check_free(ctx);
}

/* Wide tapers begin with values that are rounding noise, whose sign tells nothing: the first lobe is up all the same. */
static void test_signs(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  enum { N = 500, K = 8 };
  static double v[K * N];
  for (size_t n = 200; n <= N; n += 20) {
    check_ok(ctx, bl_dpss(ctx, "test", n, 40, K, false, v, NULL));
    for (size_t i = 0; i < K; i++) {
      double sum = 0;
      size_t first = 0;
      while (fabs(v[i * n + first]) < 0.07) first++;
      for (size_t t = 0; t < n; t++) sum += v[i * n + t];
      if (i % 2 ? !(v[i * n + first] > 0) : !(sum > 0)) fail_msg("taper %zu of %zu samples is upside down", i, n);
    }
  }
  check_free(ctx);
}

static void test_edges(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  double v[16], ratio;
  check_ok(ctx, bl_dpss(ctx, "test", 1, 0.4, 1, true, v, &ratio));
  check_near(v[0], 1, 0);
  check_near(ratio, 1, 0);
  check_ok(ctx, bl_dpss_window(ctx, "test", 1, 0.4, false, v));
  check_near(v[0], 1, 0);
  check_fails(ctx, bl_dpss(ctx, "test", 8, 4, 1, false, v, NULL), BL_E_RANGE, "below 4");
  check_fails(ctx, bl_dpss(ctx, "test", 8, 0, 1, false, v, NULL), BL_E_RANGE, "above 0");
  check_fails(ctx, bl_dpss(ctx, "test", 8, (double)NAN, 1, false, v, NULL), BL_E_RANGE, "above 0");
  check_fails(ctx, bl_dpss(ctx, "test", 2, 0.5, 3, false, v, NULL), BL_E_RANGE, "3 tapers of 2");
  check_fails(ctx, bl_dpss_window(ctx, "test", 8, 7, false, v), BL_E_RANGE, "below 4");
  bl_status s = BL_OK;
  for (long n = 0;; n++) { /* allocation n fails, for every n there is */
    bl_ctx_fail_alloc_at(ctx, n);
    s = bl_dpss(ctx, "test", 8, 2, 2, true, v, ratio > 0 ? v + 16 - 2 : NULL);
    assert_int_equal(bl_ctx_live(ctx), 0);
    if (bl_ctx_allocs(ctx) <= (size_t)n) break;
    assert_int_equal(s, BL_E_NOMEM);
  }
  check_ok(ctx, s);
  bl_ctx_fail_alloc_at(ctx, -1);
  check_free(ctx);
}

/* A taper that loses nothing beside a bin without power: its weight is no 0 / 0. */
static void test_adaptive_nothing(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_multitaper m = {0};
  bl_multitaper_params p = {.bandwidth = {.word = -1, .real = 16}, .adaptive = true, .low_bias = true};
  double sum[33] = {0};
  check_ok(ctx, bl_multitaper_init(ctx, "test", &p, 64, 64, 64, &m));
  assert_true(m.n_tapers > 3);
  m.ratios[0] = 1;
  for (size_t i = 0; i < m.n_tapers; i++)
    for (size_t k = 0; k < m.n_bins; k++) m.powers[i * m.n_bins + k] = k == 5 ? 0 : 1;
  bl_multitaper_combine(ctx, "test", &m, 1, sum);
  for (size_t k = 0; k < m.n_bins; k++) check_near(sum[k], k == 5 ? 0 : 1, 1e-9);
  bl_multitaper_release(ctx, &m);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden), cmocka_unit_test(test_orthonormal),      cmocka_unit_test(test_signs),
      cmocka_unit_test(test_edges),  cmocka_unit_test(test_adaptive_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
