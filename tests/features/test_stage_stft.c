/* stft and its options against the golden spectra; scalings by Parseval and by a sine of known power. */
#include "chain.h"
#include "golden.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.length = 2048, .hop = 512, .pad = 1024, .reach = 1024},
    {.options = "n_fft=64 win_length=50 pad_mode=reflect", .length = 64, .hop = 12, .pad = 32, .reach = 32},
    {.options = "n_fft=75 hop_length=100 center=false detrend=constant scaling=density output=power",
     .length = 75,
     .hop = 100,
     .start = 37.5,
     .reach = 37.5},
    {.options = "n_fft=128 output=magnitude window=blackman scaling=spectrum",
     .length = 128,
     .hop = 32,
     .pad = 64,
     .reach = 64},
    {.options = "n_fft=64 window=hamming periodic=false output=power",
     .length = 64,
     .hop = 16,
     .pad = 32,
     .reach = 32,
     .rate_hz = 44100},
    {.options = "n_fft=128 win_length=100 hop_length=40 align=left center=false pad_end=true detrend=linear",
     .length = 100,
     .hop = 40,
     .start = 50,
     .fills_end = true,
     .reach = 100},
    {.options = "n_fft=64 win_length=41 hop_length=30 pad_mode=edge align=left pad_end=true preemphasis=0.97",
     .length = 41,
     .hop = 30,
     .pad = 20,
     .fills_end = true,
     .reach = 41},
    {.options = "n_fft=64 scaling=spectrum one_sided=false", .length = 64, .hop = 16, .pad = 32, .reach = 32},
    {.options = "n_fft=50 window=boxcar", .length = 50, .hop = 12, .pad = 25, .reach = 25},
    {.options = "n_fft=20 window=triang", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=bartlett", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=cosine", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=parzen", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=bohman", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=nuttall", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=blackmanharris", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=flattop", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=kaiser window_param=8.6", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=tukey", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=gaussian window_param=5", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=exponential window_param=4", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=dpss window_param=3", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=general_hamming window_param=0.6", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=barthann", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=lanczos", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=chebwin window_param=60", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 window=taylor window_param=35", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 output=angle", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=21 precision=double scaling=density", .length = 21, .hop = 5, .pad = 10, .reach = 10},
    {.options = "n_fft=20 precision=double output=power detrend=linear preemphasis=0.5",
     .length = 20,
     .hop = 5,
     .pad = 10,
     .reach = 10},
    {.options = "n_fft=20 output=phase", .length = 20, .hop = 5, .pad = 10, .reach = 10},
};

static const double pi = 3.14159265358979323846;

static void to_float(const golden_array *a, float *x)
{
  for (size_t i = 0; i < a->rows * a->cols; i++) x[i] = (float)a->v[i];
}

struct row {
  const char *name, *chain;
};
static const struct row rows[] = {
    {"zero", "stft n_fft=256 hop_length=64"},
    {"reflect", "stft n_fft=256 hop_length=64 pad_mode=reflect"},
    {"plain", "stft n_fft=256 hop_length=64 center=false"},
    {"short", "stft n_fft=256 hop_length=64 win_length=200"},
    {"shortplain", "stft n_fft=256 hop_length=100 win_length=101 center=false"},
    {"small", "stft n_fft=64 center=false window=hamming"}, /* hop: a quarter */
    {"odd", "stft n_fft=75 hop_length=30 center=false"},
};

static void check_golden(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("stft");
  char key[64];
  float x[2000];
  bl_stream in;
  chain c;
  to_float(golden_get(g, "x"), x);
  check_ok(ctx, chain_wave(ctx, 4000, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, r->chain, &in, x, 2000, &c));
  const bl_frames *out = chain_out(&c);
  const double *want = (snprintf(key, sizeof key, "%s.shape", r->name), golden_get(g, key)->v);
  assert_int_equal(out->n, (size_t)want[0]);
  assert_int_equal(out->width, 2 * (size_t)want[1]);
  const golden_array *which = (snprintf(key, sizeof key, "%s.frames", r->name), golden_get(g, key));
  size_t n = which->rows, bins = (size_t)want[1];
  float *re = calloc(n * bins, sizeof *re), *im = calloc(n * bins, sizeof *im);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < bins; k++) {
      const float *frame = out->v + (size_t)which->v[i] * out->width;
      re[i * bins + k] = frame[2 * k];
      im[i * bins + k] = frame[2 * k + 1];
    }
  snprintf(key, sizeof key, "%s.re", r->name);
  golden_compare_f32(golden_get(g, key), re, key);
  snprintf(key, sizeof key, "%s.im", r->name);
  golden_compare_f32(golden_get(g, key), im, key);
  free(re);
  free(im);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* power behind stft, and stft's own power, are the golden power. */
