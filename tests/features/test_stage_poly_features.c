/* poly_features: against librosa, by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM, .options = "order=3"},
    {.input = POWER_SPECTRUM, .options = "order=0"},
};

static const against rows[] = {
    {"stft n_fft=1024 hop_length=256 output=magnitude | poly_features", "tico_22k", 22050, "librosa/poly1", 1e-6, 0, 0},
    {"stft n_fft=1024 hop_length=256 output=magnitude | poly_features order=2", "tico_22k", 22050, "librosa/poly2",
     1e-6, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | poly_features", "syn_impulse", 22050,
     "librosa/edge/impulse_poly1", 1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | poly_features", "syn_oneframe", 22050,
     "librosa/edge/oneframe_poly1", 1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | poly_features", "syn_short", 22050, "librosa/edge/short_poly1",
     1e-5, 0, 0},
    {"stft n_fft=512 hop_length=256 output=magnitude | poly_features", NULL, 22050, "librosa/edge/silence_poly1", 1e-5,
     0, 4096},
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
  against_frames("poly_features", (const float[]){1, 3, 5, 0, 0, 0, 2, 2, 2, NAN, 1, 1}, 4, 3, "0.2 1 0 0 0 2 nan nan");
  against_frames("poly_features order=2", (const float[]){1, 4, 9, 16, 2, 2, 2, 2}, 2, 4, "0.01 0.2 1 0 0 2");
  against_frames("poly_features order=0", (const float[]){1, 3, 5}, 1, 3, "3");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "poly_features", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | poly_features", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | poly_features", &in, &c), BL_E_CONFIG,
              "put it before db");
  check_fails(ctx, chain_start(ctx, "stft n_fft=4 output=magnitude | poly_features order=5", &in, &c), BL_E_RANGE,
              "needs at least 6 bins");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_small),
                                   cmocka_unit_test(check_refused)};
  return STAGE_SUITE("poly_features", cases, own, sizeof own / sizeof *own);
}
