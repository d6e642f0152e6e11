/* artefact subspace reconstruction, its parts and what is learnt, against asrpy 0.0.8; what is refused. */
#include "baleen/asr.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "asr_private.h"
#include "baleen/random.h"
#include "check.h"
#include "clean_spread.h"
#include "geometric_median.h"
#include "npy.h"
#include "yule_walk.h"

enum { C = 8, RATE = 160, NINE = BL_ASR_ORDER + 1 };

static void compare(const char *name, const double *got, size_t n, size_t from, double tol)
{
  npy *want = npy_open(name);
  double most = 0;
  assert_true(from + n <= want->n);
  for (size_t i = 0; i < n; i++) most = fmax(most, fabs(want->v[from + i]));
  for (size_t i = 0; i < n; i++)
    if (!(fabs(got[i] - want->v[from + i]) <= tol * most))
      fail_msg("%s[%zu]: %.17g, not %.17g", name, i, got[i], want->v[from + i]);
  npy_close(want);
}

/* Frames of a golden recording [channel][sample]. */
static float *frames_of(const char *name, size_t *n)
{
  npy *x = npy_open(name);
  float *v = malloc(x->n * sizeof *v);
  *n = x->n / C;
  for (size_t c = 0; c < C; c++)
    for (size_t f = 0; f < *n; f++) v[f * C + c] = (float)x->v[c * *n + f];
  npy_close(x);
  return v;
}

static bl_asr_params defaults(void)
{
  return (bl_asr_params){.blocksize = 100,
                         .win_len_s = 0.5,
                         .win_overlap = 0.66,
                         .max_dropout_fraction = 0.1,
                         .min_clean_fraction = 0.25,
                         .max_bad_chans = 0.1};
}

static void test_filter(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_asr_filter f;
  check_ok(ctx, bl_asr_filter_design(ctx, 160, &f));
  compare("asr/yulewalk_b", f.b, NINE, 0, 1e-8);
  compare("asr/yulewalk_a", f.a, NINE, 0, 1e-8);
  check_ok(ctx, bl_asr_filter_design(ctx, 250, &f));
  compare("asr/yulewalk_ba_250", f.b, NINE, 0, 1e-8);
  compare("asr/yulewalk_ba_250", f.a, NINE, NINE, 1e-8);
  check_ok(ctx, bl_asr_filter_design(ctx, 500, &f));
  compare("asr/yulewalk_ba_500", f.b, NINE, 0, 1e-8);
  compare("asr/yulewalk_ba_500", f.a, NINE, NINE, 1e-8);
  check_fails(ctx, bl_asr_filter_design(ctx, 2000, &f), BL_E_RANGE, "from 100 to 1000 Hz, and this is 2000 Hz");
  check_free(ctx);
}

/* At 199 to 225 Hz the power that the numerator is made from dips below zero, and the logarithm of it is complex. The filter at
 * 200 Hz is that of EEGLAB (the table in asr_calibrate.m of clean_rawdata). All rates give one, which stays stable and
 * lets 10 Hz through less than 30. */
static void test_filter_of_any_rate(void **state)
{
  (void)state;
  static const double b[NINE] = {1.4489483325802353,  -2.6692514764802775, 2.0813970620731115,
                                 -0.9736678877049534, 0.1054605060352928,  -0.1889101692314626,
                                 0.6111331636592364,  -0.3616483013075088, 0.1834313060776763},
                      a[NINE] = {1,
                                 -0.9913236099393967,
                                 0.3159563145469344,
                                 -0.0708347481677557,
                                 -0.0558793822071149,
                                 -0.2539619026478943,
                                 0.2473056615251193,
                                 -0.0420478437473110,
                                 0.0077455718334464};
  bl_ctx *ctx = bl_ctx_new();
  bl_asr_filter f;
  check_ok(ctx, bl_asr_filter_design(ctx, 200, &f));
  for (size_t i = 0; i < NINE; i++) {
    assert_true(fabs(f.b[i] - b[i]) < 1e-8);
    assert_true(fabs(f.a[i] - a[i]) < 1e-8);
  }
  for (int hz = 100; hz <= 1000; hz++) {
    const double rate = hz;
    check_ok(ctx, bl_asr_filter_design(ctx, rate, &f));
    double complex slow[2] = {0}, quick[2] = {0};
    for (int i = 0; i < NINE; i++) {
      double complex s = cexp(-2 * I * acos(-1) * i * 10 / rate), q = cexp(-2 * I * acos(-1) * i * 30 / rate);
      slow[0] += f.b[i] * s, slow[1] += f.a[i] * s;
      quick[0] += f.b[i] * q, quick[1] += f.a[i] * q;
    }
    assert_true(cabs(slow[0] / slow[1]) < cabs(quick[0] / quick[1]));
    double z[BL_ASR_ORDER] = {0}, y = 0;
    for (int i = 0; i < 20000; i++) y = bl_asr_filter_step(&f, i == 0, z);
    assert_true(fabs(y) < 1e-6);
  }
  check_free(ctx);
}

