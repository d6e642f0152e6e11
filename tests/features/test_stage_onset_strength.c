/* onset_strength: against librosa, edges included, by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .options = "n_fft=64", .reach = 3},
    {.input = "stft n_fft=64 output=power | db",
     .options = "lag=2 max_size=3 center=false aggregate=median",
     .reach = 2},
    {.input = POWER_SPECTRUM, .options = "detrend=true center=false", .unbounded = "what is taken off goes on"},
};

static const against rows[] = {
    {"stft | power | mel | db | top_db | onset_strength", "clock_44k", 44100, "librosa/onset_strength", 1e-5, 0, 0},
    {"stft | power | mel | db | top_db | onset_strength detrend=true center=false", "clock_44k", 44100,
     "librosa/onset_strength_detrend_nocenter", 1e-5, 0, 0},
    {"stft n_fft=1024 hop_length=256 | power | mel n_mels=40 | db | top_db | onset_strength n_fft=1024 lag=2 max_size=3 aggregate=median",
     "clock_44k", 44100, "librosa/onset_strength_lag2_max3_median", 1e-5, 0, 0},
    {"stft hop_length=256 | power | mel | db | top_db | onset_strength", "syn_impulse", 22050,
     "librosa/edge/impulse_onset", 1e-5, 0, 0},
    {"stft hop_length=256 | power | mel | db | top_db | onset_strength", "syn_oneframe", 22050,
     "librosa/edge/oneframe_onset", 1e-5, 0, 0},
    {"stft hop_length=256 | power | mel | db | top_db | onset_strength", "syn_short", 22050, "librosa/edge/short_onset",
     1e-5, 0, 0},
    {"stft hop_length=256 | power | mel | db | top_db | onset_strength", NULL, 22050, "librosa/edge/silence_onset",
     1e-5, 0, 4096},
    {"stft hop_length=256 | power | mel | db | top_db | onset_strength", NULL, 22050, "librosa/edge/constant_onset",
     1e-5, 0.5F, 4096},
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
  against_frames("onset_strength center=false", (const float[]){1, 1, 2, 4, 1, 9, 2, NAN, 2, 2}, 5, 2,
                 "0 2 2.5 nan nan");
  against_frames("onset_strength center=false lag=2", (const float[]){1, 1, 2, 4, 1, 9, 4, 4}, 4, 2, "0 0 4 1");
  against_frames("onset_strength center=false max_size=2", (const float[]){1, 1, 2, 4, 1, 9}, 3, 2, "0 2 2.5");
  against_frames("onset_strength center=false aggregate=median", (const float[]){0, 0, 0, 1, 9, 4, 1, 9, 4}, 3, 3,
                 "0 4 0");
  against_frames("onset_strength center=false detrend=true", (const float[]){0, 2, 2, 0}, 4, 1, "0 2 -0.02 -0.0198");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "stft | onset_strength", &in, &c), BL_E_CONFIG, "complex");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_small),
                                   cmocka_unit_test(check_refused)};
  return STAGE_SUITE("onset_strength", cases, own, sizeof own / sizeof *own);
}
