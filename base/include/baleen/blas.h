/* blas.h: the linear algebra that the layers above need, over OpenBLAS and LAPACK. The only door to them.
 *
 * OpenBLAS is loaded by the first call that needs it, so that a program that needs none starts without.
 * All matrices are row-major doubles without padding unless a leading dimension (ld, in elements) is asked for.
 * OpenBLAS runs on one thread; the parallel forms cut the work into fixed blocks for our own pool, so that results
 * have the same bits for any number of threads. */
#ifndef BALEEN_BLAS_H
#define BALEEN_BLAS_H

#include "baleen/context.h"

/* Loads it, once, and says whether it works here: BL_E_NOMEM where a limit of memory leaves no room for its buffer, or
 * where the library is missing. To be called before work that needs it, as bl_fit() does: the functions below that have
 * no status then give NaN, so that no result ever depends on how much memory there was. */
bl_status bl_blas_open(bl_ctx *ctx) BL_MUST_CHECK;

/* Whether some thread is inside OpenBLAS, which nothing can interrupt. May be asked by a signal handler. */
bool bl_blas_busy(void);

/* C [m x n] = alpha * op(A) op(B) + beta * C; op(A) is m x k. Transposes by flag. */
void bl_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a, size_t lda, const double *b,
             size_t ldb, double beta, double *c, size_t ldc);
/* The same in float32: for estimates that are checked in double afterwards, so that their last bits show nowhere. Without
 * the library they are summed one by one, slowly. */
void bl_gemm_f32(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
                 const float *b, size_t ldb, float beta, float *c, size_t ldc);
/* bl_gemm(), cut into fixed row blocks of C over the pool. */
bl_status bl_gemm_parallel(bl_ctx *ctx, bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a,
                           size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc) BL_MUST_CHECK;
/* y [m] = alpha * op(A) x + beta * y; A is m x n before op. */
void bl_gemv(bool ta, size_t m, size_t n, double alpha, const double *a, size_t lda, const double *x, double beta,
             double *y);
double bl_dot(size_t n, const double *x, const double *y);
/* Adds X' X (X: rows x n) to the upper triangle of C [n x n]. In this thread. */
void bl_gram_add(const double *x, size_t rows, size_t n, double *c);
/* Copies the upper triangle of C [n x n] to the lower. */
void bl_mirror(size_t n, double *c);
/* C [n x n], both triangles, = X' X (X: rows x n) summed over fixed row blocks in order. */
bl_status bl_gram(bl_ctx *ctx, const double *x, size_t rows, size_t n, double *c) BL_MUST_CHECK;

/* Symmetric A [size x size] (upper triangle read, destroyed) = V diag(w) V'. w ascending; column j of `v` [size x size]
 * is the eigenvector of w[j]. LAPACK dsyevd. */
bl_status bl_eigh(bl_ctx *ctx, size_t size, double *a, double *w, double *v) BL_MUST_CHECK;
/* The k largest eigenvalues of a symmetric A as above, w [k] descending, and row i of `v` [k x size] the eigenvector of
 * w[i]: of a few out of many in half of bl_eigh()'s time. LAPACK dsyevr. */
bl_status bl_eigh_largest(bl_ctx *ctx, size_t size, size_t k, double *a, double *w, double *v) BL_MUST_CHECK;
/* The same of a symmetric tridiagonal matrix: d [size] on the diagonal, e [size - 1] beside it; both are destroyed.
 * LAPACK dstevr. */
bl_status bl_eigh_tridiagonal_largest(bl_ctx *ctx, size_t size, size_t k, double *d, double *e, double *w,
                                      double *v) BL_MUST_CHECK;
/* A v = w B v with B positive definite; V' B V = I. a and b are destroyed. LAPACK dsygvd.
 * BL_E_RANGE when B is not positive definite. */
bl_status bl_eigh_general(bl_ctx *ctx, size_t size, double *a, double *b, double *w, double *v) BL_MUST_CHECK;
/* Thin SVD: A [m x n] (destroyed) = U [m x r] diag(s) Vt [r x n], r = min(m, n), s descending. u or vt may be NULL.
 * LAPACK dgesdd. */
bl_status bl_svd(bl_ctx *ctx, size_t m, size_t n, double *a, double *s, double *u, double *vt) BL_MUST_CHECK;
/* Solves A X = B for symmetric positive definite A [size x size] (destroyed), B [size x n_rhs] (overwritten by X).
 * BL_E_RANGE when A is not positive definite. LAPACK dposv. */
bl_status bl_solve_spd(bl_ctx *ctx, size_t size, double *a, size_t n_rhs, double *b) BL_MUST_CHECK;
/* Least squares of minimal norm by SVD: A [m x n] (destroyed), B [max(m,n) x nrhs] in, X in its first n rows out.
 * Singular values below rcond * largest count as zero; rcond < 0: machine precision times the larger of m and n, as
 * numpy has it, for rounding alone leaves a column given twice above machine precision. LAPACK dgelsd. */
bl_status bl_lstsq(bl_ctx *ctx, size_t m, size_t n, double *a, size_t nrhs, double *b, double rcond,
                   size_t *rank) BL_MUST_CHECK;

#endif
