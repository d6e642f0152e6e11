/* spectral_rolloff: against librosa, by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM, .options = "roll_percent=0.3"},
};

static const against rows[] = {
    {"stft n_fft=1024 hop_length=256 output=magnitude | spectral_rolloff", "tico_22k", 22050, "librosa/rolloff85", 1e-6,
     0, 0},
    {"stft n_fft=1024 hop_length=256 output=magnitude | spectral_rolloff roll_percent=0.5", "tico_22k", 22050,
     "librosa/rolloff50", 1e-6, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | spectral_rolloff", "syn_impulse", 22050,
     "librosa/edge/impulse_rolloff", 1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | spectral_rolloff", "syn_oneframe", 22050,
     "librosa/edge/oneframe_rolloff", 1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | spectral_rolloff", "syn_short", 22050,
     "librosa/edge/short_rolloff", 1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | spectral_rolloff", NULL, 22050, "librosa/edge/silence_rolloff",
     1e-5, 0, 4096},
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
  against_frames("spectral_rolloff roll_percent=0.5",
                 (const float[]){1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 5, 1, -1, 1, 1, 1, 1, 1, NAN}, 5, 4,
                 "10 0 30 nan nan");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "spectral_rolloff", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | spectral_rolloff", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | spectral_rolloff", &in, &c), BL_E_CONFIG,
              "put it before db");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_small),
                                   cmocka_unit_test(check_refused)};
  return STAGE_SUITE("spectral_rolloff", cases, own, sizeof own / sizeof *own);
}
