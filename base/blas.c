#include "baleen/blas.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/pool.h"
#include "blas_library.h"

enum { ROW_BLOCK = 256 };

static int as_int(size_t n) { return (int)n; }

/* For the functions that report: the library, or why there is none. */
static bl_status take(bl_ctx *ctx, const bl_blas **out)
{
  const char *why;
  *out = bl_blas_take(&why);
  return *out ? BL_OK : bl_fail(ctx, BL_E_NOMEM, "%s", why);
}

bl_status bl_blas_open(bl_ctx *ctx)
{
  const bl_blas *blas;
  bl_status s = take(ctx, &blas);
  if (!s) bl_blas_give();
  return s;
}

/* Without the library, which bl_blas_open() has told of: nothing that could pass for a result. */
static void nothing(size_t m, size_t n, double *c, size_t ldc)
{
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) c[i * ldc + j] = (double)NAN;
}

/* Estimates in float32 are measured again by who asks for them, so that the order of their sums shows in no result: here
 * they are had one by one. */
static void plain_gemm_f32(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
                           const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      float sum = 0, *to = &c[i * ldc + j];
      for (size_t l = 0; l < k; l++) sum += a[ta ? l * lda + i : i * lda + l] * b[tb ? j * ldb + l : l * ldb + j];
      *to = beta == 0 ? alpha * sum : alpha * sum + beta * *to; /* times 0 clears NaN too, as in BLAS */
    }
}

void bl_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a, size_t lda, const double *b,
             size_t ldb, double beta, double *c, size_t ldc)
{
  if (!m || !n) return;
  const bl_blas *blas = bl_blas_take(NULL);
  if (!blas) {
    nothing(m, n, c, ldc);
    return;
  }
  blas->cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, as_int(m), as_int(n),
                    as_int(k), alpha, a, as_int(lda ? lda : 1), b, as_int(ldb ? ldb : 1), beta, c, as_int(ldc));
  bl_blas_give();
}

void bl_gemm_f32(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
                 const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
  if (!m || !n) return;
  const bl_blas *blas = bl_blas_take(NULL);
  if (!blas) {
    plain_gemm_f32(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    return;
  }
  blas->cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, as_int(m), as_int(n),
                    as_int(k), alpha, a, as_int(lda ? lda : 1), b, as_int(ldb ? ldb : 1), beta, c, as_int(ldc));
  bl_blas_give();
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
  const bl_blas *blas = bl_blas_take(NULL);
  if (!blas) {
    nothing(1, ta ? n : m, y, 0);
    return;
  }
  blas->cblas_dgemv(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, as_int(m), as_int(n), alpha, a, as_int(lda), x, 1,
                    beta, y, 1);
  bl_blas_give();
}

double bl_dot(size_t n, const double *x, const double *y)
{
  const bl_blas *blas = bl_blas_take(NULL);
  if (!blas) return (double)NAN;
  double sum = blas->cblas_ddot(as_int(n), x, 1, y, 1);
  bl_blas_give();
  return sum;
}

void bl_gram_add(const double *x, size_t rows, size_t n, double *c)
{
  if (!n || !rows) return;
  const bl_blas *blas = bl_blas_take(NULL);
  if (!blas) {
    for (size_t i = 0; i < n; i++) nothing(1, n - i, c + i * n + i, 0);
    return;
  }
  blas->cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, as_int(n), as_int(rows), 1, x, as_int(n), 1, c, as_int(n));
  bl_blas_give();
}

void bl_mirror(size_t n, double *c)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) c[i * n + j] = c[j * n + i];
}

bl_status bl_gram(bl_ctx *ctx, const double *x, size_t rows, size_t n, double *c)
{
  bl_status s = bl_blas_open(ctx);
  if (s) return s;
  memset(c, 0, n * n * sizeof *c);
  for (size_t lo = 0; lo < rows; lo += 4096) bl_gram_add(x + lo * n, rows - lo < 4096 ? rows - lo : 4096, n, c);
  bl_mirror(n, c);
  return BL_OK;
}

/* ---- decompositions ---------------------------------------------------------------------------------------------- */

/* LAPACK goes column by column. A symmetric matrix is its own transpose; a matrix of eigenvectors that was written
 * column by column has the vectors in rows when read row by row. */
static void transpose(size_t rows, size_t cols, const double *from, double *to)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++) to[j * rows + i] = from[i * cols + j];
}

