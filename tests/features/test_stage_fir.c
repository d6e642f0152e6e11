/* fir: taps against MNE's create_filter and scipy's firwin, whole runs against MNE's filter_data, by both methods. */
#include "condition.h"
#include "fir_design.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "l_freq=1 h_freq=40 method=direct", .reach = 412},
    {.options = "l_freq=1 h_freq=40 method=fft", .reach = 412, .rounds = "values of one FFT share rounding errors"},
    {.options = "h_freq=40", .reach = 41, .rounds = "values of one FFT share rounding errors"},
    {.options = "l_freq=2 phase=causal", .reach = 412},
    {.options = "h_freq=40 phase=causal method=fft", .reach = 82, .rounds = "values of one FFT share rounding errors"},
    {.options = "h_freq=40 phase=minimum", .reach = 82},
    {.options = "l_freq=4 phase=minimum method=fft", .reach = 412, .rounds = "values of one FFT share rounding errors"},
    {.options = "l_freq=55 h_freq=45 l_trans_bandwidth=4 h_trans_bandwidth=3 window=hann method=direct", .reach = 129},
    {.options = "h_freq=60 h_trans_bandwidth=20 window=blackman", .reach = 31},
    {.options = "l_freq=1000 h_freq=8000",
     .reach = 291,
     .rate_hz = 44100,
     .rounds = "values of one FFT share rounding errors"},
    {.input = "stft n_fft=16 hop_length=1 output=power", .options = "h_freq=40 method=direct", .reach = 41},
};

static const double pi = 3.14159265358979323846;

struct row {
  const char *name, *options;
};
static const struct row rows[] = {
    {"bp7_30", "l_freq=7 h_freq=30"},
    {"bp1_40", "l_freq=1 h_freq=40"},
    {"lp40", "h_freq=40"},
    {"hp4", "l_freq=4"},
    {"bs45_55", "l_freq=55 h_freq=45 l_trans_bandwidth=4 h_trans_bandwidth=4"},
    {"lp70", "h_freq=70"},
    {"user", "l_freq=8 h_freq=13 l_trans_bandwidth=2 h_trans_bandwidth=3"},
};

static void check_taps(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("fir");
  char key[64];
  const double *v = (snprintf(key, sizeof key, "%s.spec", r->name), golden_get(g, key)->v);
  const golden_array *want = (snprintf(key, sizeof key, "%s.h", r->name), golden_get(g, key));
  bl_fir_spec spec = {v[0], v[1], v[2], v[3], v[4], BL_WINDOW_HAMMING};
  size_t n;
  check_ok(ctx, bl_fir_length(ctx, "fir", &spec, &n));
  assert_int_equal(n, want->rows);
  double *h = calloc(n, sizeof *h);
  check_ok(ctx, bl_fir_design(ctx, "fir", &spec, n, h));
  golden_compare(want, h, r->name);
  free(h);
  golden_close(g);
  check_free(ctx);
}

static void filter(const struct row *r, const char *method, const char *which, size_t n)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("fir");
  char key[64], text[256];
  double rate = (snprintf(key, sizeof key, "%s.spec", r->name), golden_get(g, key)->v[0]);
  const golden_array *gx = golden_get(g, "x");
  float *x = calloc(2 * n, sizeof *x), *y = calloc(n, sizeof *y);
  bl_stream in;
  chain c;
  for (size_t i = 0; i < n; i++) x[2 * i] = (float)gx->v[i], x[2 * i + 1] = 1000 - 3 * x[2 * i];
  check_ok(ctx, chain_wave(ctx, rate, "a b", "uV", &in));
  snprintf(text, sizeof text, "fir %s method=%s", r->options, method);
  check_ok(ctx, chain_run(ctx, text, &in, x, n, &c));
  assert_int_equal(chain_out(&c)->n, n);
  for (size_t i = 0; i < n; i++) y[i] = chain_out(&c)->v[2 * i];
  snprintf(key, sizeof key, "%s.%s", r->name, which);
  golden_compare_f32(golden_get(g, key), y, text);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(x);
  free(y);
  golden_close(g);
  check_free(ctx);
}
static void check_direct(void **arg) { filter(*arg, "direct", "y", 1000); }
static void check_fft(void **arg) { filter(*arg, "fft", "y", 1000); }
static void check_short(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < 2; i++) {
    filter(&rows[i], "direct", "short", 300);
    filter(&rows[i], "fft", "short", 300);
  }
}

