/* The geometry of positive definite matrices: small eigenproblems against LAPACK, distances and means against pyRiemann 0.11. */
#include "spd.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/random.h"
#include "check.h"
#include "npy.h"
#include "symmetric_eigen.h"

enum { MOST = 70, SPD = 6, CHANNELS = 16 };

static void near(const npy *want, size_t from, size_t n, const double *got, double tol, const char *what)
{
  double most = 0;
  for (size_t i = 0; i < want->n; i++) most = fmax(most, fabs(want->v[i]));
  for (size_t i = 0; i < n; i++)
    if (!(fabs(got[i] - want->v[from + i]) <= tol * most))
      fail_msg("%s[%zu]: %.17g, not %.17g", what, i, got[i], want->v[from + i]);
}

/* ---- eigenvalues ------------------------------------------------------------------------------------------------- */

static void random_symmetric(bl_rng *rng, size_t n, double spread, double *a)
{
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k <= i; k++)
      a[i * n + k] = a[k * n + i] = bl_rng_normal(rng) * pow(spread, (double)(i + k) / (2 * (double)n));
}

static void check_eigen(bl_ctx *ctx, size_t n, const double *a)
{
  static double copy[MOST * MOST], w[MOST], v[MOST * MOST], want[MOST], vectors[MOST * MOST], room[3 * MOST * MOST],
      alone[MOST];
  double most = 0;
  memcpy(copy, a, n * n * sizeof *a);
  check_ok(ctx, bl_eigh(ctx, n, copy, want, vectors));
  for (size_t i = 0; i < n; i++) most = fmax(most, fabs(want[i]));
  assert_true(bl_symmetric_eigen_room(n) <= sizeof room / sizeof *room);
  assert_true(bl_symmetric_eigen(n, a, w, v, room));
  assert_true(bl_symmetric_eigen(n, a, alone, NULL, room));
  for (size_t i = 0; i < n; i++) {
    assert_true(fabs(w[i] - want[i]) <= 1e-14 * (double)n * most);
    assert_true(w[i] == alone[i]);
    for (size_t k = 0; k < n; k++) {
      double product = 0, length = 0;
      for (size_t j = 0; j < n; j++) {
        product += a[k * n + j] * v[i * n + j];
        length += v[i * n + j] * v[k * n + j];
      }
      assert_true(fabs(product - w[i] * v[i * n + k]) <= 1e-14 * (double)n * most);
      assert_true(fabs(length - (i == k)) <= 1e-14 * (double)n);
    }
  }
}

static void eigenvalues(void **state)
{
  (void)state;
  static double a[MOST * MOST];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng rng = bl_rng_make(1, "spd", 0);
  static const double spreads[] = {1, 1e8, 1e-12}, units[] = {1, 1e-300, 1e200};
  for (size_t n = 1; n <= MOST; n += n < 10 ? 1 : 12)
    for (size_t k = 0; k < 3; k++) {
      random_symmetric(&rng, n, spreads[k], a);
      for (size_t i = 0; i < n * n; i++) a[i] *= units[k];
      check_eigen(ctx, n, a);
    }
  for (size_t n = 1; n <= 20; n++) { /* equal eigenvalues, and none at all */
    for (size_t i = 0; i < n * n; i++) a[i] = 1;
    check_eigen(ctx, n, a);
    for (size_t i = 0; i < n * n; i++) a[i] = i % (n + 1) ? 0 : 3;
    check_eigen(ctx, n, a);
    for (size_t i = 0; i < n * n; i++) a[i] = 0;
    check_eigen(ctx, n, a);
  }
  double w[2], v[4], room[60], bad[4] = {1, NAN, NAN, 1};
  assert_false(bl_symmetric_eigen(2, bad, w, v, room));
  assert_true(isnan(w[0]) && isnan(w[1]) && isnan(v[3]));
  check_free(ctx);
}

/* ---- functions and distances ------------------------------------------------------------------------------------- */

static void functions(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, bl_blas_open(ctx));
  npy *in = npy_open("pyriemann/spd6_in");
  static const char *const names[] = {"pyriemann/base_sqrtm", "pyriemann/base_invsqrtm", "pyriemann/base_logm"};
  const bl_spd_function f[] = {sqrt, bl_spd_inverse_sqrt, log};
  double got[SPD * SPD], *room = malloc(bl_spd_room(SPD) * sizeof *room);
  for (size_t i = 0; i < 3; i++) {
    npy *want = npy_open(names[i]);
    assert_true(bl_spd_apply(SPD, in->v, f[i], got, room));
    near(want, 0, SPD * SPD, got, 1e-11, names[i]);
    npy_close(want);
  }
  for (size_t i = 0; i < SPD; i++) got[i] = 0; /* a flat channel is no matrix to take a logarithm of */
  assert_false(bl_spd_cholesky(SPD, got, got));
  free(room);
  npy_close(in);
  check_free(ctx);
}

static void distances(void **state)
{
  (void)state;
  static const double tol[] = {1e-10, 1e-10, 1e-12, 1e-9, 1e-10, 1e-10, 1e-11, 1e-11, 1e-10};
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, bl_blas_open(ctx));
  npy *in = npy_open("pyriemann/spd6_in");
  double v[SPD * SPD], w[SPD * SPD], *room = malloc(bl_spd_room(SPD) * sizeof *room);
  for (int metric = 0; bl_spd_metrics[metric]; metric++) {
    char name[60];
    snprintf(name, sizeof name, "pyriemann/dist_%s", bl_spd_metrics[metric]);
    npy *want = npy_open(name);
    for (size_t k = 0; k < 6; k++) {
      bl_spd_reference r;
      assert_true(bl_spd_reference_set(&r, (bl_spd_metric)metric, SPD, in->v + k * SPD * SPD, v, w, room));
      for (size_t i = 0; i < 6; i++) {
        double got = i == k ? 0 : sqrt(bl_spd_distance2(&r, in->v + i * SPD * SPD, room));
        near(want, i * 6 + k, 1, &got, tol[metric], name);
      }
      assert_true(bl_spd_distance2(&r, in->v + k * SPD * SPD, room) < 1e-8); /* to itself */
    }
    npy_close(want);
  }
  free(room);
  npy_close(in);
  check_free(ctx);
}

