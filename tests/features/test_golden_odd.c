/* Golden arrays that need a word of their own: what librosa makes of a constant, phases, centroids of bands, centres of
 * bands. The arrays, calls and licences are told in the README of each folder of tests/golden. */
#include <math.h>

#include "against.h"
#include "filters.h"

#define MAGNITUDES "stft n_fft=512 hop_length=256 output=magnitude | "

/* librosa ran on single precision here. Its decibels of a constant are those of rounding noise, from the second bin on,
 * and no numbers to be held to; in the bandwidth that noise counts by its squared distance, and the
 * valleys of a contrast are noise wherever the signal is short. */
static const against rows[] = {
    {"stft n_fft=512 hop_length=256 output=power | mel n_mels=26", NULL, 22050, "librosa/edge/constant_mel", 1e-5, 0.5F,
     4096},
    {MAGNITUDES "spectral_centroid", NULL, 22050, "librosa/edge/constant_centroid", 1e-5, 0.5F, 4096},
    {MAGNITUDES "spectral_bandwidth", NULL, 22050, "librosa/edge/constant_bandwidth", 2e-4, 0.5F, 4096},
    {MAGNITUDES "spectral_rolloff", NULL, 22050, "librosa/edge/constant_rolloff", 1e-5, 0.5F, 4096},
    {MAGNITUDES "poly_features", NULL, 22050, "librosa/edge/constant_poly1", 1e-5, 0.5F, 4096},
    {"pre_emphasis", NULL, 22050, "librosa/edge/constant_preemphasis", 1e-6, 0.5F, 64},
    {MAGNITUDES "spectral_contrast", NULL, 22050, "librosa/edge/silence_contrast", 1e-5, 0, 4096},
    {"stft output=power | mel", "tico_22k", 22050, "librosa/mel_default", 1e-6, 0, 0},
    /* librosa estimates the tuning first, -0.02 classes here (the summary tuning) */
    {"stft output=power | chroma tuning=-0.02", "tico_22k", 22050, "librosa/chroma_stft_default", 1e-5, 0, 0},
};

#define SCALED_MELS "mel n_mels=40 | scale factor=2147483648 | "

/* From the samples on, pcen is librosa's only behind a transform in double precision, as numpy's is: the weakest bands lie
 * 100 dB below the loudest of their frame, where single precision leaves four digits, and pcen divides each band by its own
 * level. */
static const against precise[] = {
    {"stft n_fft=1024 output=magnitude precision=double | " SCALED_MELS "pcen", "tico_22k", 22050,
     "librosa/pcen_default", 1e-6, 0, 0},
    {"stft n_fft=1024 output=magnitude precision=double | " SCALED_MELS "pcen max_size=3", "tico_22k", 22050,
     "librosa/pcen_max3", 1e-6, 0, 0},
    {"stft n_fft=1024 output=magnitude | " SCALED_MELS "pcen", "tico_22k", 22050, "librosa/pcen_default", 5e-3, 0, 0},
};

static void check_precision(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof precise / sizeof *precise; i++) against_check(&precise[i]);
}

static void check_librosa(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) against_check(&rows[i]);
}

/* What `text` makes of n samples of an input, to be freed. */
static float *run(const char *input, double rate_hz, double gain, size_t n, const char *text, size_t *frames,
                  size_t *width)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  npy *x = npy_open(input);
  float *v = npy_f32(x);
  for (size_t i = 0; i < n; i++) v[i] = (float)((double)v[i] * gain);
  check_ok(ctx, chain_wave(ctx, rate_hz, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v, n ? n : x->n, &c));
  *frames = chain_out(&c)->n;
  *width = chain_out(&c)->width;
  float *out = calloc(*frames * *width, sizeof *out);
  memcpy(out, chain_out(&c)->v, *frames * *width * sizeof *out);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
  check_free(ctx);
  return out;
}

/* The fifth bin of a phase unwrapped along the bins, as scipy does it (along its last axis but one), and angles, which
 * are the same less whole turns. */
