/* remove_background: what stage.h promises. Values are held to maad's in test_golden_spectra.c. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM " | db", .unbounded = "levels are those of the whole run"},
    {.input = POWER_SPECTRUM " | db",
     .options = "mode=mean smooth=1 clip=false",
     .unbounded = "levels are those of the whole run"},
};

/* By hand: levels 2 and 10 as medians, 4 and 10 as means; what is broken counts in none. */
static void check_levels(void **arg)
{
  (void)arg;
  static const float x[] = {1, 10, NAN, 10, 2, 10, 9, INFINITY};
  static const struct {
    const char *text;
    float want[8];
  } rows[] = {{"remove_background smooth=1", {0, 0, NAN, 0, 0, 0, 7, NAN}},
              {"remove_background smooth=1 mode=mean clip=false", {-3, 0, NAN, 0, -2, 0, 5, NAN}},
              {"remove_background smooth=3 clip=false",
               {-3.666667f, 2.666667f, NAN, 2.666667f, -2.666667f, 2.666667f, 4.333333f, NAN}}};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  check_ok(ctx, chain_wave(ctx, 100, "a", "dB", &in));
  check_ok(ctx, bl_stream_set_bins(ctx, &in, 2, (const double[]){1, 2}, NULL));
  for (size_t r = 0; r < 3; r++) {
    chain c;
    check_ok(ctx, chain_run(ctx, rows[r].text, &in, x, 4, &c));
    assert_int_equal(chain_out(&c)->n, 4);
    for (size_t i = 0; i < 8; i++) {
      float got = chain_out(&c)->v[i], want = rows[r].want[i];
      if (isnan(want) ? !isnan(got) : !(fabsf(got - want) < 1e-5f))
        fail_msg("%s: %zu: %g, not %g", rows[r].text, i, (double)got, (double)want);
    }
    chain_stop(ctx, &c);
  }
  chain c;
  check_fails(ctx, chain_start(ctx, "remove_background smooth=2", &in, &c), BL_E_CONFIG, "smooth: 2 is even");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_levels)};
  return STAGE_SUITE("remove_background", cases, tests, sizeof tests / sizeof *tests);
}
