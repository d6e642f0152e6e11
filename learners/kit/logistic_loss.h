/* logistic_loss.h: the penalised logistic and softmax loss, its gradient and Hessian, over standardised rows.
 *
 * Unknowns theta [n_outputs x p], p = d + (1 with intercept): a row is the weights of one output, its intercept last.
 * They act on a = (x - shift) * scale, so that columns of any unit give unknowns of like size: the optimum is that of
 * the plain problem, only its coordinates differ; bl_logistic_coef() turns them back.
 *   f = sum_i w_i loss_i / sum_i w_i + ridge / 2 * sum_j (theta_j scale_j)^2     (the intercept is free)
 * loss_i = log(1 + exp(z)) - y z for one output, log sum exp(z) - z_y for more (Bishop 2006, 4.3.2 and 4.3.4). */
#ifndef BL_LEARNERS_LOGISTIC_LOSS_H
#define BL_LEARNERS_LOGISTIC_LOSS_H

#include "baleen/matrix.h"

typedef struct bl_logistic_loss {
  const bl_cmat *X;
  const double *y, *weight; /* codes; weights, never NULL */
  double weight_sum;
  size_t n_outputs;
  bool intercept;
  double ridge;
  const double *shift, *scale; /* [d] */
} bl_logistic_loss;

/* A bl_objective_fn (minimise.h); arg is a bl_logistic_loss. Fixed row chunks, summed in order. */
bl_status bl_logistic_value(bl_ctx *ctx, void *arg, const double *theta, double *f, double *grad,
                            double *hess) BL_MUST_CHECK;
/* theta to coef [n_outputs x d] and intercept [n_outputs] for rows as they are. */
void bl_logistic_coef(const bl_logistic_loss *m, const double *theta, double *coef, double *intercept);

#endif
