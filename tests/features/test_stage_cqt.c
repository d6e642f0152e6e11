/* cqt against librosa's cqt and vqt, and what a sine of known amplitude gives. */
#include <math.h>

#include "against.h"
#include "stage_conformance.h"

/* At 250 Hz the longest filter of 20 Hz, 12 bins an octave, is 210 samples: transforms of 256. */
static const stage_case cases[] = {
    {.options = "fmin=20 n_bins=30 hop_length=32", .length = 256, .hop = 32, .pad = 128, .reach = 128},
    {.options = "fmin=20 n_bins=10 bins_per_octave=5 filter_scale=2 tuning=0.3 sparsity=0 scale=false output=power",
     .length = 256,
     .hop = 512,
     .pad = 128,
     .reach = 128},
    {.options = "fmin=20 n_bins=20 hop_length=20 gamma=5 output=complex",
     .length = 128,
     .hop = 20,
     .pad = 64,
     .reach = 64},
    {.options = "fmin=20 n_bins=20 hop_length=20 gamma=erb", .length = 32, .hop = 20, .pad = 16, .reach = 16},
};

/* The highest octave is made as librosa makes it. Of lower ones librosa halves the rate, whose resampler takes up to 0.4 %
 * of the largest value off the highest bin of the octave below: what the tolerances below leave room for. */
static const against rows[] = {
    {"cqt", "tico_22k", 22050, "librosa/cqt_mag", 2e-4, 0, 0},
    {"cqt hop_length=256 fmin=440 n_bins=96 bins_per_octave=24 sparsity=0", "tico_22k", 22050,
     "librosa/cqt_mag_sparsity0", 3e-3, 0, 0},
    {"cqt fmin=440 n_bins=48 scale=false", "tico_22k", 22050, "librosa/cqt_mag_noscale", 5e-3, 0, 0},
    {"cqt fmin=220 n_bins=60 gamma=20", "tico_22k", 22050, "librosa/vqt_mag_gamma20", 5e-3, 0, 0},
    {"cqt fmin=220 n_bins=60 gamma=erb", "tico_22k", 22050, "librosa/vqt_mag_gammaNone", 5e-3, 0, 0},
};

static void check_librosa(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) against_check(&rows[i]);
}

/* The highest octave alone, which librosa takes at the full rate, agrees to the rounding of float32. */
static void check_highest_octave(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  npy *x = npy_open("inputs/tico_22k"), *want = npy_open("librosa/cqt_mag");
  float *v = npy_f32(x);
  double most = 0;
  check_ok(ctx, chain_wave(ctx, 22050, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, "cqt", &in, v, x->n, &c));
  for (size_t i = 0; i < want->n; i++) most = fmax(most, want->v[i]);
  for (size_t k = 72; k < 84; k++)
    for (size_t f = 0; f < want->dim[1]; f++)
      check_near((double)chain_out(&c)->v[f * 84 + k], want->v[k * want->dim[1] + f], 2e-6 * most);
  const bl_stream *s = chain_stream(&c);
  char name[BL_BIN_NAME];
  assert_string_equal(bl_stream_bin(s, 9, name), "55Hz");
  check_near(s->rate_hz, 22050.0 / 512, 1e-9);
  check_near(s->latency_s, 8192 / 22050.0, 1e-9);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  npy_close(x);
  npy_close(want);
  free(v);
  check_free(ctx);
}

/* A sine of amplitude A on a bin gives A / 2 times the root of the filter's length, or times the length. */
static void check_sine(void **arg)
{
  (void)arg;
  enum { N = 8000 };
  static float x[N];
  static const char *const text[] = {
      "cqt fmin=440 n_bins=12 sparsity=0 scale=false", "cqt fmin=440 n_bins=12 sparsity=0",
      "cqt fmin=452.89298412314226 tuning=-0.5 n_bins=12 sparsity=0"}; /* half a bin above, and half a bin down */
  for (size_t i = 0; i < N; i++) x[i] = (float)(0.7 * sin(2 * 3.14159265358979323846 * 440 * (double)i / 8000));
  for (size_t scale = 0; scale < 3; scale++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    double r = pow(2, 1.0 / 6), length = (r + 1) / (r - 1) * 8000 / 440;
    check_ok(ctx, chain_wave(ctx, 8000, "a", "FS", &in));
    check_ok(ctx, chain_run(ctx, text[scale], &in, x, N, &c));
    check_near(chain_stream(&c)->bin_hz[0], 440, 1e-9);
    double want = 0.35 * (scale ? sqrt(length) : length);
    check_near((double)chain_out(&c)->v[8 * 12], want, 2e-3 * want);
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
    bl_status status;
  } bad[] = {
      {"cqt n_bins=108", "take fewer n_bins", BL_E_RANGE},
      {"cqt fmin=0.0001 n_bins=2", "more than 4194304", BL_E_RANGE},
      {"cqt fmin=3000 n_bins=2 filter_scale=0.1", "take fewer n_bins", BL_E_RANGE},
      {"stft n_fft=64 output=power | cqt fmin=40 n_bins=2", "waveform", BL_E_CONFIG},
  };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 8000, "a", "FS", &in));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    check_fails(ctx, chain_start(ctx, bad[i].text, &in, &c), bad[i].status, bad[i].said);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_highest_octave),
                                   cmocka_unit_test(check_sine), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("cqt", cases, own, sizeof own / sizeof *own);
}
