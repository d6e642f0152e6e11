/* lpc: against librosa, edges included, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

#include <math.h>

static const stage_case cases[] = {
    {.options = "order=4 frame_length=64", .length = 64, .hop = 16, .pad = 32, .reach = 32},
    {.options = "order=2 frame_length=33 hop_length=10 pad_mode=reflect window=hann",
     .length = 33,
     .hop = 10,
     .pad = 16,
     .reach = 16},
    {.options = "order=3 frame_length=40 pad_mode=edge window=hamming",
     .length = 40,
     .hop = 10,
     .pad = 20,
     .reach = 20},
    {.options = "order=4 frame_length=64 center=false", .length = 64, .hop = 16, .start = 32, .reach = 32},
};

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "stft output=magnitude | lpc order=4", &in, &c), BL_E_CONFIG, "needs a waveform");
  check_fails(ctx, chain_start(ctx, "lpc order=8 frame_length=8", &in, &c), BL_E_RANGE, "longer than 8 samples");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* One frame, y[from .. from + n) of an input, and how far from librosa's numbers, which begin with a 1, it may be. */
static void check_one(const char *input, double rate, size_t from, size_t n, const char *options, const char *want,
                      double tol)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  char text[200];
  npy *x = npy_open(input), *a = npy_open(want);
  float *v = npy_f32(x);
  snprintf(text, sizeof text, "lpc frame_length=%zu center=false order=%zu %s", n, a->n - 1, options);
  check_ok(ctx, chain_wave(ctx, rate, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v + from, n, &c));
  assert_int_equal(chain_out(&c)->n, 1);
  for (size_t k = 1; k < a->n; k++) check_near((double)chain_out(&c)->v[k - 1], a->v[k], tol);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
  npy_close(a);
  check_free(ctx);
}

static void check_librosa(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_one("inputs/jackson_8k", 8000, 1000, 256, "", "librosa/lpc8", 1e-6);
  check_one("inputs/jackson_8k", 8000, 1000, 256, "window=hann", "librosa/lpc8_windowed", 1e-6);
  check_one("inputs/tico_22k", 22050, 8000, 512, "", "librosa/lpc16", 1e-6);
  check_one("inputs/syn_impulse", 22050, 0, 512, "", "librosa/edge/impulse_lpc", 0);
  /* librosa's edges ran in single precision, where Burg's method loses digits */
  check_one("inputs/syn_oneframe", 22050, 0, 512, "", "librosa/edge/oneframe_lpc", 1e-3);
  check_one("inputs/syn_short", 22050, 0, 100, "", "librosa/edge/short_lpc", 1e-3);
  npy *x = npy_open("inputs/jackson_8k"), *want = npy_open("librosa/lpc4_frames");
  float *v = npy_f32(x);
  check_ok(ctx, chain_wave(ctx, 8000, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, "lpc order=4 frame_length=256 hop_length=128 center=false", &in, v, 2048, &c));
  size_t n = want->dim[1];
  assert_int_equal(chain_out(&c)->n, n);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < 4; k++) check_near((double)chain_out(&c)->v[i * 4 + k], want->v[(k + 1) * n + i], 1e-6);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
  npy_close(want);
  check_free(ctx);
}

/* A tone is predicted by two numbers; what is left behind them is rounding. The zeros of Burg's polynomial lie within the
 * unit circle all the same, so that the k-th coefficient is at most as large as that of (1 + z)^order. */
static void check_tone(void **arg)
{
  enum { N = 2048, ORDER = 12 };
  static const char *const windows[] = {"boxcar", "hann", "hamming"};
  (void)arg;
  float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)(0.5 * sin(6.283185307179586 * 0.044 * (double)i));
  for (size_t w = 0; w < 3; w++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    char text[100];
    double most = 1;
    snprintf(text, sizeof text, "lpc frame_length=%d center=false order=%d window=%s", N, ORDER, windows[w]);
    check_ok(ctx, chain_wave(ctx, 10000, "a", "FS", &in));
    check_ok(ctx, chain_run(ctx, text, &in, x, N, &c));
    for (int k = 1; k <= ORDER; k++) {
      most *= (double)(ORDER + 1 - k) / k;
      assert_true(fabs((double)chain_out(&c)->v[k - 1]) <= most * (1 + 1e-6));
    }
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_refused), cmocka_unit_test(check_librosa),
                                   cmocka_unit_test(check_tone)};
  return STAGE_SUITE("lpc", cases, own, sizeof own / sizeof *own);
}
