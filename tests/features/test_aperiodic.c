/* Slopes and peaks of spectra (aperiodic.h) against fooof and specparam, and the summary that gives them. */
#include "aperiodic.h"
#include "feature_help.h"
#include "golden.h"

#include <math.h>

enum { BINS = 161 };

static const golden_array *part(const golden *g, const char *name, const char *what)
{
  char text[64];
  snprintf(text, sizeof text, "%s%s", name, what);
  return golden_get(g, text);
}

static void check_fit(const golden *g, const char *name)
{
  bl_ctx *ctx = bl_ctx_new();
  const golden_array *o = part(g, name, ".options"), *want = part(g, name, ""), *psd = golden_get(g, "psd");
  double limits[2] = {o->v[4], o->v[5]};
  const bl_aperiodic_params p = {.peak_width_limits = {limits, 2},
                                 .max_n_peaks = (int64_t)o->v[6],
                                 .min_peak_height = o->v[7],
                                 .peak_threshold = o->v[8],
                                 .aperiodic_mode = (int)o->v[1]};
  size_t first = (size_t)(2 * o->v[2]), n = (size_t)(2 * o->v[3]) + 1 - first;
  bl_aperiodic a = {0};
  check_ok(ctx, bl_aperiodic_init(ctx, BINS, &a));
  check_ok(ctx, bl_aperiodic_fit(ctx, &a, &p, psd->v + (size_t)o->v[0] * BINS + first, first, n, 0.5));
  const double got[] = {a.offset, a.knee, a.exponent, a.r_squared, a.error};
  /* specparam stops where the sum changes by less than 1e-5 of itself, fooof and ours at 1e-8; the knee is a number that
   * large changes are hardly felt of */
  double rtol = strncmp(name, "specparam", 9) ? 1e-4 : 5e-3;
  for (size_t i = 0; i < 5; i++) golden_compare_one(want->v[i], got[i], i == 1 ? fmax(1e-2, rtol) : rtol, 0, name);
  assert_int_equal(want->rows, 5 + 3 * a.n_peaks);
  for (size_t k = 0; k < a.n_peaks; k++) {
    golden_compare_one(want->v[5 + 3 * k], a.peaks[k].freq, rtol, 0, name);
    golden_compare_one(want->v[6 + 3 * k], a.peaks[k].power, rtol, 0, name);
    golden_compare_one(want->v[7 + 3 * k], a.peaks[k].bandwidth, rtol, 0, name);
  }
  golden_compare(part(g, name, ".model"), a.model, name);
  bl_aperiodic_release(ctx, &a);
  check_free(ctx);
}

static void test_golden(void **state)
{
  (void)state;
  golden *g = golden_open("specparam");
  char names[1024];
  snprintf(names, sizeof names, "%s", golden_text(g, "names"));
  size_t n = 0;
  for (char *save = NULL, *at = strtok_r(names, " ", &save); at; at = strtok_r(NULL, " ", &save), n++) check_fit(g, at);
  assert_true(n >= 18);
  golden_close(g);
}

static void squares(const void *arg, const double *p, size_t n_data, size_t n_params, double *r, double *jacobian)
{
  (void)arg;
  for (size_t i = 0; i < n_data; i++) {
    r[i] = p[i] * p[i] - 2;
    for (size_t k = 0; jacobian && k < n_params; k++) jacobian[i * n_params + k] = k == i ? 2 * p[i] : 0;
  }
}

/* p^2 = 2: without bounds; where a bound lies between, there; where the start lies on a bound, not caught by it. */
static void test_least_squares(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_least_squares s = {0};
  double p[3] = {1, 5, 0.1};
  const double lo[3] = {-INFINITY, 1.5, 0}, hi[3] = {1.2, INFINITY, 9};
  check_ok(ctx, bl_least_squares_init(ctx, 3, 3, &s));
  check_ok(ctx, bl_least_squares_run(ctx, &s, squares, NULL, 3, 3, p));
  for (size_t i = 0; i < 3; i++) check_near(p[i], 1.41421356237, 1e-9);
  p[0] = 1.2, p[1] = 1.5, p[2] = 9;
  check_ok(ctx, bl_least_squares_bounded(ctx, &s, squares, NULL, 3, 3, lo, hi, p));
  check_near(p[0], 1.2, 1e-6);
  check_near(p[1], 1.5, 1e-6);
  check_near(p[2], 1.41421356237, 1e-5);
  check_fails(ctx, bl_least_squares_run(ctx, &s, squares, NULL, 4, 4, p), BL_E_INTERNAL, "room for 3");
  bl_least_squares_release(ctx, &s);
  check_free(ctx);
}

/* A signal with a peak at 10 Hz over noise that falls by 1/f^2 in power: the summary finds both; silence has none. */
static void test_summary(void **state)
{
  (void)state;
  enum { N = 160 * 60 };
  static float x[N];
  float row[11];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng rng = bl_rng_make(3, "aperiodic", 0);
  bl_stream in;
  double walk = 0;
  for (size_t i = 0; i < N; i++) {
    walk = 0.99 * walk + bl_rng_normal(&rng);
    x[i] = (float)(walk + 1.2 * sin(2 * 3.14159265358979 * 10 * (double)i / 160 + 0.3 * sin((double)i / 50)));
  }
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  const char *options = "window_s=4;fmin=3;max_n_peaks=4;bands={alpha: [8, 13], low: [3, 5]}";
  summarise(ctx, "aperiodic", options, &in, x, N, row, 5 + 6);
  assert_true(row[1] > 1.5f && row[1] < 2.2f); /* a random walk: 2, less by its leak */
  assert_true(row[2] > 0.95f);
  assert_true(fabsf(row[5] - 10) < 0.1f && row[6] > 0.5f);
  assert_true(isnan(row[8]) && row[9] == 0 && isnan(row[10]));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
  memset(x, 0, sizeof x);
  summarise(ctx, "aperiodic", options, &in, x, N, row, 5 + 6);
  for (size_t i = 0; i < 11; i++) assert_true(isnan(row[i]));
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_least_squares),
                                     cmocka_unit_test(test_summary)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
