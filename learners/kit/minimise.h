/* minimise.h: minima of smooth convex functions, for the solvers of linear models. Deterministic; one point at a time.
 * */
#ifndef BL_LEARNERS_MINIMISE_H
#define BL_LEARNERS_MINIMISE_H

#include "baleen/context.h"

/* f at x [n], its gradient [n] and, where hess is not NULL, its Hessian [n x n], both triangles. */
typedef bl_status (*bl_objective_fn)(bl_ctx *ctx, void *arg, const double *x, double *f, double *grad, double *hess);

typedef struct bl_minimise {
  size_t n;
  bl_objective_fn fn;
  void *arg;
  double tol; /* done when the largest |gradient| is at most this */
  size_t max_iter;
  size_t n_iter;   /* set: steps taken, at least 1 */
  double grad_max; /* set: largest |gradient| at the end */
  bool converged;  /* set: grad_max <= tol */
} bl_minimise;

/* From x to the minimum, in x. Not to converge is no failure: see `converged`.
 * L-BFGS with 10 pairs and a weak Wolfe line search by bisection (Nocedal and Wright 2006, alg. 7.4; Lewis and Overton
 * 2013). */
bl_status bl_minimise_lbfgs(bl_ctx *ctx, bl_minimise *m, double *x) BL_MUST_CHECK;
/* Newton steps by Cholesky, damped as far as the Hessian needs to be positive definite, with backtracking. */
bl_status bl_minimise_newton(bl_ctx *ctx, bl_minimise *m, double *x) BL_MUST_CHECK;

/* The same of f(x) + sum_j l1_j |x_j|, l1 [n] >= 0; what is 0 at the minimum is exactly 0. grad_max is then how far the
 * gradient is from one that keeps x where it is.
 * Newton steps, the quadratic model with the magnitudes minimised by coordinate descent (Lee, Sun and Saunders 2014). */
bl_status bl_minimise_newton_l1(bl_ctx *ctx, bl_minimise *m, const double *l1, double *x) BL_MUST_CHECK;
/* Accelerated gradient steps with restarts, where a Hessian is too large (Beck and Teboulle 2009; O'Donoghue and Candes
 * 2015). */
bl_status bl_minimise_gradient_l1(bl_ctx *ctx, bl_minimise *m, const double *l1, double *x) BL_MUST_CHECK;

#endif
