/* Matrices and views: rows by index, copies, the first number that is none. */
#include "check.h"

#include "baleen/matrix.h"

static void views(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m, copy;
  check_ok(ctx, bl_mat_new(ctx, 5, 3, &m));
  for (size_t i = 0; i < 15; i++) m.v[i] = (float)i;
  bl_cmat all = bl_mat_view(&m);
  uint32_t index[] = {4, 0, 4};
  bl_cmat some = bl_cmat_rows(&all, index, 3);
  assert_int_equal(some.rows, 3);
  assert_true(bl_crow(&some, 0)[2] == 14 && bl_crow(&some, 1)[0] == 0 && bl_crow(&some, 2)[1] == 13);
  check_ok(ctx, bl_mat_copy(ctx, &some, &copy));
  assert_true(copy.rows == 3 && copy.stride == 3 && bl_row(&copy, 2)[0] == 12);
  bl_cmat strided = {m.v, 2, 2, 6, NULL}; /* every second row, two columns */
  bl_mat dense;
  check_ok(ctx, bl_mat_copy(ctx, &strided, &dense));
  assert_true(dense.v[0] == 0 && dense.v[1] == 1 && dense.v[2] == 6 && dense.v[3] == 7);
  size_t row = 9, col = 9;
  assert_true(bl_cmat_finite(&some, &row, &col));
  bl_row(&m, 4)[1] = NAN;
  assert_false(bl_cmat_finite(&some, &row, &col));
  assert_true(row == 0 && col == 1); /* of the view, not of the matrix */
  bl_row(&m, 4)[1] = -INFINITY;
  assert_false(bl_cmat_finite(&all, NULL, NULL));
  bl_mat_free(ctx, &m);
  bl_mat_free(ctx, &copy);
  bl_mat_free(ctx, &dense);
  check_free(ctx);
}

static void sizes(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  check_ok(ctx, bl_mat_new(ctx, 0, 4, &m));
  bl_mat_free(ctx, &m);
  check_ok(ctx, bl_mat_new(ctx, 4, 0, &m));
  bl_cmat none = bl_mat_view(&m);
  assert_true(bl_cmat_finite(&none, NULL, NULL));
  bl_mat_free(ctx, &m);
  check_fails(ctx, bl_mat_new(ctx, SIZE_MAX / 2, 3, &m), BL_E_NOMEM, "more than this machine can address");
  bl_ctx_fail_alloc_at(ctx, 0);
  check_fails(ctx, bl_mat_new(ctx, 6, 7, &m), BL_E_NOMEM, "out of memory for a matrix of 6 x 7");
  assert_null(m.v);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(views), cmocka_unit_test(sizes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
