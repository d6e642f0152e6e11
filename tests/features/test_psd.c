/* The spectrum of a segment in double precision, by both methods, against scipy and MNE. */
#include <math.h>

#include "feature_help.h"
#include "golden.h"
#include "psd.h"

enum { MAX = 4096, MAX_BINS = 3 * 520 };

static void load(bl_ctx *ctx, const golden *g, double rate, float *x, size_t *n, bl_stream *in)
{
  const golden_array *a = golden_get(g, "x");
  size_t channels = a->cols == 1 ? 1 : a->rows; /* a vector is a column */
  *n = a->rows * a->cols / channels;
  for (size_t c = 0; c < channels; c++)
    for (size_t i = 0; i < *n; i++) x[i * channels + c] = (float)a->v[c * *n + i];
  check_ok(ctx, make_stream(ctx, channels, 1, rate, in));
}

static bl_status run(bl_ctx *ctx, const bl_psd_params *p, const bl_stream *in, const float *x, size_t n, bl_psd *psd)
{
  bl_status s = bl_psd_init(ctx, "test", p, in, psd);
  if (s) return s;
  bl_psd_begin(psd);
  s = bl_psd_push(ctx, psd, x, n);
  return s ? s : bl_psd_finish(ctx, psd);
}

#define N_PER_SEG(n) .n_per_seg = {-1, (n)}
#define N_FFT(n)     .n_fft = {-1, (n)}
#define TAPERS       .method = BL_PSD_MULTITAPER, N_PER_SEG(320)
#define HAMMING      .window = {BL_WINDOW_HAMMING, {0, 0}}

static const struct row {
  const char *topic, *name;
  double rate;
  size_t n; /* samples; 0: all */
  enum { DENSITY, SPECTRUM, LENGTH } scale;
  bl_psd_params p;
} rows[] = {
    {"multitaper", "mt.default", 160, 0, LENGTH, {TAPERS, .multitaper = {{0, 0}, false, true}}},
    {"multitaper", "mt.bw4", 160, 0, LENGTH, {TAPERS, .multitaper = {{-1, 4}, false, true}}},
    {"multitaper", "mt.bw6full", 160, 0, DENSITY, {TAPERS, .multitaper = {{-1, 6}, false, true}}},
    {"multitaper", "mt.full", 160, 0, DENSITY, {TAPERS, .multitaper = {{0, 0}, false, true}}},
    {"multitaper", "mt.adaptive", 160, 0, LENGTH, {TAPERS, .multitaper = {{0, 0}, true, true}}},
    {"multitaper", "mt.lowbias_off", 160, 0, LENGTH, {TAPERS, .multitaper = {{0, 0}, false, false}}},
    {"multitaper", "welch.default", 160, 0, DENSITY, {N_PER_SEG(256), HAMMING}},
    {"multitaper", "welch.128_64", 160, 0, DENSITY, {N_PER_SEG(128), .overlap = 0.5, HAMMING}},
    {"multitaper", "welch.median", 160, 0, DENSITY, {N_PER_SEG(64), .overlap = 0.5, HAMMING, .average = BL_PSD_MEDIAN}},
    {"multitaper", "welch.hann", 160, 0, DENSITY, {N_PER_SEG(128), .overlap = 0.5}},
    {"multitaper", "welch.pad", 160, 0, DENSITY, {N_PER_SEG(100), N_FFT(256), .overlap = 0.5, HAMMING}},
    {"welch_scipy", "default", 4000, 0, DENSITY, {N_PER_SEG(256), .overlap = 0.5}},
    {"welch_scipy", "median_512", 4000, 0, DENSITY, {N_PER_SEG(512), .overlap = 0.5, .average = BL_PSD_MEDIAN}},
    {"welch_scipy",
     "hamming_1024",
     4000,
     0,
     SPECTRUM,
     {N_PER_SEG(400), N_FFT(1024), .overlap = 0.25, HAMMING, .detrend = BL_PSD_LINEAR}},
    {"welch_scipy", "short", 4000, 100, DENSITY, {N_PER_SEG(100), .overlap = 0.5}},
    {"welch_scipy", "short.nfft", 4000, 100, DENSITY, {N_PER_SEG(256), .overlap = 0.5, .short_segment = BL_PSD_SHRINK}},
    {"welch_scipy", "periodogram", 4000, 1024, DENSITY, {N_PER_SEG(1024), .window = {BL_WINDOW_BOXCAR, {0, 0}}}},
    {"welch_scipy", "periodogram_odd", 4000, 1001, DENSITY, {N_PER_SEG(1001), .detrend = BL_PSD_NONE}},
    {"welch_scipy", "linear", 4000, 0, DENSITY, {N_PER_SEG(255), .overlap = 0.5, .detrend = BL_PSD_LINEAR}},
};

