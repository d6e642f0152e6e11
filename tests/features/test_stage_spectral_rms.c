/* spectral_rms: against librosa, by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM, .options = "frame_length=65"},
};

static const against rows[] = {
    {"stft n_fft=1024 hop_length=256 output=magnitude | spectral_rms", "tico_22k", 22050, "librosa/rms_from_S", 1e-6, 0,
     0},
};

static void check_librosa(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) against_check(&rows[i]);
}

/* Worked out by hand; the frequencies are 0, 10, 20 ... Hz. */
static void check_small(void **arg)
{
  (void)arg;
  against_frames("spectral_rms", (const float[]){2, 1, 2, 0, 0, 0, 1, NAN, 1}, 3, 3, "0.79057 0 nan");
  against_frames("spectral_rms frame_length=5", (const float[]){2, 1, 2}, 1, 3, "0.74833");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "spectral_rms", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | spectral_rms", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | spectral_rms", &in, &c), BL_E_CONFIG, "put it before db");
  check_fails(ctx, chain_start(ctx, "stft n_fft=64 output=magnitude | spectral_rms frame_length=62", &in, &c),
              BL_E_RANGE, "gives 32 bins, but 33 come in");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_small),
                                   cmocka_unit_test(check_refused)};
  return STAGE_SUITE("spectral_rms", cases, own, sizeof own / sizeof *own);
}
