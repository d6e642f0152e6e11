/* sw_detect: what stage.h promises, and YASA's slow waves. */
#include "sleep_cases.h"

static const stage_case cases[] = {
    {.options =
         "freq_sw=[0.5,4] dur_neg=[0.1,1] dur_pos=[0.05,0.9] amp_neg=[1,999] amp_pos=[1,998] amp_ptp=[2,997] label=so"},
};

static void check_golden(void **state)
{
  (void)state;
  check_sleep_cases("sw_", 3);
}

static void check_edges(void **state)
{
  (void)state;
  static const char *const bad[][2] = {{"sw_detect freq_sw=[2,1]", "freq_sw takes two ascending"},
                                       {"sw_detect amp_ptp=[75]", "amp_ptp takes two"}};
  check_passed_over("sw_detect");
  check_sleep_refused(bad, sizeof bad / sizeof *bad);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_golden), cmocka_unit_test(check_edges)};
  return STAGE_SUITE("sw_detect", cases, own, sizeof own / sizeof *own);
}