static void test_golden(void **state)
{
  const struct row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open(r->topic);
  static float x[MAX];
  static double got[MAX_BINS];
  size_t n;
  bl_stream in;
  bl_psd psd = {0};
  load(ctx, g, r->rate, x, &n, &in);
  check_ok(ctx, run(ctx, &r->p, &in, x, r->n ? r->n : n, &psd));
  double factor = r->scale == DENSITY ? 1 : r->scale == LENGTH ? r->rate : psd.noise_bandwidth_hz;
  for (size_t k = 0; k < in.n_channels * psd.plan.n_bins; k++) got[k] = factor * psd.psd[k];
  golden_compare(golden_get(g, r->name), got, r->name);
  bl_psd_release(ctx, &psd);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* A channel that stands still has no power, with any weights; one with a NaN has none that is known. */
static void test_silence_and_nan(void **state)
{
  (void)state;
  for (int adaptive = 0; adaptive < 2; adaptive++) {
    bl_ctx *ctx = bl_ctx_new();
    const bl_psd_params p = {TAPERS, .multitaper = {{0, 0}, adaptive, true}};
    static float x[320 * 2];
    bl_stream in;
    bl_psd psd = {0};
    for (size_t i = 0; i < 320; i++) x[2 * i] = 3, x[2 * i + 1] = i == 100 ? NAN : sinf((float)i);
    check_ok(ctx, make_stream(ctx, 2, 1, 160, &in));
    check_ok(ctx, run(ctx, &p, &in, x, 320, &psd));
    for (size_t k = 0; k < 161; k++) {
      check_near(psd.psd[k], 0, 0);
      assert_true(isnan(psd.psd[161 + k]));
    }
    bl_psd_release(ctx, &psd);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* A short segment changes nothing of the ones behind it. */
static void test_after_a_short_one(void **state)
{
  (void)state;
  for (int method = 0; method < 2; method++) {
    bl_ctx *ctx = bl_ctx_new();
    const bl_psd_params p = {
        .method = method, N_PER_SEG(200), .short_segment = BL_PSD_SHRINK, .multitaper = {{0, 0}, false, true}};
    static float x[320];
    static double first[101];
    bl_stream in;
    bl_psd psd = {0};
    bl_rng r = bl_rng_make(3, "short", 0);
    for (size_t i = 0; i < 320; i++) x[i] = (float)bl_rng_normal(&r);
    check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
    check_ok(ctx, run(ctx, &p, &in, x, 320, &psd));
    memcpy(first, psd.psd, sizeof first);
    bl_psd_begin(&psd);
    check_ok(ctx, bl_psd_push(ctx, &psd, x, 50));
    check_ok(ctx, bl_psd_finish(ctx, &psd));
    assert_true(fabs(psd.psd[20] - first[20]) > 1e-6);
    bl_psd_begin(&psd);
    check_ok(ctx, bl_psd_push(ctx, &psd, x, 320));
    check_ok(ctx, bl_psd_finish(ctx, &psd));
    assert_memory_equal(first, psd.psd, sizeof first);
    bl_psd_begin(&psd);
    check_fails(ctx, bl_psd_finish(ctx, &psd), BL_E_SHAPE, "0 samples");
    bl_psd_release(ctx, &psd);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* The median of two parts is their mean, and has no bias. */
static void test_median_of_two(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static float x[320];
  bl_stream in;
  bl_psd mean = {0}, median = {0};
  const bl_psd_params p = {N_PER_SEG(160)}, q = {N_PER_SEG(160), .average = BL_PSD_MEDIAN};
  bl_rng r = bl_rng_make(4, "two parts", 0);
  for (size_t i = 0; i < 320; i++) x[i] = (float)bl_rng_normal(&r);
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  check_ok(ctx, run(ctx, &p, &in, x, 320, &mean));
  check_ok(ctx, run(ctx, &q, &in, x, 320, &median));
  for (size_t k = 0; k < 81; k++) check_near(median.psd[k], mean.psd[k], 1e-12 * mean.psd[k]);
  bl_psd_release(ctx, &mean);
  bl_psd_release(ctx, &median);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static const struct refusal {
  bl_psd_params p;
  bl_status code;
  const char *part;
} refusals[] = {
    {{TAPERS, .average = BL_PSD_MEDIAN}, BL_E_CONFIG, "set average: mean"},
    {{TAPERS, .multitaper = {{-1, 0.3}, false, true}}, BL_E_RANGE, "take 0.5 or more"},
    {{TAPERS, .multitaper = {{-1, 160}, false, true}}, BL_E_RANGE, "narrower bandwidth"},
    {{.method = BL_PSD_MULTITAPER, N_PER_SEG(8)}, BL_E_RANGE, "take longer parts"},
};

static void test_refusals(void **state)
{
  (void)state;
  static const float x[320];
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_psd psd = {0};
    check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
    check_fails(ctx, run(ctx, &refusals[i].p, &in, x, 320, &psd), refusals[i].code, refusals[i].part);
    bl_psd_release(ctx, &psd);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* Fewer than three tapers cannot be weighted by what leaks in: said, and all count alike. */
static void test_too_few_to_adapt(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static float x[320];
  bl_stream in;
  bl_psd psd = {0}, plain = {0};
  const bl_psd_params p = {TAPERS, .multitaper = {{-1, 1}, true, false}},
                      q = {TAPERS, .multitaper = {{-1, 1}, false, false}}; /* two tapers */
  for (size_t i = 0; i < 320; i++) x[i] = (float)(i % 7);
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  check_ok(ctx, run(ctx, &p, &in, x, 320, &psd));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_ADJUSTED), 1);
  check_ok(ctx, run(ctx, &q, &in, x, 320, &plain));
  assert_memory_equal(psd.psd, plain.psd, 161 * sizeof(double));
  bl_psd_release(ctx, &psd);
  bl_psd_release(ctx, &plain);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* The summaries themselves: names, units, and that their options come through. */
static void test_summaries(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("multitaper");
  static float x[MAX], got[MAX_BINS];
  size_t n;
  bl_stream in;
  bl_summary m;
  bl_feature_names names;
  load(ctx, g, 160, x, &n, &in);
  summarise(ctx, "multitaper", "window_s=2;bandwidth=4", &in, x, n, got, 3 * 161);
  for (size_t k = 0; k < 3 * 161; k++)
    golden_compare_one(golden_get(g, "mt.bw4")->v[k], (double)got[k], 1e-6, 1e-9, "");
  summarise(ctx, "multitaper", "window_s=2;normalization=full", &in, x, n, got, 3 * 161);
  for (size_t k = 0; k < 3 * 161; k++)
    golden_compare_one(golden_get(g, "mt.full")->v[k], (double)got[k], 1e-6, 1e-9, "");
  check_ok(ctx, make_summary(ctx, "multitaper", "normalization", "full", &m));
  check_ok(ctx, bl_summary_shape(ctx, &m, &in, &names));
  assert_string_equal(names.names.v[10], "ch_0.10Hz.psd");
  assert_string_equal(names.units.v[10], "uV^2/Hz");
  bl_feature_names_free(ctx, &names);
  bl_summary_free(ctx, &m);
  /* band_power goes by either spectrum, and refuses options that the chosen one does not have */
  const golden_array *full = golden_get(g, "mt.full");
  double sum = 0;
  for (size_t k = 16; k <= 26; k++) sum += full->v[k];
  summarise(ctx, "band_power", "bands={alpha: [8, 13]};method=sum;window_s=2;psd_method=multitaper", &in, x, n, got, 3);
  check_near((double)got[0], sum, 1e-6 * sum);
  check_ok(ctx, make_summary(ctx, "band_power", "adaptive", "true", &m));
  check_fails(ctx, bl_summary_shape(ctx, &m, &in, &names), BL_E_CONFIG, "psd_method: multitaper");
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  enum { N_ROWS = sizeof rows / sizeof *rows };
  static struct CMUnitTest tests[N_ROWS + 6];
  for (size_t i = 0; i < N_ROWS; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, test_golden, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[N_ROWS] = (struct CMUnitTest)cmocka_unit_test(test_silence_and_nan);
  tests[N_ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(test_after_a_short_one);
  tests[N_ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(test_refusals);
  tests[N_ROWS + 3] = (struct CMUnitTest)cmocka_unit_test(test_too_few_to_adapt);
  tests[N_ROWS + 4] = (struct CMUnitTest)cmocka_unit_test(test_summaries);
  tests[N_ROWS + 5] = (struct CMUnitTest)cmocka_unit_test(test_median_of_two);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
