#include "baleen/blas.h"

#include <cblas.h>
#include <lapacke.h>
#include <pthread.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/pool.h"

enum { ROW_BLOCK = 256 };

/* OpenBLAS keeps its number of threads for the whole process. One thread: our pool cuts the work instead, always in
 * the same places, which OpenBLAS does not promise. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void one_thread(void) { openblas_set_num_threads(1); }
static void ready(void) { pthread_once(&once, one_thread); }

static int as_int(size_t n) { return (int)n; }

void bl_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a, size_t lda, const double *b,
             size_t ldb, double beta, double *c, size_t ldc)
{
  if (!m || !n) return;
  ready();
  cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, as_int(m), as_int(n),
              as_int(k), alpha, a, as_int(lda ? lda : 1), b, as_int(ldb ? ldb : 1), beta, c, as_int(ldc));
}

void bl_gemm_f32(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
                 const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
  if (!m || !n) return;
  ready();
  cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, as_int(m), as_int(n),
              as_int(k), alpha, a, as_int(lda ? lda : 1), b, as_int(ldb ? ldb : 1), beta, c, as_int(ldc));
}

typedef struct gemm_job {
  bool ta, tb;
  size_t n, k, lda, ldb, ldc;
  double alpha, beta;
  const double *a, *b;
  double *c;
} gemm_job;

static bl_status gemm_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const gemm_job *j = arg;
  (void)ctx;
  const double *a = j->ta ? j->a + lo : j->a + lo * j->lda;
  bl_gemm(j->ta, j->tb, hi - lo, j->n, j->k, j->alpha, a, j->lda, j->b, j->ldb, j->beta, j->c + lo * j->ldc, j->ldc);
  return BL_OK;
}

bl_status bl_gemm_parallel(bl_ctx *ctx, bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a,
                           size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
  gemm_job j = {ta, tb, n, k, lda, ldb, ldc, alpha, beta, a, b, c};
  return bl_pool_chunks(ctx, m, ROW_BLOCK, 2.0 * (double)n * (double)k, gemm_rows, &j);
}

void bl_gemv(bool ta, size_t m, size_t n, double alpha, const double *a, size_t lda, const double *x, double beta,
             double *y)
{
  if (!m || !n) return;
  ready();
  cblas_dgemv(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, as_int(m), as_int(n), alpha, a, as_int(lda), x, 1, beta, y,
              1);
}

double bl_dot(size_t n, const double *x, const double *y)
{
  ready();
  return cblas_ddot(as_int(n), x, 1, y, 1);
}

void bl_gram_add(const double *x, size_t rows, size_t n, double *c)
{
  if (!n || !rows) return;
  ready();
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, as_int(n), as_int(rows), 1, x, as_int(n), 1, c, as_int(n));
}

void bl_mirror(size_t n, double *c)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) c[i * n + j] = c[j * n + i];
}

bl_status bl_gram(bl_ctx *ctx, const double *x, size_t rows, size_t n, double *c)
{
  (void)ctx;
  memset(c, 0, n * n * sizeof *c);
  for (size_t lo = 0; lo < rows; lo += 4096) bl_gram_add(x + lo * n, rows - lo < 4096 ? rows - lo : 4096, n, c);
  bl_mirror(n, c);
  return BL_OK;
}

/* LAPACK(E) takes row-major input by transposing copies; the symmetric cases need none, since A = A'. A column-major
 * eigenvector matrix read row-major has the vectors in rows, so one transpose brings them to columns. */
static void transpose(size_t n, const double *from, double *to)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) to[j * n + i] = from[i * n + j];
}

bl_status bl_eigh(bl_ctx *ctx, size_t n, double *a, double *w, double *v)
{
  if (!n) return BL_OK;
  ready();
  /* row-major upper = column-major lower */
  int info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', as_int(n), a, as_int(n), w);
  if (info == LAPACK_WORK_MEMORY_ERROR) return bl_fail_nomem(ctx, "an eigendecomposition");
  if (info)
    return bl_fail(ctx, BL_E_NONFINITE, "an eigendecomposition of %zu x %zu failed (code %d); is the matrix finite?", n,
                   n, info);
  transpose(n, a, v);
  return BL_OK;
}