static void check_power(void **arg)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("stft");
  float x[2000];
  bl_stream in;
  chain c;
  to_float(golden_get(g, "x"), x);
  check_ok(ctx, chain_wave(ctx, 4000, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, *arg, &in, x, 2000, &c));
  golden_compare_f32(golden_get(g, "power.zero"), chain_out(&c)->v, *arg);
  const bl_stream *s = chain_stream(&c);
  assert_string_equal(s->units.v[0], "FS^2");
  char name[BL_BIN_NAME];
  assert_string_equal(bl_stream_bin(s, 1, name), "15.625Hz");
  check_near(s->bin_hz[128], 2000, 0);
  check_near(s->rate_hz, 62.5, 0);
  check_near(s->start_s, 0, 0);
  check_near(s->latency_s, 128 / 4000.0, 1e-12);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* Magnitude by three ways. */
static void check_magnitude(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain a, b, d;
  float x[900];
  for (size_t i = 0; i < 900; i++) x[i] = (float)sin(0.01 * (double)(i * i));
  check_ok(ctx, chain_wave(ctx, 1000, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, "stft n_fft=128 output=magnitude", &in, x, 900, &a));
  check_ok(ctx, chain_run(ctx, "stft n_fft=128 | power exponent=1", &in, x, 900, &b));
  check_ok(ctx, chain_run(ctx, "stft n_fft=128 output=power | power exponent=0.5", &in, x, 900, &d));
  assert_int_equal(chain_out(&a)->n, 1 + 900 / 32);
  for (size_t i = 0; i < chain_out(&a)->n * 65; i++) {
    check_near((double)chain_out(&b)->v[i], (double)chain_out(&a)->v[i], 0);
    check_near((double)chain_out(&d)->v[i], (double)chain_out(&a)->v[i], 1e-6 * (double)chain_out(&a)->v[i]);
  }
  assert_string_equal(chain_stream(&b)->units.v[0], "uV");
  chain_stop(ctx, &a);
  chain_stop(ctx, &b);
  chain_stop(ctx, &d);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* density, segment by segment: its mean is scipy.signal.welch with an overlap of half. */
static void check_welch(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("welch");
  const golden_array *gx = golden_get(g, "x"), *want = golden_get(g, r->name);
  size_t n = gx->cols;
  bl_stream in;
  chain c;
  float *x = calloc(2 * n, sizeof *x);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < 2; k++) x[2 * i + k] = (float)gx->v[k * n + i];
  check_ok(ctx, chain_wave(ctx, 160, "a b", "uV", &in));
  check_ok(ctx, chain_run(ctx, r->chain, &in, x, n, &c));
  const bl_frames *out = chain_out(&c);
  double *mean = calloc(out->width, sizeof *mean);
  for (size_t i = 0; i < out->n; i++)
    for (size_t k = 0; k < out->width; k++) mean[k] += (double)out->v[i * out->width + k] / (double)out->n;
  golden_compare(want, mean, r->name);
  assert_string_equal(chain_stream(&c)->units.v[1], strstr(r->chain, "density") ? "uV^2/Hz" : "uV^2");
  free(mean);
  free(x);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}
static const struct row welch[] = {
    {"n256", "stft n_fft=256 hop_length=128 center=false detrend=constant scaling=density output=power"},
    {"n160", "stft n_fft=160 hop_length=80 center=false detrend=constant scaling=density | power"},
    {"n75", "stft n_fft=75 hop_length=38 center=false detrend=constant scaling=density | power"},
    {"nodetrend", "stft n_fft=160 hop_length=80 center=false scaling=density output=power"},
    {"spectrum", "stft n_fft=160 hop_length=80 center=false detrend=constant scaling=spectrum | power"},
    {"hamming", "stft n_fft=160 hop_length=80 center=false detrend=constant scaling=density window=hamming | power"},
    {"mne", "stft n_fft=256 hop_length=256 center=false detrend=constant scaling=density window=hamming output=power"},
};

