/* delta: what stage.h promises, and runs that are shorter than a neighbourhood. Values are held to librosa's and
 * python_speech_features' in test_golden_spectra.c. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.reach = 8},
    {.input = POWER_SPECTRUM, .options = "width=5 order=2 mode=nearest", .reach = 2},
    {.input = POWER_SPECTRUM, .options = "width=5 order=3", .reach = 4},
    {.options = "width=7 mode=mirror", .reach = 3},
    {.options = "width=3 mode=constant", .reach = 1},
};

static void check_short_runs(void **arg)
{
  (void)arg;
  static const struct {
    const char *text;
    size_t n;
    double want[5]; /* of x = 1 3 4 4 9 */
  } rows[] = {
      {"delta width=9", 1, {NAN}},
      {"delta width=9", 2, {2, 2}},                    /* the line through both */
      {"delta width=9", 3, {1.5, 1.5, 1.5}},           /* (4 - 1) / 2 */
      {"delta width=9 order=2", 2, {NAN, NAN}},        /* no parabola through two */
      {"delta width=9 order=2", 3, {-1, -1, -1}},      /* 1 - 6 + 4 */
      {"delta width=3", 5, {1.5, 1.5, 0.5, 2.5, 2.5}}, /* the ends as the first and the last three */
      {"delta width=5 order=3", 5, {3, 3, 3, 3, 3}},   /* (-1 + 2 * 3 - 2 * 4 + 9) / 2, and one cubic has one */
      {"delta width=3 mode=nearest", 1, {0}},
      {"delta width=3 mode=nearest", 5, {1, 1.5, 0.5, 2.5, 2.5}},
      {"delta width=3 mode=mirror", 5, {0, 1.5, 0.5, 2.5, 0}},
      {"delta width=3 mode=constant", 5, {1.5, 1.5, 0.5, 2.5, -2}},
      {"delta width=9 mode=mirror", 1, {0}},
      {"delta width=9 mode=mirror", 2, {0, 0}}, /* 1 3 1 3 1 3 ..: symmetric about each */
      {"delta width=3 order=2 mode=nearest", 2, {2, -2}},
  };
  static const float x[] = {1, 3, 4, 4, 9};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    chain c;
    check_ok(ctx, chain_run(ctx, rows[i].text, &in, x, rows[i].n, &c));
    assert_int_equal(chain_out(&c)->n, rows[i].n);
    for (size_t k = 0; k < rows[i].n; k++) {
      double got = (double)chain_out(&c)->v[k], want = rows[i].want[k];
      if (isnan(want) ? !isnan(got) : !(fabs(got - want) < 1e-6))
        fail_msg("%s: %zu of %zu: %g, not %g", rows[i].text, k, rows[i].n, got, want);
    }
    chain_stop(ctx, &c);
  }
  chain c;
  check_fails(ctx, chain_start(ctx, "delta width=4", &in, &c), BL_E_CONFIG, "width: 4 is even");
  check_fails(ctx, chain_start(ctx, "delta width=3 order=3", &in, &c), BL_E_CONFIG, "needs a width of more than 3");
  check_fails(ctx, chain_start(ctx, "stft n_fft=64 | delta", &in, &c), BL_E_CONFIG, "complex");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_short_runs)};
  return STAGE_SUITE("delta", cases, tests, sizeof tests / sizeof *tests);
}