static void check_phases(void **arg)
{
  (void)arg;
  static const double turn = 6.28318530717958647692;
  const char *text = "stft n_fft=256 hop_length=128 center=false detrend=constant output=phase";
  size_t frames, width;
  npy *want = npy_open("scipy/spectrogram_phase_unwrapped_row5");
  float *phase = run("inputs/humpback_4k", 4000, 1, 4096, text, &frames, &width);
  float *angle = run("inputs/humpback_4k", 4000, 1, 4096,
                     "stft n_fft=256 hop_length=128 center=false detrend=constant output=angle", &frames, &width);
  assert_int_equal(frames, want->n);
  for (size_t i = 0; i < frames; i++) {
    check_near((double)phase[i * width + 5], want->v[i], 1e-4);
    for (size_t k = 0; k < width; k++) {
      double a = (double)angle[i * width + k], off = ((double)phase[i * width + k] - a) / turn;
      assert_true(fabs(a) <= turn / 2 + 1e-6 && fabs(off - round(off)) < 1e-4);
    }
  }
  free(phase);
  free(angle);
  npy_close(want);
}

/* python_speech_features counts the frequency of bin k as 1 + k (rate / 2 - 1) / (bins - 1), which is f (1 - 2 / rate) +
 * 1; so do its centroids lie off the true ones. */
static void check_subband_centroids(void **arg)
{
  (void)arg;
  size_t frames, width;
  npy *want = npy_open("presets/psf_ssc");
  float *got = run("inputs/jackson_8k", 8000, 32768, 5148,
                   "pre_emphasis start=zero | stft n_fft=256 win_length=200 hop_length=80 align=left window=boxcar "
                   "center=false pad_end=true output=power | mel n_mels=26 htk=true norm=none triangles=bins "
                   "output=centroid",
                   &frames, &width);
  assert_int_equal(frames * width, want->n);
  for (size_t i = 0; i < want->n; i++) got[i] = (float)((double)got[i] * (1 - 2 / 8000.0) + 1);
  npy_compare(want, got, want->n, 1e-6, "psf_ssc");
  free(got);
  npy_close(want);
}

/* Of silence a centroid is that of a flat spectrum; of a band without a bin, its peak. */
static void check_centroids_of_nothing(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  float x[200] = {0};
  check_ok(ctx, chain_wave(ctx, 100, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, "stft n_fft=10 output=power | mel n_mels=30 output=centroid", &in, x, 200, &c));
  const bl_stream *out = chain_stream(&c);
  assert_string_equal(out->units.v[0], "Hz");
  for (size_t k = 0; k < 30; k++) {
    double hz = (double)chain_out(&c)->v[k], at = out->bin_hz[k], nearest = 10 * round(at / 10);
    check_near(hz, fabs(at - nearest) < 1.6 ? nearest : at, 1e-4);
  }
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* The peaks of mel bands lie where librosa.mel_frequencies says, with two more for the ends. */
static void check_mel_frequencies(void **arg)
{
  (void)arg;
  npy *want = npy_open("librosa/mel_frequencies");
  for (size_t htk = 0; htk < 2; htk++) {
    bl_ctx *ctx = bl_ctx_new();
    chain c;
    check_ok(ctx,
             filters_run(ctx, 22050, 512,
                         htk ? "mel n_mels=26 fmin=20 fmax=8000 htk=true" : "mel n_mels=26 fmin=20 fmax=8000", &c));
    for (size_t k = 0; k < 26; k++) check_near(chain_stream(&c)->bin_hz[k], want->v[htk * 28 + k + 1], 1e-6);
    chain_stop(ctx, &c);
    check_free(ctx);
  }
  npy_close(want);
}

/* The filters of chroma: unit spectra give a filter's column, whose frame is not divided by its largest. */
static void check_chroma_filters(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  npy *want = npy_open("librosa/chroma_fb");
  chain c;
  check_ok(ctx, filters_run(ctx, 22050, 1024, "chroma norm=none", &c));
  npy_compare_frames(want, chain_out(&c)->v, chain_out(&c)->n, chain_out(&c)->width, 1e-5, "chroma_fb");
  chain_stop(ctx, &c);
  npy_close(want);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_librosa),
                                     cmocka_unit_test(check_precision),
                                     cmocka_unit_test(check_phases),
                                     cmocka_unit_test(check_subband_centroids),
                                     cmocka_unit_test(check_centroids_of_nothing),
                                     cmocka_unit_test(check_mel_frequencies),
                                     cmocka_unit_test(check_chroma_filters)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
