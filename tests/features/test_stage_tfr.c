/* tfr, the stage, against MNE: a run is one epoch. */
#include "chain.h"
#include "golden.h"
#include "stage_conformance.h"
#include "wavelets.h"

/* The longest wave is that of 10 Hz: Morlet 5 x 3 / (2 pi 10) s to each side, of tapers 3 / 10 s in all. */
static const stage_case cases[] = {
    {.options = "freqs=[10,20] n_cycles=3", .length = 119, .pad = 59, .reach = 60},
    {.options = "freqs=[10,20.5,40] n_cycles=[3,4,7] decim=5 output=magnitude zero_mean=false",
     .length = 119,
     .hop = 5,
     .pad = 59,
     .reach = 60},
    {.options = "freqs=[10,20] n_cycles=3 sigma=20 output=complex decim=3",
     .length = 59,
     .hop = 3,
     .pad = 29,
     .reach = 30},
    {.options = "freqs=[10] n_cycles=3 output=phase decim=2", .length = 119, .hop = 2, .pad = 59, .reach = 60},
    {.options = "freqs=[10,20] n_cycles=3 method=multitaper time_bandwidth=5 decim=4",
     .length = 75,
     .hop = 4,
     .pad = 37,
     .reach = 38},
    {.options = "freqs=[10] n_cycles=3.04 method=multitaper taper_weights=alike output=magnitude",
     .length = 77,
     .pad = 38,
     .reach = 39},
};

/* The waves themselves, turned round and with the scale of MNE. */
static void test_waves(void **arg)
{
  (void)arg;
  static const struct {
    const char *name;
    bool zero_mean;
    bl_word sigma;
  } rows[] = {{"w10", false, {0, 0}}, {"w10.zm", true, {0, 0}}, {"w10.sigma", false, {-1, 8}}};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("tfr");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    double freq = 10, cycles = 5;
    const bl_wavelets_params p = {
        .freqs = {&freq, 1}, .n_cycles = {&cycles, 1}, .zero_mean = rows[i].zero_mean, .sigma = rows[i].sigma};
    bl_wavelets w;
    const golden_array *want = golden_get(g, rows[i].name);
    check_ok(ctx, bl_wavelets_make(ctx, "test", &p, 160, &w));
    assert_int_equal(w.v[0].n, want->rows);
    for (size_t j = 0; j < want->rows; j++) {
      check_near(w.v[0].re[want->rows - 1 - j], want->v[2 * j], 1e-13);
      check_near(w.v[0].im[want->rows - 1 - j], want->v[2 * j + 1], 1e-13);
    }
    bl_wavelets_release(ctx, &w);
  }
  golden_close(g);
  check_free(ctx);
}

/* How far waves reach, and which there are none of, is known before they are made. */
static void check_reach(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  double freqs[] = {3, 20}, cycles = 3, one = 1;
  bl_wavelets_params p = {.freqs = {freqs, 2}, .n_cycles = {&cycles, 1}, .time_bandwidth = 4};
  size_t reach;
  for (int method = BL_WAVELETS_MORLET; method <= BL_WAVELETS_MULTITAPER; method++) {
    bl_wavelets w;
    p.method = method;
    check_ok(ctx, bl_wavelets_make(ctx, "test", &p, 160, &w));
    check_ok(ctx, bl_wavelets_reach(ctx, "test", &p, 160, &reach));
    assert_int_equal(reach, w.reach);
    assert_int_equal(reach, -w.v[0].first);
    bl_wavelets_release(ctx, &w);
  }
  freqs[1] = 100;
  p.n_cycles.v = &one;
  check_fails(ctx, bl_wavelets_reach(ctx, "test", &p, 250, &reach), BL_E_RANGE, "half bandwidth of 2 bins");
  freqs[0] = 1e-6;
  check_fails(ctx, bl_wavelets_reach(ctx, "test", &p, 250, &reach), BL_E_RANGE, "fewer n_cycles");
  check_free(ctx);
}

/* Numbers of MNE 1.3 and, of weighted tapers, 1.12. Rows are float32: 1e-6 of the largest. */
static const struct row {
  const char *name, *options;
  size_t epoch, hop; /* hop: of the frames that the golden array has */
} rows[] = {
    {"power", "n_cycles=3 zero_mean=false", 0, 1},
    {"power.1", "n_cycles=3 zero_mean=false", 1, 1},
    {"zm", "n_cycles=3", 0, 1},
    {"dec4", "n_cycles=[3,5,11] zero_mean=false decim=4", 0, 1},
    {"complex", "n_cycles=3 zero_mean=false output=complex", 0, 8},
    {"phase", "n_cycles=3 zero_mean=false output=phase decim=8", 0, 1},
    {"mt", "n_cycles=3 method=multitaper taper_weights=alike decim=2", 0, 1},
    {"mt.tb2", "n_cycles=4 method=multitaper time_bandwidth=2 taper_weights=alike decim=4", 0, 1},
    {"mt.ratio", "n_cycles=3 method=multitaper decim=2", 0, 1},
    {"mt.tb2.ratio", "n_cycles=4 method=multitaper time_bandwidth=2 decim=4", 0, 1},
};

