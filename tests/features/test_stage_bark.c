/* bark: what stage.h promises, and its filters by their formulas. */
#include "filters.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .options = "n_bands=7 fmin=3 fmax=99"},
    {.input = POWER_SPECTRUM, .options = "n_bands=5 norm=slaney triangles=hz"},
    {.input = POWER_SPECTRUM, .options = "n_bands=5 norm=1 triangles=bins"},
    {.input = POWER_SPECTRUM, .options = "n_bands=5 norm=2"},
    {.input = POWER_SPECTRUM, .options = "n_bands=5 norm=inf"},
};

static const struct row {
  const char *name, *chain;
} rows[] = {
    {"bark", "bark n_bands=18"},
    {"bark.hz", "bark n_bands=18 triangles=hz norm=slaney"},
};

static void check_filters(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    filters_check("bands", rows[i].name, 8000, 256, rows[i].chain);
}

static void check_refusals(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "uV", &in));
  check_fails(ctx, chain_start(ctx, "bark", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | bark", &in, &c), BL_E_CONFIG, "put power before");
  check_fails(ctx, chain_start(ctx, "stft | power | bark fmax=501", &in, &c), BL_E_RANGE,
              "bark: fmax 501 Hz is above half");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_filters), cmocka_unit_test(check_refusals)};
  return STAGE_SUITE("bark", cases, tests, sizeof tests / sizeof *tests);
}
