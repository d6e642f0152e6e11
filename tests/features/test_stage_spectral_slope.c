/* spectral_slope: by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM, .options = "normalize=false"},
};

/* Worked out by hand; the frequencies are 0, 10, 20 ... Hz. */
static void check_small(void **arg)
{
  (void)arg;
  against_frames("spectral_slope", (const float[]){3, 2, 1, 0, 0, 0, 1, 1, 1, -1, 2, 1, NAN, 1, 1}, 5, 3,
                 "-0.016667 0 0 nan nan");
  against_frames("spectral_slope normalize=false", (const float[]){1, 3, 5, 0, 0, 0, 0, 0, 6}, 3, 3, "0.2 0 0.3");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "spectral_slope", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | spectral_slope", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | spectral_slope", &in, &c), BL_E_CONFIG,
              "put it before db");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_small), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("spectral_slope", cases, own, sizeof own / sizeof *own);
}
