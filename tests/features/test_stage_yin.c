/* yin: against librosa, edges included, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "fmin=10 fmax=60 frame_length=64", .length = 64, .hop = 16, .pad = 32, .reach = 32},
    {.options = "fmin=20 fmax=100 frame_length=33 hop_length=10 pad_mode=reflect output=aperiodicity",
     .length = 33,
     .hop = 10,
     .pad = 16,
     .reach = 16},
    {.options = "fmin=20 fmax=100 frame_length=40 pad_mode=edge trough_threshold=0.5",
     .length = 40,
     .hop = 10,
     .pad = 20,
     .reach = 20},
    {.options = "fmin=10 fmax=60 frame_length=64 center=false", .length = 64, .hop = 16, .start = 32, .reach = 32},
};

static const against rows[] = {
    {"yin fmin=60 fmax=400 frame_length=512 hop_length=128", "jackson_8k", 8000, "librosa/yin_speech", 1e-6, 0, 0},
    {"yin fmin=60 fmax=400 frame_length=512 hop_length=128 center=false trough_threshold=0.3", "jackson_8k", 8000,
     "librosa/yin_speech_nocenter_thr03", 1e-6, 0, 0},
    {"yin fmin=65 fmax=2093", "syn_sine", 22050, "librosa/yin_sine", 1e-6, 0, 0},
    {"yin fmin=100 fmax=2000 frame_length=1024 hop_length=256", "syn_oneframe", 22050, "librosa/edge/oneframe_yin",
     1e-5, 0, 0},
    {"yin fmin=100 fmax=2000 frame_length=1024 hop_length=256", "syn_short", 22050, "librosa/edge/short_yin", 1e-5, 0,
     0},
    {"yin fmin=100 fmax=2000 frame_length=1024 hop_length=256", NULL, 22050, "librosa/edge/silence_yin", 1e-5, 0, 4096},
    {"yin fmin=100 fmax=2000 frame_length=1024 hop_length=256", NULL, 22050, "librosa/edge/constant_yin", 1e-5, 0.5F,
     4096},
};

static void check_librosa(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) against_check(&rows[i]);
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "stft output=magnitude | yin fmin=60 fmax=400", &in, &c), BL_E_CONFIG,
              "needs a waveform");
  check_fails(ctx, chain_start(ctx, "yin fmin=60 fmax=60", &in, &c), BL_E_CONFIG, "not below fmax");
  check_fails(ctx, chain_start(ctx, "yin fmin=60 fmax=501", &in, &c), BL_E_RANGE, "above half the sampling rate");
  check_fails(ctx, chain_start(ctx, "yin fmin=10 fmax=100 frame_length=64", &in, &c), BL_E_RANGE,
              "an fmin of 15.873 Hz");
  check_fails(ctx, chain_start(ctx, "yin fmin=300 fmax=310", &in, &c), BL_E_RANGE, "no three periods apart");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("yin", cases, own, sizeof own / sizeof *own);
}
