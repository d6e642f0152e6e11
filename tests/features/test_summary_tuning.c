/* tuning against librosa, and of tones that are off by a known part of a bin. */
#include <math.h>

#include "against.h"
#include "feature_help.h"

#define STFT "stft n_fft=2048 output=magnitude"

/* The tuning of n samples at rate_hz. */
static double tuning_of(const float *x, size_t n, double rate_hz, const char *options)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  float row;
  check_ok(ctx, chain_wave(ctx, rate_hz, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, STFT, &in, x, n, &c));
  summarise(ctx, "tuning", options, chain_stream(&c), chain_out(&c)->v, chain_out(&c)->n, &row, 1);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
  return (double)row;
}

static void test_librosa(void **arg)
{
  (void)arg;
  npy *x = npy_open("inputs/tico_22k"), *want = npy_open("librosa/tuning");
  float *v = npy_f32(x);
  check_near(tuning_of(v, x->n, 22050, ""), want->v[0], 1e-7);
  free(v);
  npy_close(x);
  npy_close(want);
}

static void test_tones(void **arg)
{
  (void)arg;
  static const struct {
    double off;
    const char *options;
  } tones[] = {{0.3, ""}, {-0.4, ""}, {0.2, "bins_per_octave=24"}, {0.35, "resolution=0.05;fmin=300;threshold=0.3"}};
  enum { N = 22050 };
  static float x[N];
  for (size_t i = 0; i < sizeof tones / sizeof *tones; i++) {
    double each = *tones[i].options == 'b' ? 24 : 12, hz = 440 * pow(2, tones[i].off / each);
    for (size_t t = 0; t < N; t++) x[t] = (float)sin(2 * 3.14159265358979323846 * hz * (double)t / 22050);
    double width = strstr(tones[i].options, "0.05") ? 0.05 : 0.01;
    check_near(tuning_of(x, N, 22050, tones[i].options), tones[i].off, width + (each > 12 ? 0.03 : 0.01));
  }
}

static void test_edges(void **arg)
{
  (void)arg;
  enum { N = 4096 };
  static float x[N];
  check_near(tuning_of(x, N, 22050, ""), 0, 0);
  for (size_t t = 0; t < N; t++) x[t] = (float)sin((double)t);
  x[2000] = NAN;
  assert_true(isnan(tuning_of(x, N, 22050, "")));
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  bl_feature_names names;
  check_ok(ctx, make_stream(ctx, 2, 1, 100, &in));
  check_ok(ctx, make_summary(ctx, "tuning", "fmax", "100", &m));
  check_fails(ctx, bl_summary_shape(ctx, &m, &in, &names), BL_E_SHAPE, "needs a spectrum");
  bl_stream_free(ctx, &in);
  check_ok(ctx, make_stream(ctx, 2, 8, 100, &in));
  check_fails(ctx, bl_summary_shape(ctx, &m, &in, &names), BL_E_CONFIG, "not below fmax");
  assert_int_equal(bl_opts_set(ctx, "tuning", m.cls->opts, m.params, "resolution", "1e-300"), BL_E_CONFIG);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_librosa),
      cmocka_unit_test(test_tones),
      cmocka_unit_test(test_edges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
