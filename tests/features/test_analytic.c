/* analytic: scipy's Hilbert transform of each length, in room that is used again; a pure tone is turned by 90 degrees. */
#include "analytic.h"

#include <stdio.h>

#include "check.h"
#include "golden.h"

static void test_golden(void **state)
{
  (void)state;
  static const int lengths[] = {100, 1, 2, 3, 4, 7, 101};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("analytic");
  bl_analytic a = {0};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    char x[8], h[8];
    double got[101];
    snprintf(x, sizeof x, "x%d", lengths[i]);
    snprintf(h, sizeof h, "h%d", lengths[i]);
    check_ok(ctx, bl_hilbert(ctx, &a, golden_get(g, x)->v, (size_t)lengths[i], got));
    golden_compare(golden_get(g, h), got, h);
  }
  bl_analytic_release(ctx, &a);
  golden_close(g);
  check_free(ctx);
}

static void test_in_place(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_analytic a = {0};
  double x[48];
  for (int i = 0; i < 48; i++) x[i] = cos(i * 3.14159265358979323846 / 8);
  check_ok(ctx, bl_hilbert(ctx, &a, x, 48, x));
  for (int i = 0; i < 48; i++) check_near(x[i], sin(i * 3.14159265358979323846 / 8), 1e-14);
  bl_analytic_release(ctx, &a);
  check_free(ctx);
}

static bl_status two_lengths(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_analytic a = {0};
  double x[40] = {1};
  bl_status s = bl_hilbert(ctx, &a, x, 40, x);
  if (!s) s = bl_hilbert(ctx, &a, x, 30, x);
  bl_analytic_release(ctx, &a);
  return s;
}

static void test_no_memory(void **state)
{
  (void)state;
  check_every_allocation_failing(two_lengths, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_in_place),
                                     cmocka_unit_test(test_no_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
