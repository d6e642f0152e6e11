/* spectral_entropy: by hand, and what stage.h promises. */
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
  against_frames("spectral_entropy",
                 (const float[]){1, 1, 1, 1, 5, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 1, -1, 1, 1, 1, 1, 1, NAN}, 6, 4,
                 "1 0 1 0.5 nan nan");
  against_frames("spectral_entropy normalize=false", (const float[]){1, 1, 1, 1, 0, 0, 0, 0, 8, 4, 2, 2}, 3, 4,
                 "2 2 1.75");
  /* Numbers below the smallest normal one have their own share, too. */
  against_frames("spectral_entropy",
                 (const float[]){1e-40F, 1e-40F, 1e-40F, 1e-40F, 1e-40F, 0, 0, 0, 0, 1e-40F, 1e-40F, 0}, 3, 4,
                 "1 0 0.5");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "spectral_entropy", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | spectral_entropy", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | spectral_entropy", &in, &c), BL_E_CONFIG,
              "put it before db");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_small), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("spectral_entropy", cases, own, sizeof own / sizeof *own);
}