/* Points for which two poles come out beyond the circle: they are mirrored into it. */
static void test_filter_is_stable(void **state)
{
  (void)state;
  static const double freq[5] = {0, 0.09, 0.1, 0.13, 1}, gain[5] = {0.6, 2.3, 2, 2.4, 2.3};
  bl_ctx *ctx = bl_ctx_new();
  double b[12], a[12], z[13] = {0}, y = 0;
  check_ok(ctx, bl_yule_walk(ctx, 11, freq, gain, 5, b, a));
  for (int i = 0; i < 20000; i++) {
    double x = i == 0;
    y = b[0] * x + z[1];
    for (int k = 1; k <= 11; k++) z[k] = b[k] * x - a[k] * y + (k < 11 ? z[k + 1] : 0);
  }
  assert_true(fabs(y) < 1e-9);
  check_free(ctx);
}

static void test_clean_spread(void **state)
{
  (void)state;
  npy *x = npy_open("asr/rms_in");
  double fit[2], same[100];
  bl_clean_spread(x->v, x->n, 0.25, 0.1, &fit[0], &fit[1]);
  compare("asr/fit_eeg_asrpy", &fit[0], 1, 0, 1e-9);
  compare("asr/fit_eeg_asrpy", &fit[1], 1, 1, 1e-9);
  npy_close(x);
  for (size_t i = 0; i < 100; i++) same[i] = 3;
  bl_clean_spread(same, 100, 0.25, 0.1, &fit[0], &fit[1]);
  assert_true(isnan(fit[1]));
}

static void test_geometric_median(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  size_t n, m = 0;
  float *x = frames_of("asr/calib", &n);
  double *v = malloc(n * C * sizeof *v), got[C];
  for (size_t f = 0; f < n; f += 50, m++)
    for (size_t c = 0; c < C; c++) v[m * C + c] = (double)x[f * C + c];
  check_ok(ctx, bl_geometric_median(ctx, v, m, C, got));
  compare("asr/geomedian", got, C, 0, 1e-5);
  /* three of five in one place: there it is, where the plain iteration divides by nothing */
  static const double at[5] = {1, 1, 1, 9, -4};
  check_ok(ctx, bl_geometric_median(ctx, at, 5, 1, got));
  check_near(got[0], 1, 1e-9);
  free(v);
  free(x);
  check_free(ctx);
}

static void test_clean_windows(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_asr_params p = defaults();
  size_t n, at = 0;
  float *x = frames_of("asr/calib", &n);
  npy *want = npy_open("asr/asrpy_clean_mask_changes");
  double *v = malloc(n * C * sizeof *v);
  bool *keep = malloc(n), before = false;
  for (size_t i = 0; i < n * C; i++) v[i] = (double)x[i];
  check_ok(ctx, bl_asr_clean_windows(ctx, &p, v, n, C, RATE, keep));
  for (size_t f = 0; f < n; f++) {
    if (keep[f] != before) assert_int_equal(f, (size_t)want->v[at++]);
    before = keep[f];
  }
  assert_int_equal(at, want->n - 1);
  npy_close(want);
  free(v);
  free(keep);
  free(x);
  check_free(ctx);
}

/* T' T of what was learnt, with this cutoff. */
static void limits(const bl_asr *a, double cutoff, double *to)
{
  memset(to, 0, C * C * sizeof *to);
  for (size_t i = 0; i < C; i++) {
    double t = a->mean[i] + cutoff * a->sd[i];
    for (size_t k = 0; k < C * C; k++) to[k] += t * t * a->directions[i * C + k / C] * a->directions[i * C + k % C];
  }
}