static void check_firwin(void **arg)
{
  (void)arg;
  golden *g = golden_open("fir");
  double h[64];
  bl_firwin_lowpass(31, 30 / 80.0, BL_WINDOW_HAMMING, h);
  golden_compare(golden_get(g, "firwin.lp"), h, "firwin.lp");
  bl_firwin_lowpass(64, 12.5 / 50.0, BL_WINDOW_HAMMING, h);
  golden_compare(golden_get(g, "firwin.lp64"), h, "firwin.lp64");
  golden_close(g);
}

/* Real EEG, phase zero, by both methods. */
static void check_eeg(void **arg)
{
  (void)arg;
  static const char *const eeg[][2] = {
      {"fir l_freq=1 h_freq=40", "bp1_40.zero"},
      {"fir l_freq=4", "hp4.zero"},
      {"fir l_freq=55 h_freq=45 l_trans_bandwidth=4 h_trans_bandwidth=4", "bs45_55.zero"},
  };
  for (size_t i = 0; i < 6; i++) {
    char text[128];
    snprintf(text, sizeof text, "%s method=%s", eeg[i / 2][0], i % 2 ? "fft" : "direct");
    condition_check("fir_eeg", text, 160, 0, eeg[i / 2][1]);
  }
}

/* Phase minimum: taps, of MNE with rounding errors taken for 0 and of MNE as it is. */
static void check_minimum_taps(void **arg)
{
  static const struct {
    const char *name;
    bl_fir_spec spec;
  } designs[] = {
      {"bp7_30", {160, 7, 30, NAN, NAN, BL_WINDOW_HAMMING}},
      {"hp1", {160, 1, NAN, NAN, NAN, BL_WINDOW_HAMMING}},
      {"lp40", {160, NAN, 40, NAN, NAN, BL_WINDOW_HAMMING}},
  };
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("fir_eeg");
  for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
    char key[64];
    const golden_array *clean = (snprintf(key, sizeof key, "%s.h", designs[i].name), golden_get(g, key));
    const golden_array *mne = (snprintf(key, sizeof key, "%s.mne", designs[i].name), golden_get(g, key));
    size_t n = clean->rows;
    double *h = calloc(n, sizeof *h), *symmetric = calloc(2 * n - 1, sizeof *symmetric);
    check_ok(ctx, bl_fir_design(ctx, "fir", &designs[i].spec, 2 * n - 1, symmetric));
    check_ok(ctx, bl_fir_minimum_phase(ctx, symmetric, n, h));
    golden_compare(clean, h, designs[i].name);
    golden_compare(mne, h, designs[i].name);
    free(h);
    free(symmetric);
  }
  golden_close(g);
  check_free(ctx);
}

/* Phase minimum on real EEG, from where all taps lie on samples, before which MNE looks ahead. */
static void check_minimum(void **arg)
{
  static const char *const texts[][2] = {
      {"l_freq=7 h_freq=30", "bp7_30.y"}, {"l_freq=1", "hp1.y"}, {"h_freq=40", "lp40.y"}};
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *gx = golden_open("condition"), *g = golden_open("fir_eeg");
  const golden_array *x = golden_get(gx, "x");
  bl_stream in;
  chain c;
  float *v = calloc(x->rows * x->cols, sizeof *v);
  for (size_t i = 0; i < x->rows * x->cols; i++) v[i] = (float)x->v[i];
  check_ok(ctx, chain_wave(ctx, 160, "a b c", "uV", &in));
  for (size_t i = 0; i < 6; i++) {
    const golden_array *want = golden_get(g, texts[i / 2][1]);
    char text[128];
    snprintf(text, sizeof text, "fir %s phase=minimum method=%s", texts[i / 2][0], i % 2 ? "fft" : "direct");
    check_ok(ctx, chain_run(ctx, text, &in, v, x->rows, &c));
    assert_true(i % 2 || chain_stream(&c)->latency_s == 0);
    golden_compare_f32(want, chain_out(&c)->v + (x->rows - want->rows) * x->cols, text);
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &in);
  free(v);
  golden_close(gx);
  golden_close(g);
  check_free(ctx);
}