/* LAPACK may search for ever among numbers that are none. */
static bl_status need_finite(bl_ctx *ctx, const char *what, const double *a, size_t rows, size_t cols)
{
  for (size_t i = 0; i < rows * cols; i++)
    if (!isfinite(a[i]))
      return bl_fail(ctx, BL_E_NONFINITE, "%s of %zu x %zu: the entry in row %zu, column %zu is not finite", what, rows,
                     cols, i / cols, i % cols);
  return BL_OK;
}

/* The same of a symmetric matrix, of which only the upper triangle counts. */
static bl_status need_finite_upper(bl_ctx *ctx, const char *what, const double *a, size_t n)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = i; j < n; j++)
      if (!isfinite(a[i * n + j]))
        return bl_fail(ctx, BL_E_NONFINITE, "%s of %zu x %zu: the entry in row %zu, column %zu is not finite", what, n,
                       n, i, j);
  return BL_OK;
}

/* Room for LAPACK: it is asked first how much it wants (sizes of -1), then called with that. */
typedef struct room {
  double *work, want;
  int *iwork, want_int, n, n_int;
} room;
static const int ask = -1;

static bl_status make_room(bl_ctx *ctx, const char *what, room *r)
{
  r->n = r->want > 1 ? (int)r->want : 1;
  r->n_int = r->want_int > 1 ? r->want_int : 1;
  r->work = bl_calloc(ctx, (size_t)r->n, sizeof *r->work);
  r->iwork = bl_calloc(ctx, (size_t)r->n_int, sizeof *r->iwork);
  return r->work && r->iwork ? BL_OK : bl_fail_nomem(ctx, what);
}

static void free_room(bl_ctx *ctx, room *r)
{
  bl_free(ctx, r->work);
  bl_free(ctx, r->iwork);
}

bl_status bl_eigh(bl_ctx *ctx, size_t size, double *a, double *w, double *v)
{
  static const char what[] = "an eigendecomposition";
  const bl_blas *blas;
  room r = {0};
  int n = as_int(size), info = 0;
  if (!n) return BL_OK;
  bl_status s = need_finite_upper(ctx, what, a, size);
  if (s || (s = take(ctx, &blas))) return s;
  /* upper, row by row, is lower, column by column */
  blas->dsyevd_("V", "L", &n, a, &n, w, &r.want, &ask, &r.want_int, &ask, &info, 1, 1);
  s = make_room(ctx, what, &r);
  if (!s) blas->dsyevd_("V", "L", &n, a, &n, w, r.work, &r.n, r.iwork, &r.n_int, &info, 1, 1);
  bl_blas_give();
  free_room(ctx, &r);
  if (!s && info)
    s = bl_fail(ctx, BL_E_NONFINITE, "%s of %zu x %zu did not converge (code %d)", what, size, size, info);
  if (!s) transpose(size, size, a, v);
  return s;
}

/* Ascending values and the vectors that belong to them, row by row, the other way round. */
static void descend(size_t n, size_t k, double *w, double *v)
{
  for (size_t i = 0; i < k / 2; i++) {
    double *a = v + i * n, *b = v + (k - 1 - i) * n, x = w[i];
    w[i] = w[k - 1 - i];
    w[k - 1 - i] = x;
    for (size_t j = 0; j < n; j++) x = a[j], a[j] = b[j], b[j] = x;
  }
}

bl_status bl_eigh_largest(bl_ctx *ctx, size_t size, size_t k, double *a, double *w, double *v)
{
  static const char what[] = "an eigendecomposition";
  static const double none = 0; /* of limits, and of what is asked of the accuracy: the best there is */
  const bl_blas *blas;
  room r = {0};
  int n = as_int(size), first = as_int(size - k + 1), found = 0, info = 0;
  if (!k) return BL_OK;
  bl_status s = need_finite_upper(ctx, what, a, size);
  if (s) return s;
  double *all = bl_calloc(ctx, size, sizeof *all); /* LAPACK wants room for all values */
  int *support = bl_calloc(ctx, 2 * size, sizeof *support);
  s = all && support ? take(ctx, &blas) : bl_fail_nomem(ctx, what);
  if (!s) {
    blas->dsyevr_("V", "I", "L", &n, a, &n, &none, &none, &first, &n, &none, &found, all, v, &n, support, &r.want, &ask,
                  &r.want_int, &ask, &info, 1, 1, 1);
    s = make_room(ctx, what, &r);
    if (!s)
      blas->dsyevr_("V", "I", "L", &n, a, &n, &none, &none, &first, &n, &none, &found, all, v, &n, support, r.work,
                    &r.n, r.iwork, &r.n_int, &info, 1, 1, 1);
    bl_blas_give();
  }
  if (!s && (info || (size_t)found != k))
    s = bl_fail(ctx, BL_E_NONFINITE, "%s of %zu x %zu did not converge (code %d)", what, size, size, info);
  if (!s) memcpy(w, all, k * sizeof *w);
  if (!s) descend(size, k, w, v);
  free_room(ctx, &r);
  bl_free(ctx, all);
  bl_free(ctx, support);
  return s;
}

