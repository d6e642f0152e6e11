/* Random projections keep distances, random Fourier features give the kernel; of both the numbers are drawn, so what they
 * promise is measured. */
#include "learned.h"

#include "baleen/random.h"

enum { ROWS = 40, COLS = 300 };

static void noise(bl_ctx *ctx, bl_mat *x, size_t cols)
{
  bl_rng r = bl_rng_make(3, "projections", cols);
  check_ok(ctx, bl_mat_new(ctx, ROWS, cols, x));
  for (size_t i = 0; i < ROWS * cols; i++) x->v[i] = (float)bl_rng_normal(&r);
}

static double distance2(const bl_mat *x, size_t a, size_t b)
{
  double sum = 0;
  for (size_t j = 0; j < x->cols; j++) {
    double d = (double)bl_row(x, a)[j] - (double)bl_row(x, b)[j];
    sum += d * d;
  }
  return sum;
}

static void made(bl_ctx *ctx, const char *text, const bl_mat *x, bl_mat *z)
{
  bl_estimator *e;
  bl_data d = {.X = bl_mat_view(x)};
  check_ok(ctx, bl_estimator_parse(ctx, text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, z));
  bl_estimator_free(ctx, e);
}

static void distances_are_kept(void **unused)
{
  (void)unused;
  static const char *const texts[] = {
      "{gaussian_random_projection: {n_components: 200}}", "{sparse_random_projection: {n_components: 200}}",
      "{gaussian_random_projection: {eps: 0.6}}", "{sparse_random_projection: {eps: 0.6, density: 0.2}}"};
  static const size_t width[] = {200, 200, 136, 136}; /* 4 log 40 / (0.36 / 2 - 0.216 / 3) = 136.6 */
  bl_ctx *ctx = bl_ctx_new();
  bl_mat x, z;
  noise(ctx, &x, COLS);
  for (size_t k = 0; k < 4; k++) {
    double mean = 0;
    made(ctx, texts[k], &x, &z);
    assert_int_equal(z.cols, width[k]);
    for (size_t i = 0; i < ROWS; i++)
      for (size_t j = 0; j < i; j++) {
        double ratio = distance2(&z, i, j) / distance2(&x, i, j);
        if (!(fabs(ratio - 1) < 0.6)) fail_msg("%s: a squared distance becomes %g of it", texts[k], ratio);
        mean += ratio / (ROWS * (ROWS - 1) / 2);
      }
    check_near(mean, 1, 0.08);
    bl_mat_free(ctx, &z);
  }
  bl_estimator *e;
  bl_data d = {.X = bl_mat_view(&x)};
  check_ok(ctx, bl_estimator_new(ctx, "gaussian_random_projection", &e));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "3161 columns would keep the distances of 40 rows within 0.1");
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &x);
  check_free(ctx);
}

static void products_of_waves_are_the_kernel(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat x, z, s;
  noise(ctx, &x, 4);
  made(ctx, "{rbf_sampler: {gamma: 0.3, n_components: 20000}}", &x, &z);
  for (size_t i = 0; i < ROWS; i++) {
    double product = 0;
    for (size_t k = 0; k < z.cols; k++) product += (double)bl_row(&z, 0)[k] * (double)bl_row(&z, i)[k];
    check_near(product, exp(-0.3 * distance2(&x, 0, i)), 0.03);
  }
  bl_mat_free(ctx, &z);
  made(ctx, "{rbf_sampler: {gamma: scale}}", &x, &z);
  for (size_t i = 0; i < ROWS * 4; i++) x.v[i] *= 1000; /* the scale goes along */
  made(ctx, "{rbf_sampler: {gamma: scale}}", &x, &s);
  for (size_t i = 0; i < ROWS * z.cols; i++) check_near((double)z.v[i], (double)s.v[i], 1e-4);
  bl_mat_free(ctx, &z);
  bl_mat_free(ctx, &s);
  bl_mat_free(ctx, &x);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(distances_are_kept),
                                     cmocka_unit_test(products_of_waves_are_the_kernel)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
