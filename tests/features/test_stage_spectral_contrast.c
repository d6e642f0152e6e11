/* spectral_contrast: against librosa, by hand, and what stage.h promises. */
#include "against.h"
#include "fft.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .options = "fmin=20 n_bands=2"},
    {.input = POWER_SPECTRUM, .options = "fmin=30 n_bands=2 linear=true quantile=0.3"},
};

static const against rows[] = {
    {"stft n_fft=1024 hop_length=256 output=magnitude | spectral_contrast fmin=400 n_bands=4 quantile=0.1 linear=true",
     "tico_22k", 22050, "librosa/contrast_linear_4bands_q10", 1e-6, 0, 0},
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
  against_frames("spectral_contrast fmin=30 n_bands=1 linear=true quantile=0.4",
                 (const float[]){3, 1, 2, 9, 9, 8, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, -1, 1, 1, 1, 1, NAN}, 3, 8,
                 "1 7.5 0 0 nan nan");
  against_frames("spectral_contrast fmin=30 n_bands=1 quantile=0.1",
                 (const float[]){10, 1, 2, 9, 9, 8, 0.1F, 5, 0, 0, 0, 0, 0, 0, 0, 1}, 2, 8, "10 19.542 0 100");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "spectral_contrast", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | spectral_contrast", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | spectral_contrast", &in, &c), BL_E_CONFIG,
              "put it before db");
  check_fails(ctx, chain_start(ctx, "stft output=magnitude | spectral_contrast fmin=300", &in, &c), BL_E_RANGE,
              "band 2 begins at 600 Hz");
  check_fails(ctx, chain_start(ctx, "stft n_fft=64 output=magnitude | spectral_contrast fmin=4 n_bands=3", &in, &c),
              BL_E_RANGE, "too few bins");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* librosa's decibels, of magnitudes made in double precision here: a valley is one bin, up to 85 dB below the loudest of its
 * frame, of which a transform in single precision leaves two digits. */
static void check_decibels(void **arg)
{
  enum { N_FFT = 1024, HOP = 256, BINS = N_FFT / 2 + 1 };
  static float mag[100 * BINS];
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_rfft64 fft;
  bl_stream in;
  chain c, before;
  npy *x = npy_open("inputs/tico_22k"), *want = npy_open("librosa/contrast");
  size_t n = 1 + x->n / HOP;
  check_ok(ctx, bl_rfft64_init(ctx, N_FFT, &fft));
  for (size_t f = 0; f < n; f++) {
    for (size_t i = 0; i < N_FFT; i++) {
      size_t at = f * HOP + i;
      bool inside = at >= N_FFT / 2 && at - N_FFT / 2 < x->n;
      fft.in[i] = inside ? x->v[at - N_FFT / 2] * (0.5 - 0.5 * cos(2 * 3.14159265358979323846 * (double)i / N_FFT)) : 0;
    }
    bl_rfft64_run(&fft);
    for (size_t k = 0; k < BINS; k++) mag[f * BINS + k] = (float)hypot(fft.re[k], fft.im[k]);
  }
  check_ok(ctx, chain_wave(ctx, 22050, "a", "FS", &in));
  check_ok(ctx, chain_start(ctx, "stft n_fft=1024 hop_length=256 output=magnitude", &in, &before));
  check_ok(ctx, chain_run(ctx, "spectral_contrast", chain_stream(&before), mag, n, &c));
  npy_compare_frames(want, chain_out(&c)->v, chain_out(&c)->n, chain_out(&c)->width, 1e-6, "contrast");
  npy_close(x);
  npy_close(want);
  chain_stop(ctx, &c);
  chain_stop(ctx, &before);
  bl_rfft64_release(ctx, &fft);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_small),
                                   cmocka_unit_test(check_refused), cmocka_unit_test(check_decibels)};
  return STAGE_SUITE("spectral_contrast", cases, own, sizeof own / sizeof *own);
}
