/* chroma against librosa, of spectra and of constant-Q bins. */
#include <math.h>

#include "against.h"
#include "stage_conformance.h"

#define CQT "cqt fmin=10 n_bins=33 bins_per_octave=12 hop_length=64"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM, .options = "n_chroma=10 tuning=0.2 ctroct=3 octwidth=none norm=1 base_c=false"},
    {.input = POWER_SPECTRUM, .options = "norm=2"},
    {.input = POWER_SPECTRUM, .options = "norm=none"},
    {.input = CQT, .options = "n_chroma=6"},
};

#define STFT "stft n_fft=2048 hop_length=512 output=power | "
#define EDGE "stft n_fft=512 hop_length=256 output=power | chroma"

static const against rows[] = {
    {STFT "chroma", "tico_22k", 22050, "librosa/chroma_stft_tuning0", 1e-5, 0, 0},
    {STFT "chroma | tonnetz", "tico_22k", 22050, "librosa/tonnetz_from_chroma_stft", 1e-5, 0, 0},
    {EDGE, "syn_impulse", 22050, "librosa/edge/impulse_chroma", 1e-5, 0, 0},
    {EDGE, "syn_oneframe", 22050, "librosa/edge/oneframe_chroma", 1e-5, 0, 0},
    {EDGE, "syn_short", 22050, "librosa/edge/short_chroma", 1e-5, 0, 0},
    {EDGE, NULL, 22050, "librosa/edge/constant_chroma", 1e-5, 0.5F, 4096},
    {EDGE, NULL, 22050, "librosa/edge/silence_chroma", 0, 0, 4096},
    /* the peer's resampler weakens the highest bins of lower octaves, and a frame is divided by its largest class: in
     * frames between two notes, where all classes are weak, that is 4 % of it */
    {"cqt bins_per_octave=36 n_bins=252 | chroma", "tico_22k", 22050, "librosa/chroma_cqt", 0.05, 0, 0},
};

static void check_librosa(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) against_check(&rows[i]);
}

/* norm 2, and none: two arrays of the same in one file. */
static void check_norms(void **arg)
{
  (void)arg;
  static const char *const texts[] = {STFT "chroma norm=2", STFT "chroma norm=none"};
  npy *want = npy_open("librosa/chroma_stft_l2_nonorm"), *x = npy_open("inputs/tico_22k");
  float *v = npy_f32(x);
  size_t n = want->dim[1] * want->dim[2];
  for (size_t i = 0; i < 2; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    npy one = {.n_dims = 2, .dim = {want->dim[1], want->dim[2]}, .n = n, .v = want->v + i * n};
    check_ok(ctx, chain_wave(ctx, 22050, "a", "FS", &in));
    check_ok(ctx, chain_run(ctx, texts[i], &in, v, x->n, &c));
    npy_compare_frames(&one, chain_out(&c)->v, chain_out(&c)->n, chain_out(&c)->width, 1e-5, texts[i]);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
  npy_close(want);
  npy_close(x);
  free(v);
}

/* A tone of 440 Hz is an A, whether the bins are Hz or octaves, and however the classes are turned. */
static void check_tone(void **arg)
{
  (void)arg;
  static const struct {
    const char *text, *class;
  } tones[] = {
      {"stft n_fft=4096 output=power | chroma", "A"},
      {"stft n_fft=4096 output=power | chroma base_c=false", "A"},
      {"stft n_fft=4096 output=power | chroma n_chroma=24", "chroma18"},
      {"cqt fmin=55 n_bins=48 | chroma", "A"},
      {"cqt fmin=61.735 n_bins=48 | chroma base_c=false", "A"},
      {"cqt fmin=55 n_bins=96 bins_per_octave=24 | chroma n_chroma=24", "chroma18"},
  };
  enum { N = 16000 };
  static float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)sin(2 * 3.14159265358979323846 * 440 * (double)i / 8000);
  for (size_t i = 0; i < sizeof tones / sizeof *tones; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    char name[BL_BIN_NAME];
    check_ok(ctx, chain_wave(ctx, 8000, "a", "FS", &in));
    check_ok(ctx, chain_run(ctx, tones[i].text, &in, x, N, &c));
    const float *y = chain_out(&c)->v + chain_out(&c)->n / 2 * chain_out(&c)->width;
    size_t best = 0;
    for (size_t k = 1; k < chain_out(&c)->width; k++)
      if (y[k] > y[best]) best = k;
    const char *got = bl_stream_bin(chain_stream(&c), best, name);
    if (strcmp(got, tones[i].class)) fail_msg("%s: %s, want %s", tones[i].text, got, tones[i].class);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

static void check_refused(void **arg)
{
  (void)arg;
  static const struct {
    const char *text, *said;
  } bad[] = {
      {"chroma", "spectrum"},
      {"stft n_fft=64 output=power | mel n_mels=8 | chroma", "evenly apart"},
      {"cqt fmin=40 n_bins=30 bins_per_octave=10 | chroma", "10 bins an octave"},
      {"cqt fmin=40 n_bins=30 | chroma tuning=0.1", "tuning has no effect"},
      {"stft n_fft=64 output=power | db | chroma", "chroma"},
  };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 8000, "a", "FS", &in));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_status s = chain_start(ctx, bad[i].text, &in, &c);
    check_fails(ctx, s, s == BL_E_RANGE ? BL_E_RANGE : BL_E_CONFIG, bad[i].said);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_norms),
                                   cmocka_unit_test(check_tone), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("chroma", cases, own, sizeof own / sizeof *own);
}