static void test_fit(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_asr_params p = defaults();
  bl_asr a;
  double tt[C * C];
  size_t n;
  float *x = frames_of("asr/calib", &n);
  check_ok(ctx, bl_asr_fit(ctx, &p, x, n, C, RATE, &a));
  compare("asr/asrpy_microvolts_M", a.mixing, C * C, 0, 1e-6);
  assert_int_equal(a.n_used, 6194);
  bl_asr_free(ctx, &a);
  p.max_bad_chans = 1;
  check_ok(ctx, bl_asr_fit(ctx, &p, x, n, C, RATE, &a));
  assert_int_equal(a.n_used, n);
  compare("asr/asrpy_M", a.mixing, C * C, 0, 1e-6);
  limits(&a, 5, tt);
  compare("asr/asrpy_TtT", tt, C * C, 0, 1e-5);
  bl_asr_free(ctx, &a);
  /* in volts it is the same, where asrpy's search ends too early */
  for (size_t i = 0; i < n * C; i++) x[i] *= 1e-6f;
  check_ok(ctx, bl_asr_fit(ctx, &p, x, n, C, RATE, &a));
  for (size_t i = 0; i < C * C; i++) a.mixing[i] *= 1e6;
  compare("asr/asrpy_M", a.mixing, C * C, 0, 1e-6);
  bl_asr_free(ctx, &a);
  free(x);
  check_free(ctx);
}

static void test_refused(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_asr_params p = defaults();
  bl_asr a;
  size_t n;
  float *x = frames_of("asr/calib", &n), held = x[70];
  check_fails(ctx, bl_asr_fit(ctx, &p, x, 800, C, RATE, &a), BL_E_SHAPE, "27 windows are too few");
  bl_asr_free(ctx, &a);
  check_fails(ctx, bl_asr_fit(ctx, &p, x, n, C, 50, &a), BL_E_RANGE, "this is 50 Hz");
  bl_asr_free(ctx, &a);
  check_fails(ctx, bl_asr_fit(ctx, &p, x, n, C, 1, &a), BL_E_RANGE, "this is 1 Hz"); /* half a second is no sample */
  bl_asr_free(ctx, &a);
  x[70] = NAN;
  check_fails(ctx, bl_asr_fit(ctx, &p, x, n, C, RATE, &a), BL_E_NONFINITE, "frame 8 of channel 6 is nan");
  bl_asr_free(ctx, &a);
  x[70] = held;
  for (size_t f = 0; f < n; f++) x[f * C + 2] = 4;
  check_fails(ctx, bl_asr_fit(ctx, &p, x, n, C, RATE, &a), BL_E_SHAPE, "channel 2 of those to learn from is flat");
  bl_asr_free(ctx, &a);
  free(x);
  check_free(ctx);
}

static bl_status fit_and_pack(bl_ctx *ctx, void *arg)
{
  static float x[1600 * 2];
  bl_asr_params p = defaults();
  bl_asr a;
  bl_array packed = {0};
  (void)arg;
  bl_rng rng = bl_rng_make(1, "asr", 0);
  for (size_t i = 0; i < 1600 * 2; i++) x[i] = (float)bl_rng_normal(&rng);
  bl_status s = bl_asr_fit(ctx, &p, x, 1600, 2, RATE, &a);
  if (!s) s = bl_asr_pack(ctx, &a, &packed);
  bl_array_free(ctx, &packed);
  bl_asr_free(ctx, &a);
  return s;
}

static void test_memory(void **state)
{
  (void)state;
  check_every_allocation_failing(fit_and_pack, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_filter),
                                     cmocka_unit_test(test_filter_of_any_rate),
                                     cmocka_unit_test(test_filter_is_stable),
                                     cmocka_unit_test(test_clean_spread),
                                     cmocka_unit_test(test_geometric_median),
                                     cmocka_unit_test(test_clean_windows),
                                     cmocka_unit_test(test_fit),
                                     cmocka_unit_test(test_refused),
                                     cmocka_unit_test(test_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
