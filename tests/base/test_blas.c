/* Linear algebra against naive loops and against what defines each decomposition. */
#include "check.h"

#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"
#include "baleen/random.h"

enum { MAX = 700 * 9 };

static void noise(double *v, size_t n, uint64_t index)
{
  bl_rng r = bl_rng_make(1, "test blas", index);
  for (size_t i = 0; i < n; i++) v[i] = bl_rng_normal(&r);
}

static void products(void **state)
{
  (void)state;
  static const struct {
    bool ta, tb;
    size_t m, n, k;
  } rows[] = {{false, false, 5, 4, 3}, {true, false, 5, 4, 3},    {false, true, 5, 4, 3},   {true, true, 5, 4, 3},
              {false, false, 1, 1, 1}, {false, false, 700, 4, 5}, {true, false, 700, 3, 4}, {false, true, 600, 2, 3},
              {false, false, 3, 2, 0}, {false, false, 0, 2, 3}};
  static double a[MAX], b[MAX], c[MAX], d[MAX], want[MAX];
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t m = rows[i].m, n = rows[i].n, k = rows[i].k;
    size_t lda = (rows[i].ta ? m : k) + 1, ldb = (rows[i].tb ? k : n) + 2, ldc = n + 1;
    noise(a, MAX, 1), noise(b, MAX, 2), noise(c, MAX, 3);
    memcpy(want, c, sizeof c), memcpy(d, c, sizeof c);
    for (size_t x = 0; x < m; x++)
      for (size_t y = 0; y < n; y++) {
        double sum = 0;
        for (size_t z = 0; z < k; z++)
          sum += (rows[i].ta ? a[z * lda + x] : a[x * lda + z]) * (rows[i].tb ? b[y * ldb + z] : b[z * ldb + y]);
        want[x * ldc + y] = 1.5 * sum - 0.5 * want[x * ldc + y];
      }
    bl_gemm(rows[i].ta, rows[i].tb, m, n, k, 1.5, a, lda, b, ldb, -0.5, c, ldc);
    check_ok(ctx, bl_gemm_parallel(ctx, rows[i].ta, rows[i].tb, m, n, k, 1.5, a, lda, b, ldb, -0.5, d, ldc));
    for (size_t j = 0; j < MAX; j++) { /* what lies between the rows too */
      check_near(c[j], want[j], 1e-12);
      check_near(d[j], want[j], 1e-12);
    }
  }
  noise(a, 12, 4), noise(b, 4, 5), noise(c, 4, 6);
  memcpy(want, c, sizeof want);
  bl_gemv(false, 3, 4, 2, a, 4, b, 1, c);
  for (size_t x = 0; x < 3; x++) check_near(c[x], want[x] + 2 * bl_dot(4, a + 4 * x, b), 1e-13);
  bl_gemv(true, 3, 4, 1, a, 4, b, 0, c);
  for (size_t y = 0; y < 4; y++) check_near(c[y], a[y] * b[0] + a[4 + y] * b[1] + a[8 + y] * b[2], 1e-13);
  check_free(ctx);
}

static void same_bits_for_any_threads(void **state)
{
  (void)state;
  enum { M = 1500, K = 40, N = 30 };
  bl_ctx *ctx = bl_ctx_new();
  double *v = bl_calloc(ctx, M * K + K * N + 3 * M * N, sizeof *v), *b = v + M * K, *c = b + K * N;
  noise(v, M * K + K * N, 7);
  static const size_t threads[] = {1, 2, 8};
  for (size_t t = 0; t < 3; t++) {
    bl_ctx_set_threads(ctx, threads[t]);
    check_ok(ctx, bl_gemm_parallel(ctx, false, false, M, N, K, 1, v, K, b, N, 0, c + t * M * N, N));
    assert_memory_equal(c + t * M * N, c, M * N * sizeof *c);
  }
  bl_free(ctx, v);
  check_free(ctx);
}

static void gram(void **state)
{
  (void)state;
  enum { ROWS = 9000, N = 3 };
  bl_ctx *ctx = bl_ctx_new();
  double *x = bl_calloc(ctx, ROWS * N, sizeof *x), c[9] = {7, 7, 7, 7, 7, 7, 7, 7, 7};
  noise(x, ROWS * N, 8);
  check_ok(ctx, bl_gram(ctx, x, ROWS, N, c));
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++) {
      double sum = 0;
      for (size_t r = 0; r < ROWS; r++) sum += x[r * N + i] * x[r * N + j];
      check_near(c[i * N + j], sum, 1e-9);
      assert_true(c[i * N + j] == c[j * N + i]);
    }
  check_ok(ctx, bl_gram(ctx, x, 0, N, c));
  for (size_t i = 0; i < 9; i++) check_near(c[i], 0, 0);
  bl_free(ctx, x);
  check_free(ctx);
}

