/* Transforms of every small size against the sum that defines them; both ways; sizes that are refused. */
#include "fft.h"

#include "baleen/random.h"
#include "check.h"

static const double pi = 3.14159265358979323846;

static void slow(const double *x, size_t n, size_t k, double *re, double *im)
{
  *re = *im = 0;
  for (size_t i = 0; i < n; i++) {
    double phase = 2 * pi * (double)(i * k % n) / (double)n;
    *re += x[i] * cos(phase);
    *im -= x[i] * sin(phase);
  }
}

static void check_against_sum(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  static const size_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 30, 31, 32, 34, 75, 100, 256, 1000, 1023};
  bl_rng r = bl_rng_make(5, "fft", 0);
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    size_t n = sizes[s];
    bl_rfft f;
    bl_rfft64 f64;
    bl_dfft d;
    double x[1024];
    check_ok(ctx, bl_rfft_init(ctx, n, &f));
    check_ok(ctx, bl_rfft64_init(ctx, n, &f64));
    check_ok(ctx, bl_dfft_init(ctx, n, &d));
    for (size_t i = 0; i < n; i++) {
      f.in[i] = (float)bl_rng_normal(&r);
      x[i] = d.time[i] = f64.in[i] = (double)f.in[i];
    }
    float powers[513];
    double powers64[513];
    bl_rfft_run_powers(&f, powers);
    bl_rfft64_run_powers(&f64, powers64);
    bl_rfft_run(&f);
    bl_rfft64_run(&f64);
    bl_dfft_forward(&d);
    for (size_t k = 0; k <= n / 2; k++) {
      double re, im;
      slow(x, n, k, &re, &im);
      check_near((double)f.re[k], re, 1e-6 * sqrt((double)n) + 1e-6);
      check_near((double)f.im[k], im, 1e-6 * sqrt((double)n) + 1e-6);
      check_near(f64.re[k], re, 1e-11);
      check_near(f64.im[k], im, 1e-11);
      check_near(d.freq[2 * k], re, 1e-11);
      float power = f.re[k] * f.re[k] + f.im[k] * f.im[k];
      double power64 = f64.re[k] * f64.re[k] + f64.im[k] * f64.im[k];
      assert_true(powers[k] == power && powers64[k] == power64);
      check_near(d.freq[2 * k + 1], im, 1e-11);
    }
    for (size_t i = 0; i < n; i++) { /* the input is kept */
      check_near((double)f.in[i], x[i], 0);
      check_near(f64.in[i], x[i], 0);
    }
    bl_dfft_backward(&d);
    for (size_t i = 0; i < n; i++) check_near(d.time[i], (double)n * x[i], 1e-11);
    bl_rfft_release(ctx, &f);
    bl_rfft64_release(ctx, &f64);
    bl_dfft_release(ctx, &d);
  }
  check_free(ctx);
}

/* A second object of the same size gives the same bits. */
static void check_same_bits(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_rfft a, b;
  check_ok(ctx, bl_rfft_init(ctx, 600, &a));
  check_ok(ctx, bl_rfft_init(ctx, 600, &b));
  for (size_t i = 0; i < 600; i++) a.in[i] = b.in[i] = (float)sin((double)(i * i));
  bl_rfft_run(&a);
  bl_rfft_run(&b);
  bl_rfft_run(&b);
  assert_memory_equal(a.re, b.re, 301 * sizeof(float));
  assert_memory_equal(a.im, b.im, 301 * sizeof(float));
  bl_rfft_release(ctx, &a);
  bl_rfft_release(ctx, &b);
  check_free(ctx);
}

static bl_status both(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_rfft f = {0};
  bl_dfft d = {0};
  bl_status s = bl_rfft_init(ctx, 20, &f);
  if (!s) s = bl_dfft_init(ctx, 20, &d);
  bl_rfft_release(ctx, &f);
  bl_dfft_release(ctx, &d);
  return s;
}

/* As scipy.fft.next_fast_len: 11, and with real=True 5; even ones by hand. */
static void check_lengths(void **arg)
{
  static const struct {
    size_t n, most, step, want;
  } rows[] = {{1, 5, 1, 1},          {0, 5, 1, 1},
              {0, 5, 2, 2},          {7, 5, 1, 8},
              {7, 11, 1, 7},         {13, 11, 1, 14},
              {13, 5, 1, 15},        {13, 5, 2, 16},
              {16, 5, 2, 16},        {1021, 11, 1, 1024},
              {1025, 5, 1, 1080},    {1025, 11, 1, 1029},
              {1081, 5, 2, 1152},    {100003, 11, 1, 100352},
              {100003, 5, 1, 101250}};
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(bl_fft_length(rows[i].n, rows[i].most, rows[i].step), rows[i].want);
}

static void check_limits(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_rfft f;
  bl_dfft d;
  check_fails(ctx, bl_rfft_init(ctx, 0, &f), BL_E_RANGE, "a size of 0");
  check_fails(ctx, bl_dfft_init(ctx, (size_t)1 << 40, &d), BL_E_RANGE, "a size of");
  check_free(ctx);
  check_every_allocation_failing(both, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_against_sum), cmocka_unit_test(check_same_bits),
                                     cmocka_unit_test(check_lengths), cmocka_unit_test(check_limits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