bl_status bl_eigh_tridiagonal_largest(bl_ctx *ctx, size_t size, size_t k, double *d, double *e, double *w, double *v)
{
  static const char what[] = "a tridiagonal eigendecomposition";
  static const double none = 0; /* as above */
  const bl_blas *blas;
  room r = {0};
  int n = as_int(size), first = as_int(size - k + 1), found = 0, info = 0;
  if (!k) return BL_OK;
  double *all = bl_calloc(ctx, size, sizeof *all); /* LAPACK wants room for all values */
  int *support = bl_calloc(ctx, 2 * size, sizeof *support);
  bl_status s = all && support ? take(ctx, &blas) : bl_fail_nomem(ctx, what);
  if (!s) {
    blas->dstevr_("V", "I", &n, d, e, &none, &none, &first, &n, &none, &found, all, v, &n, support, &r.want, &ask,
                  &r.want_int, &ask, &info, 1, 1);
    s = make_room(ctx, what, &r);
    if (!s)
      blas->dstevr_("V", "I", &n, d, e, &none, &none, &first, &n, &none, &found, all, v, &n, support, r.work, &r.n,
                    r.iwork, &r.n_int, &info, 1, 1);
    bl_blas_give();
  }
  if (!s && (info || (size_t)found != k))
    s = bl_fail(ctx, BL_E_NONFINITE, "%s of %zu x %zu did not converge (code %d)", what, size, size, info);
  if (!s) memcpy(w, all, k * sizeof *w);
  if (!s) descend(size, k, w, v);
  free_room(ctx, &r);
  bl_free(ctx, all);
  bl_free(ctx, support);
  return s;
}

bl_status bl_eigh_general(bl_ctx *ctx, size_t size, double *a, double *b, double *w, double *v)
{
  static const char what[] = "a generalised eigendecomposition";
  const bl_blas *blas;
  room r = {0};
  int n = as_int(size), info = 0, kind = 1;
  if (!n) return BL_OK;
  bl_status s = need_finite_upper(ctx, what, a, size);
  if (!s) s = need_finite_upper(ctx, what, b, size);
  if (s || (s = take(ctx, &blas))) return s;
  blas->dsygvd_(&kind, "V", "L", &n, a, &n, b, &n, w, &r.want, &ask, &r.want_int, &ask, &info, 1, 1);
  s = make_room(ctx, what, &r);
  if (!s) blas->dsygvd_(&kind, "V", "L", &n, a, &n, b, &n, w, r.work, &r.n, r.iwork, &r.n_int, &info, 1, 1);
  bl_blas_give();
  free_room(ctx, &r);
  if (!s && info > n) s = bl_fail(ctx, BL_E_RANGE, "a matrix of %zu x %zu is not positive definite", size, size);
  else if (!s && info)
    s = bl_fail(ctx, BL_E_NONFINITE, "%s of %zu x %zu did not converge (code %d)", what, size, size, info);
  if (!s) transpose(size, size, a, v);
  return s;
}

/* A, row by row, is A' column by column, and A' = V S U': the sides swap, and no copy is needed. */
static bl_status decompose(bl_ctx *ctx, size_t rows, size_t cols, double *a, double *s, double *u, double *vt)
{
  static const char what[] = "a singular value decomposition";
  const bl_blas *blas;
  int m = as_int(cols), n = as_int(rows), least = m < n ? m : n, info = 0;
  room r = {.want_int = 8 * least};
  bl_status status = take(ctx, &blas);
  if (status) return status;
  blas->dgesdd_("S", &m, &n, a, &m, s, vt, &m, u, &least, &r.want, &ask, &info, &info, 1);
  status = make_room(ctx, what, &r);
  if (!status) blas->dgesdd_("S", &m, &n, a, &m, s, vt, &m, u, &least, r.work, &r.n, r.iwork, &info, 1);
  bl_blas_give();
  free_room(ctx, &r);
  if (!status && info)
    status = bl_fail(ctx, BL_E_NONFINITE, "%s of %zu x %zu did not converge (code %d)", what, rows, cols, info);
  return status;
}

