/* spindles_detect: what stage.h promises, and YASA's spindles. */
#include "sleep_cases.h"

static const stage_case cases[] = {
    {.options =
         "thresh_rel_pow=0.1 thresh_corr=none thresh_rms=none duration=[0.01,9] freq_sp=[11,16] freq_broad=[2,35] "
         "min_distance_s=0.05 label=sigma"},
    {.options = "thresh_rel_pow=none thresh_corr=0.5 thresh_rms=0.5 duration=[0.01,9] min_distance_s=0.01"},
};

static void check_golden(void **state)
{
  (void)state;
  check_sleep_cases("spindles_", 4);
}

static void check_edges(void **state)
{
  (void)state;
  static const char *const bad[][2] = {
      {"spindles_detect duration=[2,1]", "duration takes two ascending"},
      {"spindles_detect thresh_rel_pow=none thresh_corr=none thresh_rms=none", "all three thresholds"}};
  check_passed_over("spindles_detect");
  check_sleep_refused(bad, sizeof bad / sizeof *bad);
}

/* Nothing is found in N3 without spindles, as YASA finds nothing. */
static void check_none(void **state)
{
  (void)state;
  golden *g = golden_open("sleep");
  const golden_array *n3 = golden_get(g, "n3");
  static float x[SLEEP_MOST];
  bl_findings found = {0};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < n3->rows; i++) x[i] = (float)n3->v[i];
  sleep_events(ctx, "spindles_detect", 100, x, n3->rows, &found);
  assert_int_equal(found.n, 0);
  bl_findings_free(ctx, &found);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_golden), cmocka_unit_test(check_edges),
                                   cmocka_unit_test(check_none)};
  return STAGE_SUITE("spindles_detect", cases, own, sizeof own / sizeof *own);
}
