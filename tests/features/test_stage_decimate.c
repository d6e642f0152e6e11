/* decimate against scipy.signal.decimate. */
#include "condition.h"

static void check_signals(void **arg)
{
  (void)arg;
  condition_check("resample", "decimate factor=4 pad=zero", 160, 0, "q4.zero");
  condition_check("resample", "decimate factor=7", 160, 0, "q7.odd");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_signals)};
  return cmocka_run_group_tests_name("decimate", tests, NULL, NULL);
}