bl_status bl_svd(bl_ctx *ctx, size_t m, size_t n, double *a, double *s, double *u, double *vt)
{
  size_t r = m < n ? m : n;
  if (!r) return BL_OK;
  bl_status status = need_finite(ctx, "a singular value decomposition", a, m, n);
  if (status) return status;
  /* LAPACK gives both sides or none in its thin form; the side nobody wants goes to scratch */
  double *scratch_u = NULL, *scratch_vt = NULL;
  if (!u && !(u = scratch_u = bl_calloc(ctx, m * r, sizeof *u))) status = bl_fail_nomem(ctx, "a decomposition");
  if (!status && !vt && !(vt = scratch_vt = bl_calloc(ctx, r * n, sizeof *vt)))
    status = bl_fail_nomem(ctx, "a decomposition");
  if (!status) status = decompose(ctx, m, n, a, s, u, vt);
  bl_free(ctx, scratch_u);
  bl_free(ctx, scratch_vt);
  return status;
}

bl_status bl_solve_spd(bl_ctx *ctx, size_t size, double *a, size_t n_rhs, double *b)
{
  static const char what[] = "a linear solve";
  const bl_blas *blas;
  int n = as_int(size), nrhs = as_int(n_rhs), info = 0;
  if (!n || !nrhs) return BL_OK;
  bl_status s = need_finite_upper(ctx, what, a, size);
  if (!s) s = need_finite(ctx, what, b, size, n_rhs);
  if (s) return s;
  double *at = bl_calloc(ctx, size * size, sizeof *at), *bt = bl_calloc(ctx, size * n_rhs, sizeof *bt);
  if (!at || !bt) s = bl_fail_nomem(ctx, what);
  if (!s) s = take(ctx, &blas);
  if (!s) {
    transpose(size, size, a, at);
    transpose(size, n_rhs, b, bt);
    blas->dposv_("U", &n, &nrhs, at, &n, bt, &n, &info, 1);
    bl_blas_give();
    transpose(n_rhs, size, bt, b);
    if (info) s = bl_fail(ctx, BL_E_RANGE, "a matrix of %zu x %zu is not positive definite", size, size);
  }
  bl_free(ctx, at);
  bl_free(ctx, bt);
  return s;
}

/* The same with everything column by column; b has max(m, n) rows. */
static bl_status least_squares(bl_ctx *ctx, int m, int n, double *a, int nrhs, double *b, double rcond, size_t *rank)
{
  static const char what[] = "a least-squares solve";
  const bl_blas *blas;
  int tall = m > n ? m : n, found = 0, info = 0;
  room r = {0};
  double *s = bl_calloc(ctx, (size_t)(m < n ? m : n), sizeof *s);
  bl_status status = s ? take(ctx, &blas) : bl_fail_nomem(ctx, what);
  if (!status) {
    blas->dgelsd_(&m, &n, &nrhs, a, &m, b, &tall, s, &rcond, &found, &r.want, &ask, &r.want_int, &info);
    status = make_room(ctx, what, &r);
    if (!status) blas->dgelsd_(&m, &n, &nrhs, a, &m, b, &tall, s, &rcond, &found, r.work, &r.n, r.iwork, &info);
    bl_blas_give();
  }
  free_room(ctx, &r);
  bl_free(ctx, s);
  if (rank) *rank = (size_t)found;
  if (!status && info)
    status = bl_fail(ctx, BL_E_NONFINITE, "%s of %d x %d did not converge (code %d)", what, m, n, info);
  return status;
}

bl_status bl_lstsq(bl_ctx *ctx, size_t m, size_t n, double *a, size_t nrhs, double *b, double rcond, size_t *rank)
{
  size_t tall = m > n ? m : n;
  if (rank) *rank = 0;
  if (!m || !n || !nrhs) return BL_OK;
  if (rcond < 0) rcond = DBL_EPSILON * (double)tall;
  bl_status s = need_finite(ctx, "a least-squares solve", a, m, n);
  if (!s) s = need_finite(ctx, "a least-squares solve", b, m, nrhs);
  if (s) return s;
  double *at = bl_calloc(ctx, m * n, sizeof *at), *bt = bl_calloc(ctx, tall * nrhs, sizeof *bt);
  if (!at || !bt) s = bl_fail_nomem(ctx, "a least-squares solve");
  if (!s) {
    transpose(m, n, a, at);
    transpose(tall, nrhs, b, bt);
    s = least_squares(ctx, as_int(m), as_int(n), at, as_int(nrhs), bt, rcond, rank);
    transpose(nrhs, tall, bt, b);
  }
  bl_free(ctx, at);
  bl_free(ctx, bt);
  return s;
}
