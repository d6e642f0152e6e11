/* spectral_flux: by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .reach = 1},
    {.input = POWER_SPECTRUM, .options = "norm=l1 half_rectify=true", .reach = 1},
    {.input = POWER_SPECTRUM, .options = "normalize=true", .reach = 1},
};

/* Worked out by hand; the frequencies are 0, 10, 20 ... Hz. */
static void check_small(void **arg)
{
  (void)arg;
  against_frames("spectral_flux", (const float[]){1, 1, 4, 5, 4, 0, 4, 0}, 4, 2, "0 5 5 0");
  against_frames("spectral_flux norm=l1", (const float[]){1, 1, 4, 5, 4, 0, 5, 2}, 4, 2, "0 7 5 3");
  against_frames("spectral_flux norm=l1 half_rectify=true", (const float[]){1, 1, 4, 0, 4, 3, NAN, 3, 4, 3, 5, 3}, 6, 2,
                 "0 3 3 nan nan 1");
  against_frames("spectral_flux normalize=true norm=l1", (const float[]){1, 3, 2, 6, 5, 0, 0, 0, -1, 2, 1, 1, 1, 1}, 7,
                 2, "0 0 1.5 1 nan nan 0");
  /* so faint that one over the sum is no float */
  against_frames("spectral_flux normalize=true norm=l1",
                 (const float[]){1, 3, 0x1p-140F, 0x3p-140F, 0x3p-140F, 0x1p-140F}, 3, 2, "0 0 1");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "spectral_flux", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | spectral_flux", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | spectral_flux normalize=true", &in, &c), BL_E_CONFIG,
              "put it before db");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_small), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("spectral_flux", cases, own, sizeof own / sizeof *own);
}
