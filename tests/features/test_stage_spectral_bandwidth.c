/* spectral_bandwidth: against librosa, by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM, .options = "p=1 norm=false"},
    {.input = POWER_SPECTRUM, .options = "p=3"},
};

static const against rows[] = {
    {"stft n_fft=1024 hop_length=256 output=magnitude | spectral_bandwidth", "tico_22k", 22050, "librosa/bandwidth_p2",
     1e-6, 0, 0},
    {"stft n_fft=1024 hop_length=256 output=magnitude | spectral_bandwidth p=1 norm=false", "tico_22k", 22050,
     "librosa/bandwidth_p1_nonorm", 1e-6, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | spectral_bandwidth", "syn_impulse", 22050,
     "librosa/edge/impulse_bandwidth", 1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | spectral_bandwidth", "syn_oneframe", 22050,
     "librosa/edge/oneframe_bandwidth", 1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | spectral_bandwidth", "syn_short", 22050,
     "librosa/edge/short_bandwidth", 1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | spectral_bandwidth", NULL, 22050,
     "librosa/edge/silence_bandwidth", 1e-5, 0, 4096},
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
  against_frames("spectral_bandwidth", (const float[]){1, 0, 1, 0, 0, 0, 0, 3, 3, 1, 1, -1, NAN, 1, 1}, 5, 3,
                 "10 0 5 nan nan");
  against_frames("spectral_bandwidth p=3 norm=false", (const float[]){0, 4, 4, 0, 0, 0, 1, 1, -1, 1, NAN, 1}, 4, 3,
                 "10 0 nan nan");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "spectral_bandwidth", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | spectral_bandwidth", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | spectral_bandwidth", &in, &c), BL_E_CONFIG,
              "put it before db");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_small),
                                   cmocka_unit_test(check_refused)};
  return STAGE_SUITE("spectral_bandwidth", cases, own, sizeof own / sizeof *own);
}
