/* Parts of coded sound: one that was lost as a whole leaves its gap to the next, also when the list has just grown. */
#include "check.h"
#include "coded.h"

static void a_lost_part_leaves_its_gap(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_coded c = {0};
  for (uint64_t i = 0; i < 100; i++) {
    check_ok(ctx, bl_coded_add(ctx, &c, (bl_coded_part){.at = 2 * i, .end = 2 * i + 1, .n = 10, .lost = i > 0}));
    check_ok(ctx, bl_coded_add(ctx, &c, (bl_coded_part){.at = 2 * i + 1, .end = 2 * i + 2, .lost = 3}));
  }
  assert_int_equal(c.n_parts, 101);
  for (size_t i = 0; i < 100; i++) {
    assert_int_equal(c.parts[i].first, 10 * i);
    assert_int_equal(c.parts[i].lost, i ? 1 + 3 : 0);
  }
  assert_int_equal(c.parts[100].lost, 3);
  bl_coded_release(ctx, &c);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_lost_part_leaves_its_gap)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
