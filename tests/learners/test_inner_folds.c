/* Folds inside a fit: groups stay whole, classes are dealt out, and groups of one row each change nothing. */
#include "inner_folds.h"

#include <string.h>

#include "check.h"

enum { ROWS = 24 };

static void folds_of(bl_ctx *ctx, const int32_t *group, size_t n_classes, bl_folds *out)
{
  static float x[ROWS];
  double y[ROWS];
  for (size_t i = 0; i < ROWS; i++) y[i] = n_classes ? (double)(i / 6 % n_classes) : (double)i;
  *out = (bl_folds){0};
  bl_train t = {.X = {x, ROWS, 1, 1, NULL}, .y = y, .n_targets = 1, .group = group, .n_classes = n_classes};
  check_ok(ctx, bl_inner_folds(ctx, "test", &t, 3, out));
  assert_int_equal(out->n, 3);
}

static void groups_stay_whole(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  int32_t group[ROWS];
  for (size_t i = 0; i < ROWS; i++) group[i] = (int32_t)(i % 6);
  for (size_t n_classes = 0; n_classes <= 2; n_classes += 2) {
    bl_folds f;
    size_t fold;
    int32_t which;
    folds_of(ctx, group, n_classes, &f);
    assert_false(bl_folds_leak(&f, ROWS, group, &fold, &which));
    bl_folds_free(ctx, &f);
  }
  check_free(ctx);
}

/* Of a table without groups every row is a group: the folds are those of rows without any. */
static void groups_of_one_row_are_none(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  int32_t own[ROWS];
  for (size_t i = 0; i < ROWS; i++) own[i] = (int32_t)((i * 7) % ROWS);
  for (size_t n_classes = 0; n_classes <= 2; n_classes += 2) {
    bl_folds none, alone;
    folds_of(ctx, NULL, n_classes, &none);
    folds_of(ctx, own, n_classes, &alone);
    for (size_t k = 0; k < 3; k++) {
      assert_int_equal(none.v[k].n_test, alone.v[k].n_test);
      assert_memory_equal(none.v[k].test, alone.v[k].test, none.v[k].n_test * sizeof(uint32_t));
    }
    bl_folds_free(ctx, &none);
    bl_folds_free(ctx, &alone);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(groups_stay_whole), cmocka_unit_test(groups_of_one_row_are_none)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