bl_status bl_eigh_general(bl_ctx *ctx, size_t n, double *a, double *b, double *w, double *v)
{
  if (!n) return BL_OK;
  ready();
  int info = LAPACKE_dsygvd(LAPACK_COL_MAJOR, 1, 'V', 'L', as_int(n), a, as_int(n), b, as_int(n), w);
  if (info == LAPACK_WORK_MEMORY_ERROR) return bl_fail_nomem(ctx, "an eigendecomposition");
  if (info > as_int(n)) return bl_fail(ctx, BL_E_RANGE, "a matrix of %zu x %zu is not positive definite", n, n);
  if (info)
    return bl_fail(ctx, BL_E_NONFINITE, "a generalised eigendecomposition of %zu x %zu failed (code %d)", n, n, info);
  transpose(n, a, v);
  return BL_OK;
}

bl_status bl_svd(bl_ctx *ctx, size_t m, size_t n, double *a, double *s, double *u, double *vt)
{
  size_t r = m < n ? m : n;
  if (!r) return BL_OK;
  ready();
  /* LAPACK gives both sides or none in its thin form; the side nobody wants goes to scratch. */
  bl_status status = BL_OK;
  double *scratch_u = NULL, *scratch_vt = NULL;
  if (!u && !(u = scratch_u = bl_calloc(ctx, m * r, sizeof *u))) status = bl_fail_nomem(ctx, "a decomposition");
  if (!status && !vt && !(vt = scratch_vt = bl_calloc(ctx, r * n, sizeof *vt)))
    status = bl_fail_nomem(ctx, "a decomposition");
  if (!status) {
    /* row-major A is column-major A' = Vt' s U': swap the sides and no copy is needed */
    int info =
        LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', as_int(n), as_int(m), a, as_int(n), s, vt, as_int(n), u, as_int(r));
    if (info == LAPACK_WORK_MEMORY_ERROR) status = bl_fail_nomem(ctx, "a singular value decomposition");
    else if (info)
      status =
          bl_fail(ctx, BL_E_NONFINITE,
                  "a singular value decomposition of %zu x %zu failed (code %d); are all entries finite?", m, n, info);
  }
  bl_free(ctx, scratch_u);
  bl_free(ctx, scratch_vt);
  return status;
}

bl_status bl_solve_spd(bl_ctx *ctx, size_t n, double *a, size_t nrhs, double *b)
{
  if (!n || !nrhs) return BL_OK;
  ready();
  int info = LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', as_int(n), as_int(nrhs), a, as_int(n), b, as_int(nrhs));
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
    return bl_fail_nomem(ctx, "a linear solve");
  if (info < 0)
    return bl_fail(ctx, BL_E_NONFINITE, "a linear solve of %zu x %zu failed (code %d); are all entries finite?", n, n,
                   info);
  if (info) return bl_fail(ctx, BL_E_RANGE, "a matrix of %zu x %zu is not positive definite", n, n);
  return BL_OK;
}

bl_status bl_lstsq(bl_ctx *ctx, size_t m, size_t n, double *a, size_t nrhs, double *b, double rcond, size_t *rank)
{
  if (rank) *rank = 0;
  if (!m || !n || !nrhs) return BL_OK;
  ready();
  double *s = bl_calloc(ctx, m < n ? m : n, sizeof *s);
  if (!s) return bl_fail_nomem(ctx, "a least-squares solve");
  lapack_int r = 0;
  int info =
      LAPACKE_dgelsd(LAPACK_ROW_MAJOR, as_int(m), as_int(n), as_int(nrhs), a, as_int(n), b, as_int(nrhs), s, rcond, &r);
  bl_free(ctx, s);
  if (rank) *rank = (size_t)r;
  if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
    return bl_fail_nomem(ctx, "a least-squares solve");
  if (info) return bl_fail(ctx, BL_E_NONFINITE, "a least-squares solve of %zu x %zu failed (code %d)", m, n, info);
  return BL_OK;
}
