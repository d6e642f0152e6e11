/* row_loss.h: penalised losses of one linear score a row, their gradient and Hessian, whatever the loss is: generalised
 * linear models and squared-hinge machines.
 *
 * Unknowns theta [p], p = d + (1 with intercept, last). They act on a = (x - shift) * scale.
 *   f = sum_i w_i loss(y_i, a_i theta) / sum_i w_i + ridge / 2 * (sum_j (theta_j scale_j)^2 + [bias > 0] theta_b^2)
 * The intercept's column is 1, or `bias` where that is above 0, and is penalised then like any other (liblinear's
 * way; shift must be 0). */
#ifndef BL_LEARNERS_ROW_LOSS_H
#define BL_LEARNERS_ROW_LOSS_H

#include "baleen/matrix.h"

typedef struct bl_row_slope {
  double loss, first, second; /* and its derivatives by the score */
} bl_row_slope;
typedef bl_row_slope (*bl_row_loss_fn)(const void *arg, double y, double score);

typedef struct bl_row_loss {
  const bl_cmat *X;
  const double *y, *weight; /* weight NULL: ones */
  double weight_sum, ridge, bias;
  bool intercept;
  const double *shift, *scale; /* [d] */
  bl_row_loss_fn fn;
  const void *arg;
} bl_row_loss;

/* A bl_objective_fn (minimise.h); arg is a bl_row_loss. Fixed row chunks, summed in order. */
bl_status bl_row_loss_value(bl_ctx *ctx, void *arg, const double *theta, double *f, double *grad,
                            double *hess) BL_MUST_CHECK;
/* theta to coef [d] and the constant, for rows as they are. */
void bl_row_loss_coef(const bl_row_loss *m, const double *theta, double *coef, double *intercept);

#endif