/* A positive definite matrix of n x n. */
static void definite(double *a, size_t n, uint64_t index)
{
  double g[64];
  noise(g, n * n, index);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      a[i * n + j] = i == j;
      for (size_t k = 0; k < n; k++) a[i * n + j] += g[k * n + i] * g[k * n + j];
    }
}

static void eigen(void **state)
{
  (void)state;
  enum { N = 6 };
  bl_ctx *ctx = bl_ctx_new();
  double a[N * N], b[N * N], work[N * N], bwork[N * N], w[N], v[N * N];
  definite(a, N, 9);
  definite(b, N, 10);
  for (int general = 0; general < 2; general++) {
    memcpy(work, a, sizeof a), memcpy(bwork, b, sizeof b);
    for (size_t i = 0; i < N; i++) /* only the upper triangle may be read */
      for (size_t j = 0; j < i; j++) work[i * N + j] = bwork[i * N + j] = 1e9;
    check_ok(ctx, general ? bl_eigh_general(ctx, N, work, bwork, w, v) : bl_eigh(ctx, N, work, w, v));
    for (size_t k = 0; k < N; k++) {
      assert_true(!k || w[k] >= w[k - 1]);
      for (size_t i = 0; i < N; i++) {
        double left = 0, right = 0;
        for (size_t j = 0; j < N; j++)
          left += a[i * N + j] * v[j * N + k], right += (general ? b[i * N + j] : i == j) * v[j * N + k];
        check_near(left, w[k] * right, 1e-11);
      }
      for (size_t l = 0; l < N; l++) { /* V' B V = I */
        double dot = 0;
        for (size_t i = 0; i < N; i++)
          for (size_t j = 0; j < N; j++) dot += v[i * N + k] * (general ? b[i * N + j] : i == j) * v[j * N + l];
        check_near(dot, k == l, 1e-11);
      }
    }
  }
  memset(bwork, 0, sizeof bwork);
  memcpy(work, a, sizeof a);
  check_fails(ctx, bl_eigh_general(ctx, N, work, bwork, w, v), BL_E_RANGE, "not positive definite");
  memcpy(work, a, sizeof a);
  work[0] = (double)NAN;
  check_fails(ctx, bl_eigh(ctx, N, work, w, v), BL_E_NONFINITE, "6 x 6");
  check_free(ctx);
}

/* The first of many are the last of all, and their vectors the same but for the sign. */
static void largest(void **state)
{
  (void)state;
  enum { N = 8 };
  bl_ctx *ctx = bl_ctx_new();
  double a[N * N], work[N * N], w[N], v[N * N], top[N], rows[N * N];
  definite(a, N, 11);
  memcpy(work, a, sizeof a);
  check_ok(ctx, bl_eigh(ctx, N, work, w, v));
  for (size_t k = 0; k <= N; k += k < 2 ? 1 : 3) {
    memcpy(work, a, sizeof a);
    for (size_t i = 0; i < N; i++) /* only the upper triangle may be read */
      for (size_t j = 0; j < i; j++) work[i * N + j] = 1e9;
    check_ok(ctx, bl_eigh_largest(ctx, N, k, work, top, rows));
    for (size_t i = 0; i < k; i++) {
      double dot = 0;
      check_near(top[i], w[N - 1 - i], 1e-12 * w[N - 1]);
      for (size_t j = 0; j < N; j++) dot += rows[i * N + j] * v[j * N + N - 1 - i];
      check_near(fabs(dot), 1, 1e-12);
    }
  }
  double d[N], e[N];
  memset(work, 0, sizeof work);
  for (size_t i = 0; i < N; i++) { /* tridiagonal: the same from its two diagonals */
    work[i * N + i] = d[i] = a[i * N + i];
    if (i + 1 < N) work[i * N + i + 1] = e[i] = a[i * N + i + 1];
  }
  check_ok(ctx, bl_eigh_largest(ctx, N, 3, work, w, v));
  check_ok(ctx, bl_eigh_tridiagonal_largest(ctx, N, 3, d, e, top, rows));
  for (size_t i = 0; i < 3; i++) {
    double dot = 0;
    check_near(top[i], w[i], 1e-12 * w[0]);
    for (size_t j = 0; j < N; j++) dot += rows[i * N + j] * v[i * N + j];
    check_near(fabs(dot), 1, 1e-12);
  }
  memset(work, 0, sizeof work);
  check_ok(ctx, bl_eigh_largest(ctx, N, 3, work, top, rows));
  check_near(top[0], 0, 0);
  work[0] = (double)NAN;
  check_fails(ctx, bl_eigh_largest(ctx, N, 3, work, top, rows), BL_E_NONFINITE, "8 x 8");
  check_free(ctx);
}

