/* Without room for OpenBLAS's buffer: bl_blas_open() says so, what has a status fails, and products are plain sums. A
 * program of its own, since the library is loaded once. */
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
  double a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {7, 8, 9, 10, 11, 12}, c[4] = {(double)NAN, 0, 0, 0}, w[2], v[4];
  bl_gemm(false, false, 2, 2, 3, 1, a, 3, b, 2, 0, c, 2);
  check_near(c[0], 58, 0), check_near(c[1], 64, 0), check_near(c[2], 139, 0), check_near(c[3], 154, 0);
  bl_gemm(true, true, 2, 2, 3, 1, a, 2, b, 3, 1, c, 2); /* A' B' with A 3 x 2, B 2 x 3 */
  check_near(c[0], 58 + 76, 0), check_near(c[1], 64 + 103, 0), check_near(c[2], 139 + 100, 0);
  check_near(c[3], 154 + 136, 0);
  float fa[2] = {2, 3}, fb[2] = {5, 7}, fc = 1;
  bl_gemm_f32(false, false, 1, 1, 2, 2, fa, 2, fb, 1, 3, &fc, 1);
  check_near((double)fc, 2 * 31 + 3, 0);
  double gram[4] = {1, 1, 1, 1};
  bl_gram_add(a, 3, 2, gram);
  check_near(gram[0], 1 + 35, 0), check_near(gram[1], 1 + 44, 0), check_near(gram[3], 1 + 56, 0);
  check_near(gram[2], 1, 0);
  double y[3] = {1, 1, 1};
  bl_gemv(true, 2, 3, 2, a, 3, b, 1, y);
  check_near(y[0], 1 + 2 * 39, 0), check_near(y[1], 1 + 2 * 54, 0), check_near(y[2], 1 + 2 * 69, 0);
  check_near(bl_dot(6, a, b), 217, 0);
  check_fails(ctx, bl_eigh(ctx, 2, c, w, v), BL_E_NOMEM, "OpenBLAS");
  check_free(ctx);
#endif
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(without_room)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
