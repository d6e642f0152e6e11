/* Learnt fields: views, setting with checks of type and shape, copying, comparing, refusing without damage. */
#include "check.h"

#include <stdint.h>
#include <string.h>

#include "baleen/field.h"

typedef struct state_t {
  double offset;
  double *mean, *square;
  float *w;
  int32_t *code;
  size_t rows, cols;
} state_t;
static const bl_field table[] = {BL_FIELD_SCALAR(state_t, offset, BL_F64, "a scalar"),
                                 BL_FIELD_VECTOR(state_t, mean, BL_F64, cols, "a vector"),
                                 BL_FIELD_MATRIX(state_t, square, BL_F64, cols, cols, "a square"),
                                 BL_FIELD_MATRIX(state_t, w, BL_F32, rows, cols, "a matrix"),
                                 BL_FIELD_VECTOR(state_t, code, BL_I32, rows, "codes"),
                                 BL_FIELD_END};

static const double numbers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static bl_status fill(bl_ctx *ctx, state_t *s)
{
  float w[6] = {1, 2, 3, 4, 5, 6};
  bl_status e = bl_field_set(ctx, table, "offset", s, BL_F64, 0, NULL, numbers + 4, 8);
  if (!e) e = bl_field_set(ctx, table, "mean", s, BL_F64, 1, (size_t[]){3}, numbers, 24);
  if (!e) e = bl_field_set(ctx, table, "square", s, BL_F64, 2, (size_t[]){3, 3}, numbers, 72);
  if (!e) e = bl_field_set(ctx, table, "w", s, BL_F32, 2, (size_t[]){2, 3}, w, sizeof w);
  return e;
}

static void set_and_get(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  state_t s = {0}, t = {0};
  check_ok(ctx, fill(ctx, &s));
  assert_true(s.offset == 5 && s.cols == 3 && s.rows == 2 && s.w[5] == 6 && !s.code);
  bl_field_view v = bl_field_get(&table[3], &s);
  assert_true(v.n_dims == 2 && v.dims[0] == 2 && v.dims[1] == 3 && v.bytes == 24 && v.v == s.w);
  v = bl_field_get(&table[4], &s);
  assert_true(!v.v && !v.bytes); /* not learnt */
  check_ok(ctx, bl_fields_copy(ctx, table, &t, &s));
  assert_true(bl_fields_equal(table, &s, &t) && t.w != s.w);
  t.w[3] += 1;
  assert_false(bl_fields_equal(table, &s, &t));
  t.w[3] -= 1;
  check_ok(ctx, bl_field_set(ctx, table, "code", &t, BL_I32, 1, (size_t[]){2}, (int32_t[]){7, 8}, 8));
  assert_false(bl_fields_equal(table, &s, &t)); /* learnt here, not there */
  bl_fields_release(ctx, table, &s);
  bl_fields_release(ctx, table, &t);
  assert_null(s.w);
  check_free(ctx);
}

static void refuses(void **unused)
{
  (void)unused;
  static const struct {
    const char *name;
    bl_dtype dtype;
    size_t n_dims, dims[2], bytes;
    const char *says;
  } rows[] = {
      {"means", BL_F64, 1, {3}, 24, "unknown field 'means'"},
      {"mean", BL_F32, 1, {3}, 12, "is F32 with 1 dims, wanted F64"},
      {"mean", BL_F64, 2, {3, 1}, 24, "with 2 dims, wanted F64 with 1"},
      {"mean", BL_F64, 1, {3}, 23, "23 bytes for 3 numbers"},
      {"mean", BL_F64, 1, {4}, 32, "'mean' has 4 entries where 'square' has 3"},
      {"square", BL_F64, 2, {2, 3}, 48, "'square' is 2 x 3, wanted a square"},
      {"square", BL_F64, 2, {3, 2}, 48, "'square' is 3 x 2, wanted a square"},
      {"w", BL_F32, 2, {5, 4}, 80, "'w' has 4 entries where 'mean' has 3"}, /* its own rows would be free to change */
      {"w", BL_F32, 2, {SIZE_MAX / 2, 4}, 0, "overflows"},
      {"offset", BL_F64, 1, {1}, 8, "wanted F64 with 0"},
  };
  bl_ctx *ctx = bl_ctx_new();
  state_t s = {0}, before = {0};
  check_ok(ctx, fill(ctx, &s));
  check_ok(ctx, fill(ctx, &before));
  static const char zeros[128];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    check_fails(
        ctx,
        bl_field_set(ctx, table, rows[i].name, &s, rows[i].dtype, rows[i].n_dims, rows[i].dims, zeros, rows[i].bytes),
        BL_E_FORMAT, rows[i].says);
    if (!bl_fields_equal(table, &s, &before) || s.rows != 2 || s.cols != 3)
      fail_msg("%s: refused, but changed", rows[i].says);
  }
  bl_fields_release(ctx, table, &s);
  bl_fields_release(ctx, table, &before);
  check_free(ctx);
}

static void dtypes(void **unused)
{
  (void)unused;
  assert_true(bl_dtype_size(BL_F64) == 8 && bl_dtype_size(BL_F32) == 4 && bl_dtype_size(BL_U8) == 1 &&
              bl_dtype_size(BL_N_DTYPES) == 0);
  assert_string_equal(bl_dtype_name(BL_I64), "I64");
  assert_string_equal(bl_dtype_name(BL_N_DTYPES), "?");
}

static bl_status work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  state_t s = {0}, t = {0};
  bl_status e = fill(ctx, &s);
  if (!e) e = bl_fields_copy(ctx, table, &t, &s);
  bl_fields_release(ctx, table, &s);
  bl_fields_release(ctx, table, &t);
  return e;
}

static void allocations(void **unused)
{
  (void)unused;
  check_every_allocation_failing(work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(set_and_get), cmocka_unit_test(refuses), cmocka_unit_test(dtypes),
                                     cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
