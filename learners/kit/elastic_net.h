/* elastic_net.h: least squares with penalties on the magnitudes and the squares of the coefficients, by cyclic coordinate
 * descent (lasso, elastic_net and their choice of alpha by cross-validation). */
#ifndef BL_LEARNERS_ELASTIC_NET_H
#define BL_LEARNERS_ELASTIC_NET_H

#include "kit.h"

/* One target's problem: sum w (y - X coef - b)^2 / (2 sum w) + alpha l1_ratio |coef|_1 + alpha (1 - l1_ratio) |coef|^2 / 2,
 * the intercept b free. Of at least as many rows as columns it keeps X'X and X'y alone, else the columns. */
typedef struct bl_elastic_net {
  size_t n, d;
  bool by_rows;            /* more columns than rows */
  double *mean;            /* [d] of the columns, 0 without intercept */
  double y_mean, y_square; /* weighted mean of y, and sum of squares of y without it */
  double *columns;         /* [d x n] centred columns, or [d x d] X'X; rows times the roots of weights that sum to n */
  double *y;               /* [n], or X'y [d] */
  double *square;          /* [d] of the columns */
  double *rest;            /* [n] or [d]: y - X coef, or X'y - X'X coef, of the coef at hand */
} bl_elastic_net;

/* From rows X, target y[i * step] and weights (NULL: ones). */
bl_status bl_elastic_net_begin(bl_ctx *ctx, const bl_cmat *X, const double *y, size_t step, const double *weight,
                               bool intercept, bl_elastic_net *q) BL_MUST_CHECK;
void bl_elastic_net_free(bl_ctx *ctx, bl_elastic_net *q);
/* The smallest alpha for which all coefficients are 0. */
double bl_elastic_net_alpha_max(const bl_elastic_net *q, double l1_ratio);

typedef struct bl_elastic_net_stop {
  double tol; /* done when the duality gap is below tol times the sum of squares of y */
  size_t max_iter;
  bool positive;
  size_t n_iter; /* set */
  double gap;    /* set: over n, as tol counts it */
  bool converged;
} bl_elastic_net_stop;
/* From coef [d] to the optimum, in coef; coefficients that are 0 there are exactly 0. */
bl_status bl_elastic_net_descend(bl_ctx *ctx, bl_elastic_net *q, double alpha, double l1_ratio,
                                 bl_elastic_net_stop *stop, double *coef) BL_MUST_CHECK;
/* The constant that goes with coef. */
double bl_elastic_net_intercept(const bl_elastic_net *q, const double *coef);
/* Warns once that it stopped before it had converged. */
void bl_elastic_net_warn(bl_ctx *ctx, const char *who, const bl_elastic_net_stop *stop, double y_square);

#endif
