/* smo.h: the quadratic programs of support vector machines, by sequential minimal optimisation. */
#ifndef BL_LEARNERS_SMO_H
#define BL_LEARNERS_SMO_H

#include "kernel_cache.h"

/* Minimises 1/2 sum_st y_s y_t K_st alpha_s alpha_t + sum_t p_t alpha_t with 0 <= alpha_t <= C_t, where sum_t y_t alpha_t,
 * and with by_sign the sum over each sign of y by itself, stays what it is at the start. */
typedef struct bl_smo {
  size_t n;               /* variables */
  const uint32_t *sample; /* [n] the row of the kernel matrix that belongs to each; NULL: its own number */
  const double *y;        /* [n] +1 or -1 */
  const double *p, *C;    /* [n] */
  double *alpha;          /* [n] in: a start within the bounds; out: the solution */
  double tol;             /* done when no pair violates the conditions of optimality by more */
  size_t max_iter;
  bool shrinking; /* leave variables out for a while that are likely to stay at their bounds */
  bool by_sign;
  /* set */
  double rho;       /* the threshold: y is told by the sign of sum_t y_t alpha_t K_t - rho */
  double margin;    /* of by_sign: what alpha and rho are to be divided by to bring the margin to 1 */
  double objective; /* at the solution */
  double gap;       /* largest violation at the end */
  size_t n_iter;    /* pairs that were moved, at least 1 */
  bool converged;
} bl_smo;

/* The pair is chosen by second-order information (Fan, Chen and Lin 2005), as in libsvm, with shrinking after Joachims
 * 1998. Cancels and tells progress now and then. Not to converge is no failure. */
bl_status bl_smo_solve(bl_ctx *ctx, bl_kernel_cache *rows, bl_smo *s) BL_MUST_CHECK;

#endif
