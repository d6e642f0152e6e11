/* blas_library.h: OpenBLAS, loaded when it is first needed; blas.c calls it. */
#ifndef BL_BLAS_LIBRARY_H
#define BL_BLAS_LIBRARY_H

#include <cblas.h>
#include <stdbool.h>
#include <stddef.h>

/* LAPACK's own interface, column by column; a Fortran compiler passes the lengths of texts behind all else. */
typedef void bl_dsyevd(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
                       double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);
typedef void bl_dsyevr(const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda,
                       const double *vl, const double *vu, const int *il, const int *iu, const double *abstol, int *m,
                       double *w, double *z, const int *ldz, int *isuppz, double *work, const int *lwork, int *iwork,
                       const int *liwork, int *info, size_t, size_t, size_t);
typedef void bl_dstevr(const char *jobz, const char *range, const int *n, double *d, double *e, const double *vl,
                       const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w,
                       double *z, const int *ldz, int *isuppz, double *work, const int *lwork, int *iwork,
                       const int *liwork, int *info, size_t, size_t);
typedef void bl_dsygvd(const int *itype, const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
                       double *b, const int *ldb, double *w, double *work, const int *lwork, int *iwork,
                       const int *liwork, int *info, size_t, size_t);
typedef void bl_dgesdd(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u,
                       const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *iwork,
                       int *info, size_t);
typedef void bl_dposv(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b,
                      const int *ldb, int *info, size_t);
typedef void bl_dgelsd(const int *m, const int *n, const int *nrhs, double *a, const int *lda, double *b,
                       const int *ldb, double *s, const double *rcond, int *rank, double *work, const int *lwork,
                       int *iwork, int *info);

/* One row for each function that is used: its name in the library and its type. */
#define BL_BLAS_FUNCTIONS(X)                                                                                           \
  X(cblas_dgemm, __typeof__(cblas_dgemm))                                                                              \
  X(cblas_sgemm, __typeof__(cblas_sgemm))                                                                              \
  X(cblas_dgemv, __typeof__(cblas_dgemv))                                                                              \
  X(cblas_ddot, __typeof__(cblas_ddot))                                                                                \
  X(cblas_dsyrk, __typeof__(cblas_dsyrk))                                                                              \
  X(dsyevd_, bl_dsyevd)                                                                                                \
  X(dsyevr_, bl_dsyevr)                                                                                                \
  X(dstevr_, bl_dstevr)                                                                                                \
  X(dsygvd_, bl_dsygvd)                                                                                                \
  X(dgesdd_, bl_dgesdd)                                                                                                \
  X(dposv_, bl_dposv)                                                                                                  \
  X(dgelsd_, bl_dgelsd)

typedef struct bl_blas {
#define BL_BLAS_MEMBER(name, type) type *name;
  BL_BLAS_FUNCTIONS(BL_BLAS_MEMBER)
#undef BL_BLAS_MEMBER
} bl_blas;

/* The library, loaded at the first call; NULL when it cannot work here, and *why (may be NULL) says so. Whoever has got
 * it gives it back: under a limit of memory only as many may use it at a time as it has room for. */
const bl_blas *bl_blas_take(const char **why);
void bl_blas_give(void);

#endif
