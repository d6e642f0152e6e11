/* log_bands: what stage.h promises, and its filters by their formulas. */
#include "filters.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = "stft n_fft=2048 hop_length=64 output=power", .rate_hz = 22050},
    {.input = POWER_SPECTRUM, .options = "n_bins=7 bins_per_octave=3 fmin=20 norm=slaney triangles=hz"},
    {.input = POWER_SPECTRUM, .options = "n_bins=5 fmin=60 norm=1 triangles=bins"},
    {.input = POWER_SPECTRUM, .options = "n_bins=5 fmin=60 norm=2"},
    {.input = POWER_SPECTRUM, .options = "n_bins=5 fmin=60 norm=inf"},
};

static const struct row {
  const char *name, *chain;
} rows[] = {
    {"log", "log_bands n_bins=36 fmin=440"},
    {"log.hz", "log_bands n_bins=36 fmin=440 triangles=hz norm=inf"},
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
  check_fails(ctx, chain_start(ctx, "log_bands", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | power | log_bands fmin=32 n_bins=48", &in, &c), BL_E_RANGE,
              "log_bands: fmax 512 Hz is above half");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_filters), cmocka_unit_test(check_refusals)};
  return STAGE_SUITE("log_bands", cases, tests, sizeof tests / sizeof *tests);
}
