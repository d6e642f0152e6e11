/* comb against scipy.signal.iirnotch in series. */
#include "condition.h"

static void check_signals(void **arg)
{
  (void)arg;
  condition_check("notch", "comb freq=25", 160, 0, "comb.y");
  condition_check("notch", "comb freq=25 n_notches=3", 160, 0, "comb.y");
  condition_check("notch", "comb freq=25 start=steady", 160, 0, "comb.steady");
  condition_check("notch", "comb freq=13 q=5 n_notches=2", 160, 0, "comb.two");
}

/* Half the rate is no multiple below it: 80 Hz at 160 Hz leaves one notch at 40 Hz. */
static void check_half_rate(void **arg)
{
  (void)arg;
  enum { N = 64 };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain all, one;
  float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)sin((double)(i * i));
  check_ok(ctx, chain_wave(ctx, 160, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, "comb freq=40", &in, x, N, &all));
  check_ok(ctx, chain_run(ctx, "comb freq=40 n_notches=1", &in, x, N, &one));
  assert_memory_equal(chain_out(&all)->v, chain_out(&one)->v, sizeof x);
  chain_stop(ctx, &all);
  chain_stop(ctx, &one);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_refusals(void **arg)
{
  (void)arg;
  static const refusal bad[] = {
      {"comb freq=125", BL_E_RANGE, "below half the sampling rate, 125"},
      {"comb freq=60 n_notches=3", BL_E_RANGE, "only 2 multiples"},
      {"comb freq=0.01", BL_E_RANGE, "give n_notches"},
      {"comb freq=60 q=0.5", BL_E_RANGE, "make q larger"},
  };
  check_refused(bad, sizeof bad / sizeof *bad, 250);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_signals),
      cmocka_unit_test(check_half_rate),
      cmocka_unit_test(check_refusals),
  };
  return cmocka_run_group_tests_name("comb", tests, NULL, NULL);
}
