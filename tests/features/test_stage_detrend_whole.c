/* detrend_whole against scipy.signal.detrend and numpy. */
#include "condition.h"

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

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_signals), cmocka_unit_test(check_exact)};
  return cmocka_run_group_tests_name("detrend_whole", tests, NULL, NULL);
}
