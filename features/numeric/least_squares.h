/* least_squares.h: nonlinear least squares: parameters p that make the sum of the squared residuals r(p) as small as can be
 * reached downhill from where they start; with the methods of scipy.optimize.curve_fit, whose minima they share.
 *
 * Without bounds, Levenberg's and Marquardt's steps: (J'J + lambda diag J'J) step = -J'r, taken when the sum becomes less
 * (one that is not a number is never less). Marquardt, J. SIAM 11 (1963) 431-441.
 * With bounds, a trust region inside them: the further the gradient's way to a bound, the longer steps may be that way,
 * steps are turned back at bounds, and no parameter ever lies on one, so that none is caught there early. Branch, Coleman
 * and Li, SIAM J. Sci. Comput. 21 (1999) 1-23; scipy's method trf. */
#ifndef BALEEN_LEAST_SQUARES_H
#define BALEEN_LEAST_SQUARES_H

#include "baleen/memory.h"

/* Residuals [n_data] of parameters p, and unless jacobian is NULL their derivatives [n_data][n_params]. */
typedef void bl_residuals(const void *arg, const double *p, size_t n_data, size_t n_params, double *r,
                          double *jacobian);

typedef struct bl_least_squares {
  size_t max_data, max_params;
  double *r, *trial_r, *jacobian, *normal, *damped, *gradient, *step, *trial;
  double *room; /* of the method with bounds */
} bl_least_squares;

/* Room for problems up to this size; freed by release, also when it fails. */
bl_status bl_least_squares_init(bl_ctx *ctx, size_t max_data, size_t max_params, bl_least_squares *s) BL_MUST_CHECK;
/* p is where to start, and the answer. */
bl_status bl_least_squares_run(bl_ctx *ctx, bl_least_squares *s, bl_residuals *f, const void *arg, size_t n_data,
                               size_t n_params, double *p) BL_MUST_CHECK;
/* The same between lo and hi, which may be infinite; stops when the sum, or p, changes by less than 1e-8 of itself. */
bl_status bl_least_squares_bounded(bl_ctx *ctx, bl_least_squares *s, bl_residuals *f, const void *arg, size_t n_data,
                                   size_t n_params, const double *lo, const double *hi, double *p) BL_MUST_CHECK;
void bl_least_squares_release(bl_ctx *ctx, bl_least_squares *s);

/* Shared by the two methods: BL_E_INTERNAL for a problem larger than the room; the sum of squares; of n data and m
 * parameters, J'J (upper triangle) in s->normal and J'r in s->gradient. */
bl_status bl_least_squares_fits(bl_ctx *ctx, const bl_least_squares *s, size_t n_data, size_t n_params) BL_MUST_CHECK;
double bl_least_squares_sum(const double *r, size_t n);
void bl_least_squares_normal(bl_least_squares *s, size_t n, size_t m);

#endif
