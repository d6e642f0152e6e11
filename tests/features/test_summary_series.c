/* What looks at the samples of a segment (hjorth, entropies, fractal dimensions ..) against mne-features and antropy; on
 * silence, a constant, a ramp and an alternation too. */
#include "peer_cases.h"

enum { MAX_N = 1000 };

/* One number of n samples at 160 Hz. */
static double number_of(bl_ctx *ctx, const char *name, const char *options, const double *v, size_t n, size_t which)
{
  float row[PEER_MAX_ROW];
  size_t width;
  assert_true(peer_row(ctx, name, options, 160, v, n, row, &width));
  return (double)row[which];
}

static void test_golden(void **state)
{
  (void)state;
  check_peer_cases("eeg_series", 50);
}

/* The definitions themselves, piece by piece: what the lag-wise counts of matches.h must equal. */
static void count_plainly(const float *x, size_t n, size_t m, double r, bool up_to, double *alike, double *still)
{
  *alike = *still = 0;
  for (size_t i = 0; i + m < n; i++)
    for (size_t j = i + 1; j + m < n; j++) {
      double far = 0, next = fabs((double)x[i + m] - (double)x[j + m]);
      for (size_t k = 0; k < m; k++) far = fmax(far, fabs((double)x[i + k] - (double)x[j + k]));
      *alike += up_to ? far <= r : far < r;
      *still += up_to ? fmax(far, next) <= r : fmax(far, next) < r;
    }
}

static const struct count_row {
  size_t n, m;
  double grid; /* samples are rounded to it: ties with the tolerance, which is 2 grid steps */
} count_rows[] = {{3, 1, 0.5},   {7, 2, 0.5},    {8, 2, 0.25}, {9, 1, 0.5},     {10, 2, 0.5}, {17, 3, 0.5},
                  {63, 2, 0.25}, {250, 2, 0.25}, {777, 1, 1},  {900, 2, 0.125}, {900, 5, 1}};

static void test_match_counts(void **state)
{
  (void)state;
  for (size_t c = 0; c < 2 * sizeof count_rows / sizeof *count_rows; c++) {
    const struct count_row *r = &count_rows[c / 2];
    bl_ctx *ctx = bl_ctx_new();
    bl_rng rng = bl_rng_make(c, "matches", 0);
    static float x[MAX_N];
    static double v[MAX_N];
    double alike, still;
    char options[96];
    for (size_t i = 0; i < r->n; i++) v[i] = (double)(x[i] = (float)(rint(bl_rng_normal(&rng) / r->grid) * r->grid));
    count_plainly(x, r->n, r->m, 2 * r->grid, c % 2, &alike, &still);
    snprintf(options, sizeof options, "order=%zu;tolerance=%g;convention=%s", r->m, 2 * r->grid,
             c % 2 ? "mne_features" : "antropy");
    double got = number_of(ctx, "sample_entropy", options, v, r->n, 0);
    double want = alike == 0 ? (c % 2 ? (double)NAN : 0) : still == 0 ? (double)INFINITY : log(alike / still);
    golden_compare_one(want, got, 1e-6, 1e-7, options);
    check_free(ctx);
  }
}

/* The rows' names and units, of a spectrum's bins too; the number of a bin is that of the bin alone. */
static void test_names(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run run = {0};
  check_ok(ctx, make_stream(ctx, 2, 1, 160, &in));
  check_ok(ctx, make_summary(ctx, "hjorth", NULL, NULL, &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &run));
  assert_int_equal(run.names.names.n, 6);
  assert_string_equal(run.names.names.v[4], "ch_1.hjorth_mobility");
  assert_string_equal(run.names.units.v[3], "uV^2");
  assert_string_equal(run.names.units.v[5], "1");
  sum_stop(ctx, &run);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_warnings(void **state)
{
  (void)state;
  static const char *const undefined[] = {"hjorth",    "katz_fd",     "higuchi_fd",
                                          "hurst_exp", "decorr_time", "detrended_fluctuation"};
  double flat[100];
  for (size_t i = 0; i < 100; i++) flat[i] = 2.385;
  for (size_t i = 0; i < sizeof undefined / sizeof *undefined; i++) {
    bl_ctx *ctx = bl_ctx_new();
    assert_true(isnan(number_of(ctx, undefined[i], "-", flat, 100, strcmp(undefined[i], "hjorth") ? 0 : 1)));
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
    check_free(ctx);
  }
}

/* What lies on the line is not above it: 0 1 0 are three words, 1 1 0 would be two. */
static void test_on_the_line(void **state)
{
  (void)state;
  double x[] = {2, 3, 1};
  bl_ctx *ctx = bl_ctx_new();
  check_near(number_of(ctx, "lziv_complexity", "-", x, 3, 0), 3, 0);
  check_free(ctx);
}

static void test_delays(void **state)
{
  (void)state;
  static const char *const bad[][2] = {{"[]", "delay is empty"}, {"[1, 1.5]", "delay 1.5 is no whole number"}};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run run = {0};
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  for (size_t i = 0; i < 2; i++) {
    check_ok(ctx, make_summary(ctx, "perm_entropy", "delay", bad[i][0], &m));
    check_fails(ctx, sum_start(ctx, &m, &in, &run), BL_E_CONFIG, bad[i][1]);
    bl_summary_free(ctx, &m);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden),      cmocka_unit_test(test_match_counts),
                                     cmocka_unit_test(test_names),       cmocka_unit_test(test_warnings),
                                     cmocka_unit_test(test_on_the_line), cmocka_unit_test(test_delays)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
