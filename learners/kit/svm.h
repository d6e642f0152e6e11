/* svm.h: what kernel machines share: the options that name a kernel, what is learnt of the rows that are kept, and
 * comparing new rows with those. */
#ifndef BL_LEARNERS_SVM_H
#define BL_LEARNERS_SVM_H

#include "baleen/estimator.h"
#include "kernel_table.h"
#include "smo.h"
#include "vector_options.h"

/* ---- options ----------------------------------------------------------------------------------------------------- */

typedef struct bl_kernel_options {
  int kernel;
  bl_vector_options v;
} bl_kernel_options;
/* For a params struct T with bl_kernel_options at m. */
/* clang-format off */
#define BL_KERNEL_OPTIONS(T, m, kernel_def, gamma_def, coef0_def) \
  { "kernel", BL_OPT_ENUM, offsetof(T, m.kernel), kernel_def, 0, 0, 0, bl_kernel_names, "", "how rows are compared", NULL }, \
  BL_VECTOR_DEGREE(T, m.v, "3"), BL_VECTOR_GAMMA(T, m.v, gamma_def), BL_VECTOR_COEF0(T, m.v, coef0_def)
/* clang-format on */
/* The kernel that an estimator's options name, with those that it has itself handed on. To be freed. */
bl_status bl_svm_kernel(bl_ctx *ctx, const bl_estimator *self, bl_kernel *out) BL_MUST_CHECK;
/* The same, settled by rows to learn from; tells where columns differ so much in scale that a few of them decide. */
bl_status bl_svm_settle(bl_ctx *ctx, const bl_estimator *self, const bl_train *t, bl_kernel *out) BL_MUST_CHECK;

/* How the solver goes about it. */
typedef struct bl_svm_solving {
  double tol, cache_size;
  bool shrinking;
  int64_t max_iter;
} bl_svm_solving;
/* clang-format off */
#define BL_SVM_SOLVING(T, m) \
  { "shrinking", BL_OPT_BOOL, offsetof(T, m.shrinking), "true", 0, 0, 0, NULL, "", \
    "leave rows out for a while that are likely to stay as they are", NULL }, \
  { "tol", BL_OPT_REAL, offsetof(T, m.tol), "1e-3", 0, 1e6, BL_OPT_OPEN_LO, NULL, "", \
    "done when no pair of rows violates optimality by more", NULL }, \
  { "cache_size", BL_OPT_REAL, offsetof(T, m.cache_size), "200", 0, 1e9, BL_OPT_OPEN_LO, NULL, "MB", \
    "how much of the kernel matrix is kept", NULL }, \
  { "max_iter", BL_OPT_INT, offsetof(T, m.max_iter), "-1", -1, 1e15, 0, NULL, "", \
    "most pairs of rows that are moved; -1: ten million, or 100 a row where that is more", NULL }
/* clang-format on */
size_t bl_svm_max_iter(const bl_svm_solving *o, size_t n);
size_t bl_svm_cache_bytes(const bl_svm_solving *o);
/* One warning for what did not converge: the most pairs that were moved, and the largest violation left. */
void bl_svm_warn(bl_ctx *ctx, const bl_estimator *self, bool converged, size_t n_iter, double gap, double tol);

/* ---- what is learnt ---------------------------------------------------------------------------------------------- */

typedef struct bl_svm_state {
  size_t n_sv, n_features, n_rows, n_intercepts, n_groups;
  float *support_vectors; /* [n_sv x n_features]; NULL where the kernel is given with the rows */
  int64_t *support;       /* [n_sv] their rows in training; of a given kernel the columns that belong to them */
  double *dual_coef;      /* [n_rows x n_sv] */
  double *intercept;      /* [n_intercepts], or NULL for none */
  int64_t *n_support;     /* [n_groups] of each class, or of all */
  double gamma;
  int64_t n_iter;
} bl_svm_state;
#define BL_SVM_FIELDS(T)                                                                                               \
  BL_FIELD_MATRIX(T, support_vectors, BL_F32, n_sv, n_features, "the rows that decide, class by class"),               \
      BL_FIELD_VECTOR(T, support, BL_I64, n_sv, "their numbers among the rows learnt from"),                           \
      BL_FIELD_MATRIX(T, dual_coef, BL_F64, n_rows, n_sv, "what each of them counts"),                                 \
      BL_FIELD_VECTOR(T, intercept, BL_F64, n_intercepts, "constants"),                                                \
      BL_FIELD_VECTOR(T, n_support, BL_I64, n_groups, "how many rows of each class decide"),                           \
      BL_FIELD_SCALAR(T, gamma, BL_F64, "the number that gamma stood for"),                                            \
      BL_FIELD_SCALAR(T, n_iter, BL_I64, "pairs of rows that were moved, at most, for one decision")
/* Takes the rows of t with these positions in; makes room for n_rows x n_sv coefficients. */
bl_status bl_svm_keep(bl_ctx *ctx, bl_svm_state *s, const bl_kernel *k, const bl_train *t, const uint32_t *position,
                      size_t n_sv, size_t n_rows, size_t n_intercepts, size_t n_groups) BL_MUST_CHECK;
/* Do the sizes of loaded fields fit the estimator and one another? BL_E_FORMAT when not. */
bl_status bl_svm_check(bl_ctx *ctx, const bl_estimator *self, size_t n_rows, size_t n_intercepts,
                       size_t n_groups) BL_MUST_CHECK;

/* ---- applying ---------------------------------------------------------------------------------------------------- */

/* Sums over the support vectors of dual_coef times kernel value: for each row of X and each group of support vectors
 * [n_rows] sums, one behind the other. */
typedef struct bl_svm_room {
  bl_kernel kernel;
  bl_kernel_table *table;
  double *room, *sums; /* sums [rows][n_groups][n_rows] */
} bl_svm_room;
bl_status bl_svm_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room) BL_MUST_CHECK;
void bl_svm_release(bl_ctx *ctx, void *room);
void bl_svm_sums(const bl_estimator *self, const bl_svm_room *r, const bl_cmat *X);
double bl_svm_work(const bl_estimator *self);

#endif
