/* clip: bounds, one-sided, and what is no number. */
#include "condition.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "min=-30 max=205.5"},
    {.input = POWER_SPECTRUM, .options = "max=3"},
};

static void check_values(void **arg)
{
  (void)arg;
  static const struct {
    const char *text;
    float want[6];
  } rows[] = {
      {"clip min=-1", {-1, -1, 0.5F, 7, INFINITY, NAN}},
      {"clip max=0.25", {-INFINITY, -2, 0.25F, 0.25F, 0.25F, NAN}},
      {"clip min=-2.5 max=5", {-2.5F, -2, 0.5F, 5, 5, NAN}},
      {"clip min=1 max=1", {1, 1, 1, 1, 1, NAN}},
  };
  static const float x[6] = {-INFINITY, -2, 0.5F, 7, INFINITY, NAN};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  check_ok(ctx, chain_wave(ctx, 100, "a b", "uV", &in));
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    chain c;
    check_ok(ctx, chain_run(ctx, rows[k].text, &in, x, 3, &c));
    for (size_t i = 0; i < 5; i++) check_near((double)chain_out(&c)->v[i], (double)rows[k].want[i], 0);
    assert_true(isnan(chain_out(&c)->v[5]));
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
  static const refusal bad[] = {{"clip min=2 max=1", BL_E_RANGE, "above max"},
                                {"clip", BL_E_CONFIG, "nothing would change; give one or both"},
                                {"scale", BL_E_CONFIG, "nothing would change; give one or both"}};
  check_refused(bad, 3, 100);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_values)};
  return STAGE_SUITE("clip", cases, tests, sizeof tests / sizeof *tests);
}
