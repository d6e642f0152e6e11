/* erb: what stage.h promises, and its filters by their formulas. */
#include "filters.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .options = "n_bands=7 fmin=3 fmax=99"},
    {.input = POWER_SPECTRUM, .options = "n_bands=5 fmin=0 norm=slaney filter=hz"},
    {.input = POWER_SPECTRUM, .options = "n_bands=5 norm=1 filter=scale"},
    {.input = POWER_SPECTRUM, .options = "n_bands=5 norm=2"},
    {.input = POWER_SPECTRUM, .options = "n_bands=5 norm=inf"},
};

static const struct row {
  const char *name, *chain;
} rows[] = {
    {"erb", "erb n_bands=20"},
    {"erb.area", "erb n_bands=20 norm=slaney"},
    {"erb.scale", "erb n_bands=20 filter=scale"},
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
  check_fails(ctx, chain_start(ctx, "erb", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | power | erb fmin=400 fmax=300", &in, &c), BL_E_RANGE,
              "erb: fmin 400 Hz is not below");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_filters), cmocka_unit_test(check_refusals)};
  return STAGE_SUITE("erb", cases, tests, sizeof tests / sizeof *tests);
}
