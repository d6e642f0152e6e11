/* Without room for OpenBLAS's buffer: bl_blas_open() says so, what has a status fails, and products
 * are NaN but for estimates. A program of its own, since the library is loaded once. */
#include <math.h>
#include <sys/resource.h>

#include "baleen/blas.h"
#include "check.h"

static void without_room(void **state)
{
  (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  skip(); /* it takes terabytes of addresses */
#else
  bl_ctx *ctx = bl_ctx_new();
  struct rlimit before, little;
  assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
  little = before;
  little.rlim_cur = (rlim_t)150 << 20;
  assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
  check_fails(ctx, bl_blas_open(ctx), BL_E_NOMEM, "OpenBLAS");
  assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
  double a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {7, 8, 9, 10, 11, 12}, c[4] = {0}, w[2], v[4], y[4] = {1, 1, 1, 1};
  bl_gemm(false, false, 2, 2, 3, 1, a, 3, b, 2, 0, c, 2);
  for (size_t i = 0; i < 4; i++) assert_true(isnan(c[i]));
  bl_gemv(true, 2, 3, 2, a, 3, b, 1, y);
  for (size_t i = 0; i < 4; i++) assert_true(isnan(y[i]) == (i < 3));
  double gram[4] = {1, 1, 1, 1};
  bl_gram_add(a, 3, 2, gram);
  for (size_t i = 0; i < 4; i++) assert_true(isnan(gram[i]) == (i != 2)); /* the upper triangle */
  assert_true(isnan(bl_dot(6, a, b)));
  float fa[2] = {2, 3}, fb[2] = {5, 7}, fc = 1;
  bl_gemm_f32(false, false, 1, 1, 2, 2, fa, 2, fb, 1, 3, &fc, 1);
  check_near((double)fc, 2 * 31 + 3, 0);
  c[0] = c[1] = c[2] = c[3] = 1;
  check_fails(ctx, bl_eigh(ctx, 2, c, w, v), BL_E_NOMEM, "OpenBLAS");
  check_free(ctx);
#endif
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(without_room)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
