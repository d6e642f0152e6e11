/* joint_diagonal: matrices that share a basis are made diagonal, near ones nearly; too few sweeps are told. */
#include "joint_diagonal.h"

#include "learn.h"

enum { N = 5, K = 4 };

/* A diag(l_k) A' + noise * identity-like spread; a keeps A. */
static void mixtures(double *c, double *a, double noise)
{
  bl_rng r = bl_rng_make(2, "joint_diagonal", 0);
  for (size_t i = 0; i < N * N; i++) a[i] = bl_rng_normal(&r);
  for (size_t k = 0; k < K; k++) {
    double e[N];
    for (size_t q = 0; q < N; q++) e[q] = exp(bl_rng_normal(&r));
    for (size_t i = 0; i < N; i++)
      for (size_t j = i; j < N; j++) {
        double sum = noise * bl_rng_normal(&r);
        for (size_t q = 0; q < N; q++) sum += a[i * N + q] * e[q] * a[j * N + q];
        c[k * N * N + i * N + j] = c[k * N * N + j * N + i] = sum;
      }
  }
}

static double worst_correlation(const double *c)
{
  double worst = 0;
  for (size_t k = 0; k < K; k++)
    for (size_t i = 0; i < N; i++)
      for (size_t j = 0; j < i; j++) {
        const double *x = c + k * N * N;
        worst = fmax(worst, fabs(x[i * N + j]) / sqrt(x[i * N + i] * x[j * N + j]));
      }
  return worst;
}

static void shared_bases_are_found(void **unused)
{
  (void)unused;
  double c[K * N * N], before[K * N * N], a[N * N], v[N * N];
  mixtures(c, a, 0);
  memcpy(before, c, sizeof c);
  assert_true(worst_correlation(c) > 0.3);
  assert_true(bl_joint_diagonal(K, N, c, v, 1e-12, 100));
  check_near(worst_correlation(c), 0, 1e-6);
  /* c is V c V' of what was given, and each row of V A has one entry */
  for (size_t k = 0; k < K; k++)
    for (size_t i = 0; i < N; i++)
      for (size_t j = 0; j < N; j++) {
        double sum = 0;
        for (size_t p = 0; p < N; p++)
          for (size_t q = 0; q < N; q++) sum += v[i * N + p] * before[k * N * N + p * N + q] * v[j * N + q];
        check_near(c[k * N * N + i * N + j], sum, 1e-9);
      }
  for (size_t i = 0; i < N; i++) {
    double top = 0, total = 0;
    for (size_t q = 0; q < N; q++) {
      double sum = 0;
      for (size_t p = 0; p < N; p++) sum += v[i * N + p] * a[p * N + q];
      top = fmax(top, fabs(sum));
      total += fabs(sum);
    }
    check_near(top / total, 1, 1e-5);
  }
}

static void near_ones_come_close_and_few_sweeps_are_told(void **unused)
{
  (void)unused;
  double c[K * N * N], a[N * N], v[N * N];
  mixtures(c, a, 0.001);
  double before = worst_correlation(c);
  assert_true(bl_joint_diagonal(K, N, c, v, 1e-6, 50));
  assert_true(worst_correlation(c) < 0.2 * before && worst_correlation(c) > 1e-4);
  mixtures(c, a, 0.001);
  assert_false(bl_joint_diagonal(K, N, c, v, 1e-6, 1));
  double one[2] = {3, 4}, w = 0;
  assert_true(bl_joint_diagonal(2, 1, one, &w, 1e-6, 1));
  check_near(w, 1, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(shared_bases_are_found),
                                     cmocka_unit_test(near_ones_come_close_and_few_sweeps_are_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