static void svd(void **state)
{
  (void)state;
  static const size_t shapes[][2] = {{7, 4}, {4, 7}, {5, 5}, {1, 3}, {3, 1}};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    size_t m = shapes[i][0], n = shapes[i][1], r = m < n ? m : n;
    double a[49], work[49], s[7], s2[7], u[49], vt[49], vt2[49], u2[49];
    noise(a, m * n, 20 + i);
    memcpy(work, a, sizeof a);
    check_ok(ctx, bl_svd(ctx, m, n, work, s, u, vt));
    for (size_t x = 0; x < m; x++)
      for (size_t y = 0; y < n; y++) {
        double sum = 0;
        for (size_t k = 0; k < r; k++) sum += u[x * r + k] * s[k] * vt[k * n + y];
        check_near(sum, a[x * n + y], 1e-12);
      }
    for (size_t k = 1; k < r; k++) assert_true(s[k] <= s[k - 1]);
    memcpy(work, a, sizeof a);
    check_ok(ctx, bl_svd(ctx, m, n, work, s2, NULL, vt2)); /* one side wanted */
    for (size_t k = 0; k < r * n; k++) check_near(vt2[k], vt[k], 1e-12);
    memcpy(work, a, sizeof a);
    check_ok(ctx, bl_svd(ctx, m, n, work, s2, u2, NULL));
    for (size_t k = 0; k < m * r; k++) check_near(u2[k], u[k], 1e-12);
  }
  check_free(ctx);
}

static void solves(void **state)
{
  (void)state;
  enum { N = 5 };
  bl_ctx *ctx = bl_ctx_new();
  double a[N * N], work[N * N], x[N * 2], b[N * 2];
  definite(a, N, 30);
  noise(b, N * 2, 31);
  memcpy(work, a, sizeof a), memcpy(x, b, sizeof b);
  check_ok(ctx, bl_solve_spd(ctx, N, work, 2, x));
  for (size_t i = 0; i < N; i++)
    for (size_t k = 0; k < 2; k++) {
      double sum = 0;
      for (size_t j = 0; j < N; j++) sum += a[i * N + j] * x[j * 2 + k];
      check_near(sum, b[i * 2 + k], 1e-11);
    }
  memcpy(work, a, sizeof a);
  work[0] = -1;
  check_fails(ctx, bl_solve_spd(ctx, N, work, 2, x), BL_E_RANGE, "not positive definite");
  memcpy(work, a, sizeof a);
  work[0] = (double)NAN;
  check_fails(ctx, bl_solve_spd(ctx, N, work, 2, x), BL_E_NONFINITE, "finite");

  double tall[6 * 3], full[6 * 3], rhs[6], keep[6]; /* least squares: the residual is orthogonal to the columns */
  noise(tall, 18, 32), noise(rhs, 6, 33);
  memcpy(full, tall, sizeof tall), memcpy(keep, rhs, sizeof rhs);
  size_t rank;
  check_ok(ctx, bl_lstsq(ctx, 6, 3, tall, 1, rhs, -1, &rank));
  assert_int_equal(rank, 3);
  for (size_t j = 0; j < 3; j++) {
    double sum = 0;
    for (size_t i = 0; i < 6; i++)
      sum += full[i * 3 + j] * (keep[i] - full[i * 3] * rhs[0] - full[i * 3 + 1] * rhs[1] - full[i * 3 + 2] * rhs[2]);
    check_near(sum, 0, 1e-12);
  }
  double wide[] = {1, 1, 0, 1, 1, 0}, y[3] = {2, 2, 9}; /* rank 1: the solution of least length is (1, 1, 0) */
  check_ok(ctx, bl_lstsq(ctx, 2, 3, wide, 1, y, -1, &rank));
  assert_int_equal(rank, 1);
  check_near(y[0], 1, 1e-12);
  check_near(y[1], 1, 1e-12);
  check_near(y[2], 0, 1e-12);
  check_free(ctx);
}

static bl_status work_of(bl_ctx *ctx, void *arg)
{
  (void)arg;
  double a[] = {2, 1, 1, 3}, b[] = {2, 1, 1, 3}, s[2], y[] = {1, 2};
  bl_status e = bl_svd(ctx, 2, 2, a, s, NULL, NULL);
  return e ? e : bl_lstsq(ctx, 2, 2, b, 1, y, -1, NULL);
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(work_of, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(products), cmocka_unit_test(same_bits_for_any_threads),
                                     cmocka_unit_test(gram),     cmocka_unit_test(eigen),
                                     cmocka_unit_test(largest),  cmocka_unit_test(svd),
                                     cmocka_unit_test(solves),   cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
