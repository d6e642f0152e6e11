/* Functions of probability against scipy 1.10.1 (scipy.special: betainc, gammainc, gammaincc, ndtri, psi). */
#include "baleen/special.h"
#include "check.h"

static void near(double got, double want) { check_near(got, want, 5e-11 * fabs(want)); }

static void shares_of_the_beta_distribution(void **unused)
{
  (void)unused;
  near(bl_beta_below(2, 3, 0.25), 0.26171875);
  near(bl_beta_below(0.5, 0.5, 0.9), 0.79516723530086619);
  near(bl_beta_below(20, 1, 0.3), 3.4867844009999975e-11);
  near(bl_beta_below(75, 1, 0.01), 1.0000000000000015e-150);
  near(bl_beta_below(60.5, 2, 0.5), 1.9166167708542183e-17);
  near(bl_beta_below(10000.0, 0.5, 0.999), 7.7058115692852637e-06);
  check_near(bl_beta_below(2, 3, -0.1), 0, 0);
  check_near(bl_beta_below(2, 3, 1.5), 1, 0);
}

static void shares_of_the_gamma_distribution(void **unused)
{
  (void)unused;
  near(bl_gamma_below(0.5, 0.1), 0.34527915398142317);
  near(bl_gamma_below(3, 2.5), 0.45618688411667035);
  near(bl_gamma_below(3, 30), 0.99999999995498978);
  near(bl_gamma_below(50, 45), 0.24680203440017026);
  near(bl_gamma_below(50, 400), 1);
  near(bl_gamma_below(1000.0, 1100.0), 0.99894067674607012);
  near(bl_gamma_below(0.5, 600), 1);
  near(bl_gamma_above(0.5, 0.1), 0.65472084601857683);
  near(bl_gamma_above(3, 2.5), 0.5438131158833297);
  near(bl_gamma_above(3, 30), 4.5010166480121309e-11);
  near(bl_gamma_above(50, 45), 0.75319796559982977);
  near(bl_gamma_above(50, 400), 1.1366407840501675e-109);
  near(bl_gamma_above(1000.0, 1100.0), 0.0010593232539299773);
  near(bl_gamma_above(0.5, 600), 6.0995688148086752e-263);
  check_near(bl_gamma_below(2, 0), 0, 0);
  check_near(bl_gamma_above(2, 0), 1, 0);
  check_near(bl_gamma_above(2, HUGE_VAL), 0, 0);
  assert_true(isnan(bl_gamma_above(2, NAN)) && isnan(bl_gamma_below(2, NAN)));
}

static void quantiles_of_the_normal_distribution(void **unused)
{
  (void)unused;
  near(bl_normal_quantile(0.25), -0.67448975019608171);
  near(bl_normal_quantile(0.75), 0.67448975019608171);
  near(bl_normal_quantile(0.9), 1.2815515655446004);
  near(bl_normal_quantile(0.01), -2.3263478740408408);
  near(bl_normal_quantile(1e-07), -5.1993375821928165);
  near(bl_normal_quantile(1e-300), -37.047096299361201);
  near(bl_normal_quantile(1e-308), -37.54067492154594);
  check_near(bl_normal_quantile(1e-309), -37.60191734856749, 5e-4);
  check_near(bl_normal_quantile(1e-312), -37.78504989441962, 5e-4);
  check_near(bl_normal_quantile(5e-324), -38.467405617144344, 5e-4);
  near(bl_normal_quantile(0.9999999), 5.1993375822906609);
  near(bl_normal_quantile(0.499), -0.0025066308995717666);
  assert_true(bl_normal_quantile(0) == -HUGE_VAL && bl_normal_quantile(1) == HUGE_VAL);
  assert_true(isnan(bl_normal_quantile(1.1)) && isnan(bl_normal_quantile(NAN)));
  check_near(bl_normal_quantile(0.5), 0, 1e-16);
}

static void digamma(void **unused)
{
  (void)unused;
  near(bl_digamma(1), -0.57721566490153287);
  near(bl_digamma(0.1), -10.423754940411076);
  near(bl_digamma(2.5), 0.70315664064524319);
  near(bl_digamma(5), 1.5061176684318003);
  near(bl_digamma(11.9), 2.4339335368825377);
  near(bl_digamma(30), 3.3844381326855251);
  near(bl_digamma(1000000.0), 13.81551005796419);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(shares_of_the_beta_distribution),
                                     cmocka_unit_test(shares_of_the_gamma_distribution),
                                     cmocka_unit_test(quantiles_of_the_normal_distribution), cmocka_unit_test(digamma)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
