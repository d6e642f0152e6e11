/* Numbers of a segment's spectrum (band powers and ratios, entropy, edge, slope, peak, moments) against mne-features,
 * antropy, YASA and scipy. */
#include "peer_cases.h"

static void test_golden(void **state)
{
  (void)state;
  check_peer_cases("eeg_spectra", 40);
}

static void test_names(void **state)
{
  (void)state;
  static const struct {
    const char *summary, *option, *value, *first, *unit;
    size_t n;
  } rows[] = {
      {"band_power", "ratios", "all", "delta.power", "uV^2", 5 + 20},
      {"band_power", "ratios", "only", "delta/theta.power_ratio", "1", 20},
      {"spect_edge_freq", "edge", "[0.95, 0.5]", "edge95_freq", "Hz", 2},
      {"spect_slope", NULL, NULL, "spect_intercept", "log10 uV^2/Hz", 4},
      {"hjorth_spect", NULL, NULL, "hjorth_mobility_spect", "uV^2 Hz", 2},
      {"hjorth_spect", "normalize", "true", "hjorth_mobility_spect", "Hz^2", 2},
      {"peak_freq", "method", "cog", "cog_freq", "Hz", 1},
      {"spect_entropy", "normalize", "true", "spect_entropy", "1", 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_summary m;
    sum_run run = {0};
    check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
    check_ok(ctx, make_summary(ctx, rows[i].summary, rows[i].option, rows[i].value, &m));
    check_ok(ctx, sum_start(ctx, &m, &in, &run));
    assert_int_equal(run.names.names.n, rows[i].n);
    assert_string_equal(run.names.names.v[0], rows[i].first);
    assert_string_equal(run.names.units.v[0], rows[i].unit);
    sum_stop(ctx, &run);
    bl_summary_free(ctx, &m);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* Of two peaks in a band of aperiodic the higher one is told, not the first. */
static void test_highest_peak(void **state)
{
  (void)state;
  enum { N = 3200, SLOPE = 5 };
  static float x[N], got[SLOPE + 6];
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_rng r = bl_rng_make(6, "two peaks", 0);
  for (size_t i = 0; i < N; i++) {
    double turn = 2 * 3.14159265358979323846 * (double)i / 160;
    x[i] = (float)(bl_rng_normal(&r) + sin(10 * turn) + 5 * sin(25 * turn));
  }
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  summarise(ctx, "aperiodic", "bands={both: [5, 38], high: [20, 38]};window_s=2", &in, x, N, got, SLOPE + 6);
  assert_true(got[SLOPE - 1] >= 2);
  check_near((double)got[SLOPE], 25, 0.5);
  assert_memory_equal(got + SLOPE, got + SLOPE + 3, 3 * sizeof *got);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static const struct refusal {
  const char *summary, *option, *value;
  bl_status code;
  const char *part;
} refusals[] = {
    {"spect_slope", "fmax", "2", BL_E_RANGE, "at least 3 are needed"},
    {"peak_freq", "fmin", "13", BL_E_RANGE, "1 bins, at least 2"},
    {"spect_edge_freq", "edge", "[]", BL_E_CONFIG, "edge is empty"},
    {"band_power", "ratios_triu", "true", BL_E_CONFIG, "ratios_triu"},
};

static void test_refusals(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const struct refusal *r = &refusals[i];
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_summary m;
    sum_run run = {0};
    check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
    check_ok(ctx, make_summary(ctx, r->summary, r->option, r->value, &m));
    check_fails(ctx, sum_start(ctx, &m, &in, &run), r->code, r->part);
    sum_stop(ctx, &run);
    bl_summary_free(ctx, &m);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* 0 Hz has no logarithm: a lower end that rounds to it means the first bin above. */
static void test_lowest_bin(void **state)
{
  (void)state;
  static const char *const summaries[] = {"spect_slope", "irasa"};
  enum { N = 160 * 16 };
  static float x[N];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng rng = bl_rng_make(7, "lowest", 0);
  bl_stream in;
  for (size_t i = 0; i < N; i++) x[i] = (float)bl_rng_normal(&rng);
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  for (size_t i = 0; i < 2; i++) {
    float tiny[4], first[4];
    summarise(ctx, summaries[i], "window_s=4;fmax=30;fmin=1e-9", &in, x, N, tiny, 4);
    summarise(ctx, summaries[i], "window_s=4;fmax=30;fmin=0.25", &in, x, N, first, 4);
    for (size_t j = 0; j < 4; j++) check_near((double)tiny[j], (double)first[j], 0);
  }
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 0);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_names),
                                     cmocka_unit_test(test_highest_peak), cmocka_unit_test(test_refusals),
                                     cmocka_unit_test(test_lowest_bin)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
