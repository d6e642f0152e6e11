/* spd.h: geometry of symmetric positive definite matrices, such as covariances are: functions, distances and means of them, and
 * the tangent space at one. Formulas and stopping rules are pyRiemann's (0.11); Moakher 2005; Pennec, Fillard and Ayache
 * 2006; Barachant et al. 2012.
 *
 * Matrices are dense [n x n], row-major, both triangles filled. Nothing here allocates but what takes a context: rooms are
 * the caller's. A function that meets a matrix which is not positive definite gives false. */
#ifndef BL_LEARNERS_SPD_H
#define BL_LEARNERS_SPD_H

#include "baleen/estimator.h"

/* As options name them, in this order; NULL ends them. */
extern const char *const bl_spd_metrics[];
typedef enum bl_spd_metric {
  BL_SPD_RIEMANN,      /* affine invariant: sqrt sum log^2 of the eigenvalues of A^-1 B */
  BL_SPD_LOGEUCLID,    /* |log A - log B| */
  BL_SPD_EUCLID,       /* |A - B| */
  BL_SPD_HARMONIC,     /* |A^-1 - B^-1| */
  BL_SPD_KULLBACK_SYM, /* Jeffreys' divergence: the sum of Kullback and Leibler's in both directions */
  BL_SPD_LOGDET,       /* Stein's: sqrt(log det (A + B) / 2 - log det (A B) / 2) */
  BL_SPD_LOGCHOL,      /* Cholesky factors, logarithm of their diagonals (Lin 2019) */
  BL_SPD_CHOL,         /* Cholesky factors */
  BL_SPD_WASSERSTEIN   /* Bures: sqrt tr(A + B - 2 (A^1/2 B A^1/2)^1/2) */
} bl_spd_metric;

/* A function of the eigenvalues: to [n x n] = V f(w) V'. room of bl_spd_room(n). to may be a. */
typedef double (*bl_spd_function)(double);
size_t bl_spd_room(size_t n); /* doubles */
bool bl_spd_apply(size_t n, const double *a, bl_spd_function f, double *to, double *room);
double bl_spd_inverse_sqrt(double x);
/* Two functions of one matrix by one decomposition; of a symmetric matrix that need not be positive: positive false. */
bool bl_spd_apply_two(size_t n, const double *a, bool positive, bl_spd_function f, double *to_f, bl_spd_function g,
                      double *to_g, double *room);
/* to = s a s with s symmetric; room [n x n]. */
void bl_spd_around(size_t n, const double *s, const double *a, double *to, double *room);
/* Lower factor l [n x n] of a, zeros above the diagonal. false: not positive definite. l may be a. */
bool bl_spd_cholesky(size_t n, const double *a, double *l);
/* The inverse of such a factor, lower too; to is another matrix than l. */
void bl_spd_invert_lower(size_t n, const double *l, double *to);

/* Distances from many matrices to few references: what depends on a reference alone is worked out once. */
typedef struct bl_spd_reference {
  bl_spd_metric metric;
  size_t n;
  double *v;     /* [n x n]: what the metric needs of it (inverse Cholesky factor, logarithm ..) */
  double *w;     /* [n x n], where it needs a second */
  double number; /* log determinant or trace */
} bl_spd_reference;
/* v and w [n x n] are given by the caller and kept. room of bl_spd_room(n). */
bool bl_spd_reference_set(bl_spd_reference *r, bl_spd_metric metric, size_t n, const double *m, double *v, double *w,
                          double *room);
/* Squared. a [n x n] is read; NaN where it is not positive definite and the metric needs that. */
double bl_spd_distance2(const bl_spd_reference *r, const double *a, double *room);

/* The triangle of a row (upper, row by row) to a full matrix, and back. */
void bl_spd_of_row(size_t n, const float *row, double *a);
size_t bl_spd_channels(size_t cols); /* n of n (n + 1) / 2 columns */

/* Matrices to take a mean of: triangles in rows, or full ones. */
typedef struct bl_spd_set {
  size_t n, count;
  const bl_cmat *rows; /* or NULL */
  const double *full;  /* [count][n x n] */
} bl_spd_set;
/* Their mean by weight (NULL: alike); out [n x n]. Fixed chunks over the pool, summed in order: same bits for any number of
 * threads. BL_E_RANGE names the first that is not positive definite, and one whose Euclidean mean is singular but for the
 * rounding of float32 rows. BL_W_NO_CONVERGENCE after 50 iterations. `who` is for messages. */
bl_status bl_spd_mean(bl_ctx *ctx, const char *who, const bl_spd_set *set, const double *weight, bl_spd_metric metric,
                      double *out) BL_MUST_CHECK;
/* The mean of each class's rows of X, which are those of t or what became of them, to out [class][n x n]. Rows of weight 0 are
 * left out. */
bl_status bl_spd_class_means(bl_ctx *ctx, const char *who, const bl_train *t, const bl_cmat *X, bl_spd_metric metric,
                             double *out) BL_MUST_CHECK;
/* BL_E_RANGE when m [n x n], a mean of float32 rows, is singular but for their rounding; says of what rank it is. */
bl_status bl_spd_need_rank(bl_ctx *ctx, const char *who, size_t n, const double *m) BL_MUST_CHECK;

#endif
