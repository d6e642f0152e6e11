/* detrend_whole against scipy.signal.detrend and numpy. */
#include "condition.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.reach = ALL_CHANNEL},
    {.options = "type=constant", .reach = ALL_CHANNEL},
    {.input = POWER_SPECTRUM, .options = "type=polynomial order=7", .reach = ALL_CHANNEL},
};

static void check_signals(void **arg)
{
  (void)arg;
  condition_check("detrend", "detrend_whole type=constant", 160, 400, "constant");
  condition_check("detrend", "detrend_whole", 160, 400, "linear");
  condition_check("detrend", "detrend_whole type=polynomial order=1", 160, 400, "linear");
  condition_check("detrend", "detrend_whole type=polynomial order=6", 160, 400, "poly6");
}

/* A polynomial of the degree asked for goes altogether, and so does any run of no more frames than terms. */
static void check_exact(void **arg)
{
  (void)arg;
  enum { N = 1000 };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  static float x[N];
  for (size_t i = 0; i < N; i++) {
    double t = (double)i / N;
    x[i] = (float)(1000 + t * (300 - t * (20 + 500 * t)));
  }
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  static const size_t sizes[] = {N, 4, 3, 2, 1};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    chain c;
    check_ok(ctx, chain_run(ctx, "detrend_whole type=polynomial order=3", &in, x, sizes[k], &c));
    assert_int_equal(chain_out(&c)->n, sizes[k]);
    for (size_t i = 0; i < sizes[k]; i++) check_near((double)chain_out(&c)->v[i], 0, 1e-4); /* x is float32 */
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void hear(void *user, bl_log_level level, const char *text)
{
  if (level == BL_LOG_WARN) snprintf(user, 512, "%s", text);
}

/* One NaN makes the whole channel NaN: said once a run, by the channel's name, with what to do. */
static void check_broken(void **arg)
{
  (void)arg;
  enum { N = 300 };
  static const char *const texts[] = {"detrend_whole", "detrend_whole type=constant", "iir_zero_phase l_freq=1"};
  static float x[N * 3];
  for (size_t k = 0; k < 3; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    char heard[512] = "";
    bl_ctx_set_log(ctx, hear, heard, BL_LOG_WARN);
    for (size_t i = 0; i < N * 3; i++) x[i] = (float)(i * i % 97);
    check_ok(ctx, chain_wave(ctx, 100, "C3 C4 Cz", "uV", &in));
    check_ok(ctx, chain_run(ctx, texts[k], &in, x, N, &c));
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 0);
    x[100 * 3 + 1] = x[7 * 3 + 1] = NAN;
    for (size_t turn = 1; turn < 3; turn++) {
      chain_reset(&c);
      check_ok(ctx, chain_push(ctx, &c, x, N, true));
      assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), turn);
      for (size_t i = 0; i < N * 3; i++) assert_int_equal(isnan(chain_out(&c)->v[i]), i % 3 == 1);
    }
    assert_non_null(strstr(heard, "channel 'C4' holds a value that is not finite"));
    assert_non_null(strstr(heard, "mode: hold"));
    x[0] = INFINITY;
    chain_reset(&c);
    check_ok(ctx, chain_push(ctx, &c, x, N, true));
    assert_non_null(strstr(heard, "channel 'C3' (and 1 more)"));
    for (size_t i = 0; i < N * 3; i++) assert_int_equal(isnan(chain_out(&c)->v[i]), i % 3 < 2);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_signals), cmocka_unit_test(check_exact),
                                     cmocka_unit_test(check_broken)};
  return STAGE_SUITE("detrend_whole", cases, tests, sizeof tests / sizeof *tests);
}
