/* pre_emphasis against scipy.signal.lfilter with librosa's initial state. */
#include "condition.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.reach = 1},
    {.options = "coef=0.5 start=zero", .reach = 1},
    {.input = POWER_SPECTRUM, .options = "start=hold", .reach = 1},
};

static void check_signals(void **arg)
{
  (void)arg;
  condition_check("detrend", "pre_emphasis", 160, 400, "emphasis");
  condition_check("detrend", "pre_emphasis start=zero", 160, 400, "emphasis.zero");
  condition_check("detrend", "pre_emphasis start=hold", 160, 400, "emphasis.hold");
}

static void check_single(void **arg)
{
  (void)arg;
  static const struct {
    const char *text;
    double want;
  } rows[] = {{"pre_emphasis", 6}, {"pre_emphasis start=zero", 3}, {"pre_emphasis start=hold", 0.09}};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  float x = 3;
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  for (size_t k = 0; k < 3; k++) {
    chain c;
    check_ok(ctx, chain_run(ctx, rows[k].text, &in, &x, 1, &c));
    assert_int_equal(chain_out(&c)->n, 1);
    check_near((double)chain_out(&c)->v[0], rows[k].want, 1e-6);
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_signals), cmocka_unit_test(check_single)};
  return STAGE_SUITE("pre_emphasis", cases, tests, sizeof tests / sizeof *tests);
}
