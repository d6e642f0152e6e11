/* Logarithms and exponentials that compilers vectorise, against the library's. */
#include "fast_math.h"

#include <math.h>

#include "check.h"

static void check_log2(void **arg)
{
  (void)arg;
  for (int i = -2000; i <= 2000; i++) {
    double x = exp2(0.49 * i) * (1 + 1e-3 * (i % 17)), want = log2(x);
    check_near(bl_fast_log2(x), want, 1e-8 * fabs(want) + 1e-15);
  }
  check_near(bl_fast_log2(1), 0, 0);
  check_near(bl_fast_log2(0x1p-1022), -1022, 0);
}

/* Near 0 as exact as its argument: no digits are lost in 1 + x. */
static void check_log2_1p(void **arg)
{
  (void)arg;
  check_near(bl_fast_log2_1p(0), 0, 0);
  for (int i = -1000; i <= 990; i++) {
    double x = exp2(i) * 1.37, want = log1p(x) / log(2);
    check_near(bl_fast_log2_1p(x), want, 1e-8 * want);
  }
}

static void check_exp2(void **arg)
{
  (void)arg;
  for (int i = -10000; i <= 10000; i++) {
    double x = 0.0999 * i, small = 1e-9 * i;
    check_near(bl_fast_exp2_less(x, 0), exp2(x), 1e-8 * exp2(x));
    check_near(bl_fast_exp2_less(small, 1), expm1(small * log(2)), 1e-8 * fabs(small));
  }
  check_near(bl_fast_exp2_less(0, 0), 1, 0);
  check_near(bl_fast_exp2_less(0, 1), 0, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_log2), cmocka_unit_test(check_log2_1p),
                                     cmocka_unit_test(check_exp2)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