/* ---- means ------------------------------------------------------------------------------------------------------- */

static void means(void **state)
{
  (void)state;
  static const double tol[] = {1e-11, 1e-12, 1e-12, 1e-11, 1e-12, 1e-11, 1e-12, 1e-12, 1e-9};
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/cov_in");
  bl_spd_set set = {.n = CHANNELS, .count = in->dim[0], .full = in->v};
  double got[CHANNELS * CHANNELS], again[CHANNELS * CHANNELS];
  for (int metric = 0; bl_spd_metrics[metric]; metric++) {
    char name[60];
    snprintf(name, sizeof name, "pyriemann/mean_%s", bl_spd_metrics[metric]);
    npy *want = npy_open(name);
    bl_ctx_set_threads(ctx, 1);
    check_ok(ctx, bl_spd_mean(ctx, "test", &set, NULL, (bl_spd_metric)metric, got));
    near(want, 0, want->n, got, tol[metric], name);
    bl_ctx_set_threads(ctx, 3);
    check_ok(ctx, bl_spd_mean(ctx, "test", &set, NULL, (bl_spd_metric)metric, again));
    assert_memory_equal(got, again, sizeof got);
    npy_close(want);
  }
  double weight[45];
  for (size_t i = 0; i < 45; i++) weight[i] = 1 + (double)i / 44;
  npy *want = npy_open("pyriemann/mean_w_riemann");
  check_ok(ctx, bl_spd_mean(ctx, "test", &set, weight, BL_SPD_RIEMANN, got));
  near(want, 0, want->n, got, 1e-11, "weighted");
  npy_close(want);
  npy_close(in);
  check_free(ctx);
}

/* The true mean, at which the logarithms sum to nothing; and of one matrix that matrix. */
static void converged(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/spd6_in"), *want = npy_open("pyriemann/mean_riemann_tight"),
      *one = npy_open("pyriemann/mean_riemann_one");
  double got[SPD * SPD];
  bl_spd_set set = {.n = SPD, .count = in->dim[0], .full = in->v};
  check_ok(ctx, bl_spd_mean(ctx, "test", &set, NULL, BL_SPD_RIEMANN, got));
  near(want, 0, want->n, got, 1e-8, "tight");
  set.count = 1;
  check_ok(ctx, bl_spd_mean(ctx, "test", &set, NULL, BL_SPD_RIEMANN, got));
  near(one, 0, one->n, got, 1e-11, "one");
  npy_close(in);
  npy_close(want);
  npy_close(one);
  check_free(ctx);
}

/* Rows as float32, every channel less the mean of all: singular but for rounding, which must not pass for signal. */
static void singular_rows_are_refused(void **state)
{
  (void)state;
  enum { COLS = SPD * (SPD + 1) / 2 };
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/spd6_in");
  float rows[12][COLS];
  double got[SPD * SPD], a[SPD * SPD], mid[SPD * SPD];
  for (size_t i = 0; i < 12; i++) {
    const double *m = in->v + i * SPD * SPD;
    for (size_t r = 0; r < SPD; r++)
      for (size_t c = 0; c < SPD; c++) {
        mid[r * SPD + c] = m[r * SPD + c];
        for (size_t k = 0; k < SPD; k++) mid[r * SPD + c] -= m[k * SPD + c] / SPD;
      }
    for (size_t r = 0, at = 0; r < SPD; r++)
      for (size_t c = 0; c < SPD; c++) {
        a[r * SPD + c] = mid[r * SPD + c];
        for (size_t k = 0; k < SPD; k++) a[r * SPD + c] -= mid[r * SPD + k] / SPD;
        if (c >= r) rows[i][at++] = (float)a[r * SPD + c];
      }
  }
  bl_cmat X = {.v = rows[0], .rows = 12, .cols = COLS, .stride = COLS};
  bl_spd_set set = {.n = SPD, .count = 12, .rows = &X};
  check_fails(ctx, bl_spd_mean(ctx, "mdm", &set, NULL, BL_SPD_RIEMANN, got), BL_E_RANGE,
              "mdm: the matrices of 6 channels have rank 5 (an average reference takes one");
  check_ok(ctx, bl_spd_mean(ctx, "mdm", &set, NULL, BL_SPD_EUCLID, got));
  npy_close(in);
  check_free(ctx);
}

static void allocations(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/spd6_in");
  bl_spd_set set = {.n = SPD, .count = in->dim[0], .full = in->v};
  double got[SPD * SPD], weight[12] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  bl_ctx_fail_alloc_at(ctx, -1);
  check_ok(ctx, bl_spd_mean(ctx, "test", &set, weight, BL_SPD_LOGEUCLID, got));
  for (long i = 0, n = (long)bl_ctx_allocs(ctx); i < n; i++) {
    bl_ctx_fail_alloc_at(ctx, i);
    check_fails(ctx, bl_spd_mean(ctx, "test", &set, weight, BL_SPD_LOGEUCLID, got), BL_E_NOMEM, "test");
  }
  npy_close(in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(eigenvalues), cmocka_unit_test(functions),
                                     cmocka_unit_test(distances),   cmocka_unit_test(means),
                                     cmocka_unit_test(converged),   cmocka_unit_test(singular_rows_are_refused),
                                     cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
