/* What looks at the samples of a segment (hjorth, entropies, fractal dimensions ..) against mne-features and antropy; on
 * silence, a constant, a ramp and an alternation too. */
#include <math.h>
#include <stdlib.h>

#include "feature_help.h"
#include "golden.h"

enum { MAX_N = 1000, MAX_SIGNALS = 16, REFUSED = -777 };

static const char *const antropy_signals[] = {"c3", "oz", "o1", "c3s", "sine", "ramp", "const", "alt", "two", "pm0"};

/* One row of n samples, by a summary whose options stand in `options`; a refusal gives REFUSED. */
static double number_of(bl_ctx *ctx, const char *name, const char *options, const double *v, size_t n, size_t which)
{
  static float x[MAX_N], row[16];
  bl_stream in;
  bl_summary m;
  sum_run run = {0};
  char text[128];
  for (size_t i = 0; i < n; i++) x[i] = (float)v[i];
  snprintf(text, sizeof text, "%s", strcmp(options, "-") ? options : "");
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  check_ok(ctx, make_summary(ctx, name, NULL, NULL, &m));
  for (char *save = NULL, *at = strtok_r(text, ";", &save); at; at = strtok_r(NULL, ";", &save)) {
    char *eq = strchr(at, '=');
    *eq = '\0';
    check_ok(ctx, bl_opts_set(ctx, name, m.cls->opts, m.params, at, eq + 1));
  }
  check_ok(ctx, sum_start(ctx, &m, &in, &run));
  bl_status s = sum_segment(ctx, &run, x, n, 1, NULL, row);
  if (s) check_fails(ctx, s, BL_E_SHAPE, name);
  sum_stop(ctx, &run);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  return s ? REFUSED : (double)row[which];
}

static void check_case(const golden *g, size_t i, bool antropy)
{
  char name[64], what[160];
  bl_ctx *ctx = bl_ctx_new();
  snprintf(name, sizeof name, "case%zu", i);
  const golden_array *want = golden_get(g, name), *x = antropy ? NULL : golden_get(g, "x");
  snprintf(name, sizeof name, "case%zu.summary", i);
  const char *summary = golden_text(g, name);
  snprintf(name, sizeof name, "case%zu.options", i);
  const char *options = golden_text(g, name);
  snprintf(name, sizeof name, "case%zu.call", i);
  const char *call = golden_text(g, name);
  for (size_t k = 0; k < want->rows; k++) {
    const double *v = want->v + 3 * k;
    size_t at = (size_t)v[2];
    snprintf(name, sizeof name, "s.%s", antropy ? antropy_signals[at] : "");
    const golden_array *signal = antropy ? golden_get(g, name) : x;
    size_t n = antropy ? signal->rows : x->cols;
    double got = number_of(ctx, summary, options, antropy ? signal->v : x->v + at * n, n, (size_t)v[1]);
    snprintf(what, sizeof what, "%s, signal %zu %s", call, at, antropy ? antropy_signals[at] : "");
    golden_compare_one(v[0], got, want->rtol, want->atol, what);
  }
  check_free(ctx);
}

static void test_golden(void **state)
{
  (void)state;
  golden *g = golden_open("eeg_series");
  size_t mne = (size_t)atoi(golden_text(g, "mne.cases")), all = (size_t)atoi(golden_text(g, "cases"));
  assert_true(mne >= 20 && all >= mne + 26);
  for (size_t i = 0; i < all; i++) check_case(g, i, i >= mne);
  golden_close(g);
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

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_match_counts),
                                     cmocka_unit_test(test_names), cmocka_unit_test(test_warnings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
