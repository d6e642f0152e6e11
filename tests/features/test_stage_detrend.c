/* detrend against plain sums, also where a run is shorter than the window. */
#include "condition.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.reach = 125},
    {.options = "window_s=0.01", .reach = 1},
    {.input = POWER_SPECTRUM, .options = "window_s=30", .reach = 234},
};

static void check_signals(void **arg)
{
  (void)arg;
  condition_check("detrend", "detrend window_s=0.5", 160, 400, "window");
  condition_check("detrend", "detrend window_s=0.504", 160, 400, "window"); /* 80.64 samples: still 40 each side */
}

/* Runs of any length, by plain sums. */
static void check_lengths(void **arg)
{
  (void)arg;
  enum { N = 64, HALF = 9 };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  float x[N];
  bl_rng r = bl_rng_make(3, "detrend", 0);
  for (size_t i = 0; i < N; i++) x[i] = (float)bl_rng_normal(&r) + 20;
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  for (size_t n = 0; n <= N; n++) {
    chain c;
    check_ok(ctx, chain_run(ctx, "detrend window_s=0.18", &in, x, n, &c));
    assert_int_equal(chain_out(&c)->n, n);
    for (size_t i = 0; i < n; i++) {
      double sum = 0, count = 0;
      for (size_t k = i < HALF ? 0 : i - HALF; k < n && k <= i + HALF; k++) sum += (double)x[k], count++;
      check_near((double)chain_out(&c)->v[i], (double)x[i] - sum / count, 2e-6);
    }
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* A huge value leaves no rounding behind: a window later all is as if it had never been. */
static void check_huge(void **arg)
{
  (void)arg;
  enum { N = 400, AT = 133, HALF = 10 };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c, d;
  float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)sin((double)(i * i));
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, "detrend window_s=0.2", &in, x, N, &c));
  x[AT] = 1e30F;
  check_ok(ctx, chain_run(ctx, "detrend window_s=0.2", &in, x, N, &d));
  for (size_t i = 0; i < N; i++)
    if (i + HALF < AT || i > AT + HALF) assert_memory_equal(&chain_out(&c)->v[i], &chain_out(&d)->v[i], sizeof(float));
  chain_stop(ctx, &c);
  chain_stop(ctx, &d);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_refusals(void **arg)
{
  (void)arg;
  static const refusal bad[] = {
      {"detrend window_s=0.003", BL_E_RANGE, "nothing would be left"},
      {"detrend window_s=0", BL_E_CONFIG, "window_s"},
  };
  check_refused(bad, sizeof bad / sizeof *bad, 250);
  static const refusal fast[] = {{"detrend window_s=86400", BL_E_RANGE, "make it shorter"}};
  check_refused(fast, 1, 44100);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_signals),
      cmocka_unit_test(check_lengths),
      cmocka_unit_test(check_huge),
      cmocka_unit_test(check_refusals),
  };
  return STAGE_SUITE("detrend", cases, tests, sizeof tests / sizeof *tests);
}