/* Causal: a sine of the pass band comes late by (N - 1) / 2 samples, a level stays a level from the first sample on. */
static void check_causal(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  enum { N = 600, LATE = 41 }; /* 83 taps: 3.3 / 10 * 250 */
  float x[2 * N];
  for (size_t i = 0; i < N; i++) x[2 * i] = (float)sin(2 * pi * 11 * (double)i / 250), x[2 * i + 1] = 5;
  check_ok(ctx, chain_wave(ctx, 250, "a b", "uV", &in));
  check_ok(ctx, chain_run(ctx, "fir h_freq=40 phase=causal", &in, x, N, &c));
  const float *y = chain_out(&c)->v;
  assert_int_equal(chain_out(&c)->n, N);
  for (size_t i = 2 * LATE; i < N; i++) check_near((double)y[2 * i], (double)x[2 * (i - LATE)], 4e-3); /* ripple */
  for (size_t i = 0; i < N; i++) check_near((double)y[2 * i + 1], 5, 1e-5);
  check_near(chain_stream(&c)->latency_s, 0, 0);
  chain_stop(ctx, &c);
  check_ok(ctx, chain_start(ctx, "fir h_freq=40 method=direct", &in, &c));
  check_near(chain_stream(&c)->latency_s, LATE / 250.0, 1e-12);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* A broken sample breaks the outputs whose taps reach it, in its channel, whatever the method. */
static void check_reach(void **arg)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c, clean;
  enum { N = 1500, AT = 700, REACH = 41 };
  static float x[2 * N];
  for (size_t i = 0; i < 2 * N; i++) x[i] = (float)sin(0.37 * (double)(i * i % 1000));
  check_ok(ctx, chain_wave(ctx, 250, "a b", "uV", &in));
  char text[128];
  snprintf(text, sizeof text, "fir h_freq=40 method=%s", (const char *)*arg);
  check_ok(ctx, chain_run(ctx, text, &in, x, N, &clean));
  static const float odd[] = {NAN, INFINITY};
  for (size_t k = 0; k < 2; k++) {
    x[2 * AT] = odd[k];
    check_ok(ctx, chain_run(ctx, text, &in, x, N, &c));
    for (size_t i = 0; i < N; i++) {
      bool reached = i + REACH >= AT && i <= AT + REACH;
      assert_int_equal(!isfinite(chain_out(&c)->v[2 * i]), reached);
      assert_memory_equal(&chain_out(&c)->v[2 * i + 1], &chain_out(&clean)->v[2 * i + 1], sizeof(float));
    }
    chain_stop(ctx, &c);
  }
  chain_stop(ctx, &clean);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* What a filter holds goes by its taps and the channels, and ends at a GiB: a refusal, before any of it is asked
 * for. */
static void check_room(void **arg)
{
  (void)arg;
  enum { CHANNELS = 74 };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  char names[CHANNELS * 4 + 2] = "";
  for (size_t k = 0; k < CHANNELS; k++) snprintf(names + strlen(names), 5, "%sE%02zu", k ? " " : "", k);
  check_ok(ctx, chain_wave(ctx, 2048, names, "uV", &in));
  check_ok(ctx, chain_start(ctx, "fir l_freq=0.1", &in, &c)); /* 67585 taps */
  size_t held = bl_ctx_live_bytes(ctx);
  assert_true(held > CHANNELS * 67585 * 8UL && held < CHANNELS * 67585 * 8UL * 35 / 10);
  chain_stop(ctx, &c);
  size_t before = bl_ctx_live_bytes(ctx), peak = bl_ctx_peak_bytes(ctx);
  check_fails(ctx, chain_start(ctx, "fir l_freq=0.005", &in, &c), BL_E_RANGE, "GiB for 74 channels");
  assert_true(bl_ctx_live_bytes(ctx) == before && bl_ctx_peak_bytes(ctx) == peak);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Long filters, whose FFT is no power of two, give what products give. These take long: the first outputs alone. */
static void check_long(void **arg)
{
  (void)arg;
  enum { N = 30000, AHEAD = 6600, SOME = 300 };
  static const char *const texts[] = {"fir l_freq=0.04", "fir l_freq=0.03",
                                      "fir l_freq=0.025"}; /* 8251 to 13201 taps */
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  static float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)(sin(0.37 * (double)(i * i % 1000)) + 100);
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  for (size_t k = 0; k < 3; k++) {
    chain direct, fft;
    char text[64];
    check_ok(ctx, chain_run(ctx, texts[k], &in, x, N, &fft));
    snprintf(text, sizeof text, "%s method=direct", texts[k]);
    check_ok(ctx, chain_start(ctx, text, &in, &direct));
    check_ok(ctx, chain_push(ctx, &direct, x, AHEAD + SOME, false));
    assert_true(chain_out(&direct)->n >= SOME && chain_out(&fft)->n == N);
    for (size_t i = 0; i < chain_out(&direct)->n; i++)
      check_near((double)chain_out(&fft)->v[i], (double)chain_out(&direct)->v[i], 1e-6);
    chain_stop(ctx, &direct);
    chain_stop(ctx, &fft);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Each run shorter than the filter is told of: whoever runs many gathers what is told. */
static void check_short_run(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  float x[83] = {0};
  check_ok(ctx, chain_wave(ctx, 250, "a", "uV", &in));
  check_ok(ctx, chain_start(ctx, "fir h_freq=40", &in, &c));
  for (size_t turn = 0; turn < 3; turn++) {
    check_ok(ctx, chain_push(ctx, &c, x, turn ? 82 : 83, true));
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_FEW_ROWS), turn);
    chain_reset(&c);
  }
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_refusals(void **arg)
{
  (void)arg;
  static const struct {
    const char *text;
    bl_status code;
    const char *part;
  } bad[] = {
      {"fir", BL_E_CONFIG, "neither l_freq nor h_freq"},
      {"fir h_freq=125", BL_E_RANGE, "below half the sampling rate, 125 Hz; give a lower one, or leave h_freq out"},
      {"fir l_freq=200", BL_E_RANGE, "l_freq 200 Hz must be below half the sampling rate, 125 Hz; give a lower one"},
      {"fir h_freq=5 l_trans_bandwidth=6", BL_E_CONFIG, "l_trans_bandwidth goes with l_freq"},
      {"fir l_freq=5 h_trans_bandwidth=6", BL_E_CONFIG, "h_trans_bandwidth goes with h_freq"},
      {"fir l_freq=5 h_freq=5", BL_E_RANGE, "nothing would pass"},
      {"fir l_freq=5 l_trans_bandwidth=6", BL_E_RANGE, "reaches below 0"},
      {"fir h_freq=120 h_trans_bandwidth=6", BL_E_RANGE, "reaches above"},
      {"fir l_freq=51 h_freq=49", BL_E_RANGE, "overlap"},
      {"fir l_freq=1e-6", BL_E_RANGE, "make it wider"},
      {"fir l_freq=5e-5", BL_E_RANGE, "resample or decimate first"},
      {"notch freqs=50 trans_bandwidth=1e-4", BL_E_RANGE, "notch: a filter of 16500001 taps"},
      {"fir l_freq=0.01 phase=minimum", BL_E_RANGE, "at most 32768 taps"},
  };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 250, "a", "uV", &in));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    check_fails(ctx, chain_start(ctx, bad[i].text, &in, &c), bad[i].code, bad[i].part);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  static const char *methods[] = {"direct", "fft"};
  struct CMUnitTest tests[40];
  size_t n = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    void *row = (void *)(uintptr_t)&rows[i];
    tests[n++] = (struct CMUnitTest){rows[i].name, check_taps, NULL, NULL, row};
    tests[n++] = (struct CMUnitTest){rows[i].name, check_direct, NULL, NULL, row};
    tests[n++] = (struct CMUnitTest){rows[i].name, check_fft, NULL, NULL, row};
  }
  for (size_t i = 0; i < 2; i++)
    tests[n++] = (struct CMUnitTest){methods[i], check_reach, NULL, NULL, (void *)(uintptr_t)methods[i]};
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_short);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_firwin);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_causal);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_eeg);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_minimum_taps);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_minimum);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_room);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_long);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_short_run);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_refusals);
  return STAGE_SUITE("fir", cases, tests, n);
}