static void test_golden(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("tfr");
  const golden_array *want = golden_get(g, r->name), *x = golden_get(g, "x");
  static float in[320], got[3 * 640];
  char text[256];
  bl_stream wave;
  chain c;
  for (size_t i = 0; i < 320; i++) in[i] = (float)x->v[r->epoch * 320 + i];
  snprintf(text, sizeof text, "tfr freqs=[6,10,22] %s", r->options);
  check_ok(ctx, chain_wave(ctx, 160, "C3", "uV", &wave));
  check_ok(ctx, chain_run(ctx, text, &wave, in, 320, &c));
  const bl_frames *out = chain_out(&c);
  size_t parts = out->width / 3, n = want->cols / parts;
  assert_int_equal((out->n + r->hop - 1) / r->hop, n);
  for (size_t k = 0; k < 3; k++)
    for (size_t f = 0; f < n; f++)
      for (size_t j = 0; j < parts; j++) got[(k * n + f) * parts + j] = out->v[f * r->hop * out->width + k * parts + j];
  golden_compare_f32(want, got, r->name);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &wave);
  golden_close(g);
  check_free(ctx);
}

static void test_stream(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 250, "a b", "uV", &in));
  check_ok(ctx, chain_start(ctx, "tfr freqs=[10,20] n_cycles=3 decim=5", &in, &c));
  const bl_stream *s = chain_stream(&c);
  char name[BL_BIN_NAME];
  assert_string_equal(bl_stream_bin(s, 1, name), "20Hz");
  assert_string_equal(s->units.v[1], "uV^2");
  check_near(s->rate_hz, 50, 0);
  check_near(s->start_s, 0, 0);
  check_near(s->latency_s, 60 / 250.0, 1e-12);
  chain_stop(ctx, &c);
  check_ok(ctx, chain_start(ctx, "tfr freqs=[10,20] n_cycles=3 output=complex", &in, &c));
  assert_true(chain_stream(&c)->pairs);
  assert_string_equal(bl_stream_bin(chain_stream(&c), 3, name), "im_20Hz");
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_refusals(void **arg)
{
  (void)arg;
  static const struct {
    const char *text;
    bl_status code;
    const char *part;
  } refusals[] = {
      {"tfr", BL_E_CONFIG, "must be given"},
      {"tfr freqs=[10,200]", BL_E_RANGE, "nothing above 125"},
      {"tfr freqs=[20,10]", BL_E_CONFIG, "10 Hz stands behind 20"},
      {"tfr freqs=[10,20] n_cycles=[1,2,3]", BL_E_CONFIG, "3 numbers"},
      {"tfr freqs=[10] time_bandwidth=5", BL_E_CONFIG, "method: multitaper"},
      {"tfr freqs=[10] method=multitaper sigma=5", BL_E_CONFIG, "method: morlet"},
      {"tfr freqs=[10] method=multitaper output=phase", BL_E_CONFIG, "multitaper has several"},
      {"tfr freqs=[0.000001]", BL_E_RANGE, "fewer n_cycles"},
      {"tfr freqs=[100] n_cycles=1 method=multitaper", BL_E_RANGE, "half bandwidth of 2 bins"},
      {"stft n_fft=64 output=power | tfr freqs=[5]", BL_E_CONFIG, "waveform"},
  };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 250, "a", "uV", &in));
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
    check_fails(ctx, chain_start(ctx, refusals[i].text, &in, &c), refusals[i].code, refusals[i].part);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  enum { N_ROWS = sizeof rows / sizeof *rows };
  static struct CMUnitTest own[N_ROWS + 4];
  for (size_t i = 0; i < N_ROWS; i++)
    own[i] = (struct CMUnitTest){rows[i].name, test_golden, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  own[N_ROWS] = (struct CMUnitTest)cmocka_unit_test(test_waves);
  own[N_ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(test_stream);
  own[N_ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(test_refusals);
  own[N_ROWS + 3] = (struct CMUnitTest)cmocka_unit_test(check_reach);
  return STAGE_SUITE("tfr", cases, own, N_ROWS + 4);
}
