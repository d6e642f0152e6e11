/* boost_loss.h: the losses of boosting: gradients, Hessians, values, where to begin, and what leaves say where a step of Newton is no
 * answer. `raw` is what the trees sum to: the number itself, or the logarithm (poisson) or the log odds of what is foretold. */
#ifndef BL_LEARNERS_BOOST_LOSS_H
#define BL_LEARNERS_BOOST_LOSS_H

#include "boost.h"

typedef struct bl_boost_data {
  bl_boost_loss loss;
  double quantile;
  size_t rows, n_outputs, n_classes;
  const double *y, *weight; /* weight may be NULL */
} bl_boost_data;

/* Where all rows of the list begin, [n_outputs]: what lowers the loss most. */
bl_status bl_boost_begin(bl_ctx *ctx, const char *who, const bl_boost_data *d, const uint32_t *rows, size_t n,
                         double *baseline) BL_MUST_CHECK;
/* Gradients and Hessians by raw [rows][n_outputs], to [n_outputs][rows]; weights included. Over the pool. */
bl_status bl_boost_derive(bl_ctx *ctx, const bl_boost_data *d, const double *raw, float *gradient,
                          float *hessian) BL_MUST_CHECK;
/* The mean loss of these rows by weight. */
double bl_boost_mean_loss(const bl_boost_data *d, const double *raw, const uint32_t *rows, size_t n);
/* Of losses whose Hessian says nothing: the quantile of the residuals of a leaf's rows. room [n]. false: a step of Newton does. */
bool bl_boost_leaf_value(const bl_boost_data *d, const double *raw, const uint32_t *rows, size_t n, double *room,
                         double *value);

#endif