/* A sine of amplitude A has the power A^2 / 2 at its bin, with scaling spectrum. */
static void check_sine(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  float x[1000];
  for (size_t i = 0; i < 1000; i++) x[i] = (float)(3 * sin(2 * pi * 50 * (double)i / 1000));
  check_ok(ctx, chain_wave(ctx, 1000, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, "stft n_fft=200 center=false scaling=spectrum output=power", &in, x, 1000, &c));
  for (size_t i = 0; i < chain_out(&c)->n; i++) check_near((double)chain_out(&c)->v[i * 101 + 10], 4.5, 1e-5);
  check_near(chain_stream(&c)->start_s, 0.1, 1e-12);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Reflection of a signal shorter than the padding goes to and fro, as numpy's does. */
static void check_short_reflection(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  static const float x[] = {1, 2, 5};
  /* padded by 4: 1 2 5 2 | 1 2 5 | 2 1 2 5, numpy.pad(x, 4, "reflect") */
  static const float padded[] = {1, 2, 5, 2, 1, 2, 5, 2};
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, "stft n_fft=8 hop_length=8 window=boxcar pad_mode=reflect", &in, x, 3, &c));
  assert_int_equal(chain_out(&c)->n, 1);
  for (size_t k = 0; k < 5; k++) {
    double re = 0, im = 0;
    for (size_t i = 0; i < 8; i++) {
      re += (double)padded[i] * cos(2 * pi * (double)(i * k) / 8);
      im -= (double)padded[i] * sin(2 * pi * (double)(i * k) / 8);
    }
    check_near((double)chain_out(&c)->v[2 * k], re, 1e-5);
    check_near((double)chain_out(&c)->v[2 * k + 1], im, 1e-5);
  }
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_refusals(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "uV", &in));
  check_fails(ctx, chain_start(ctx, "stft n_fft=64 win_length=65", &in, &c), BL_E_RANGE, "win_length 65");
  check_fails(ctx, chain_start(ctx, "stft n_fft=64 window=kaiser", &in, &c), BL_E_CONFIG, "needs window_param");
  check_fails(ctx, chain_start(ctx, "stft n_fft=64 | stft n_fft=64", &in, &c), BL_E_CONFIG, "needs a waveform");
  check_fails(ctx, chain_start(ctx, "stft | mel", &in, &c), BL_E_CONFIG, "put power before");
  check_fails(ctx, chain_start(ctx, "mel", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | power | mel fmax=501", &in, &c), BL_E_RANGE, "half the sampling rate");
  check_fails(ctx, chain_start(ctx, "stft | power | mel fmin=400 fmax=300", &in, &c), BL_E_RANGE, "not below");
  check_fails(ctx, chain_start(ctx, "stft | db", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft n_fft=64 win_length=1 scaling=density periodic=false | power", &in, &c),
              BL_OK, "");
  chain_stop(ctx, &c);
  check_fails(ctx, chain_start(ctx, "stft n_fft=64 win_length=2 scaling=density periodic=false", &in, &c), BL_E_RANGE,
              "all zeros");
  check_fails(ctx, chain_start(ctx, "sftf", &in, &c), BL_E_CONFIG, "did you mean 'stft'");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  static const char *power[] = {"stft n_fft=256 hop_length=64 | power", "stft n_fft=256 hop_length=64 output=power"};
  struct CMUnitTest tests[32];
  size_t n = 0;
  const size_t n_rows = sizeof rows / sizeof *rows, n_welch = sizeof welch / sizeof *welch;
  for (size_t i = 0; i < n_rows; i++)
    tests[n++] = (struct CMUnitTest){rows[i].name, check_golden, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  for (size_t i = 0; i < n_welch; i++)
    tests[n++] = (struct CMUnitTest){welch[i].name, check_welch, NULL, NULL, (void *)(uintptr_t)&welch[i]};
  for (size_t i = 0; i < 2; i++)
    tests[n++] = (struct CMUnitTest){power[i], check_power, NULL, NULL, (void *)(uintptr_t)power[i]};
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_magnitude);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_sine);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_short_reflection);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_refusals);
  return STAGE_SUITE("stft", cases, tests, n);
}
