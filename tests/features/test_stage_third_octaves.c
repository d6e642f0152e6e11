/* third_octaves: against maad, by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM, .options = "fmin=8 fmax=100 bands=octave"},
    {.input = POWER_SPECTRUM, .options = "bands=third"},
};

/* Worked out by hand; the frequencies are 0, 10, 20 ... Hz. */
static void check_small(void **arg)
{
  (void)arg;
  against_frames("third_octaves bands=octave", (const float[]){1, 2, 4, 8, 1, NAN, 1, 1}, 2, 4, "2 4 nan 1");
  against_frames("third_octaves fmin=4 fmax=16 bands=octave", (const float[]){1, 2, 4, 8}, 1, 4, "0 2 4");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "third_octaves", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | third_octaves", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | third_octaves fmax=0.1", &in, &c), BL_E_RANGE, "no centre");
  check_fails(ctx, chain_start(ctx, "stft output=power | third_octaves fmax=600", &in, &c), BL_E_RANGE,
              "above the highest bin, 500 Hz");
  check_fails(ctx, chain_start(ctx, "stft output=power | third_octaves fmin=100 fmax=2000", &in, &c), BL_E_RANGE,
              "above the highest bin, 500 Hz");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* maad's mean powers of bands: its spectrogram is density times the distance of bins, whose sums ours are. */
static void check_maad(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  float mean[32];
  npy *x = npy_open("inputs/spinetail_44k"), *want = npy_open("maad/third_octave_power_mean");
  npy *hz = npy_open("maad/third_octave_centres");
  float *v = npy_f32(x);
  check_ok(ctx, chain_wave(ctx, 44100, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx,
                          "stft n_fft=1024 hop_length=512 center=false detrend=constant scaling=density output=power | "
                          "third_octaves fmin=16 fmax=20000",
                          &in, v, x->n, &c));
  assert_int_equal(chain_stream(&c)->n_bins, 32);
  assert_string_equal(chain_stream(&c)->units.v[0], "FS^2");
  for (size_t k = 0; k < 32; k++) {
    double sum = 0;
    for (size_t i = 0; i < chain_out(&c)->n; i++) sum += (double)chain_out(&c)->v[i * 32 + k];
    mean[k] = (float)(sum / (double)chain_out(&c)->n);
    check_near(chain_stream(&c)->bin_hz[k], hz->v[k], 1e-9);
  }
  npy_compare(want, mean, 32, 1e-6, "third octaves");
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
  npy_close(hz);
  npy_close(want);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_small), cmocka_unit_test(check_refused),
                                   cmocka_unit_test(check_maad)};
  return STAGE_SUITE("third_octaves", cases, own, sizeof own / sizeof *own);
}
