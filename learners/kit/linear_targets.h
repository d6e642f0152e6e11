/* linear_targets.h: what regressors with linear predictions share (linear_regression, ridge): one row of coefficients a
 * target, learnt from centred and weighted rows. */
#ifndef BL_LEARNERS_LINEAR_TARGETS_H
#define BL_LEARNERS_LINEAR_TARGETS_H

#include "kit.h"

/* Begins a regressor's state, under this name. */
typedef struct bl_linear_targets {
  size_t n_targets, n_features;
  double *coef;      /* [n_targets x n_features] */
  double *intercept; /* [n_targets] */
} bl_linear_targets;

/* Two rows for the table of learnt fields of a state T that begins so. */
/* clang-format off */
#define BL_LINEAR_TARGETS_FIELDS(T)                                                                                    \
  {"coef", BL_F64, offsetof(T, map.coef), offsetof(T, map.n_targets), offsetof(T, map.n_features),                     \
   "change of each target a unit of each column"},                                                                     \
  {"intercept", BL_F64, offsetof(T, map.intercept), offsetof(T, map.n_targets), BL_NO_DIM,                             \
   "targets where all columns are 0"}
/* clang-format on */

/* Room for what is learnt, all 0. */
bl_status bl_linear_targets_begin(bl_ctx *ctx, const bl_train *t, bl_linear_targets *m) BL_MUST_CHECK;
/* y [rows x n_targets] = targets without their mean, times the roots of the weights; mean [n_targets], which is 0 where
 * it is not wanted. */
void bl_linear_targets_centre(const bl_train *t, bool wanted, const double *root, double *y, double *mean);
/* The slots width, prepare, apply, check and migrate of a class whose state begins with bl_linear_targets. Version 1 of
 * such a state knew one target: coef was a vector, intercept a number. */
size_t bl_linear_targets_width(const bl_estimator *self, bl_op op);
bl_status bl_linear_targets_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows,
                                    void **room) BL_MUST_CHECK;
bl_status bl_linear_targets_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                                  const bl_answer *out) BL_MUST_CHECK;
bl_status bl_linear_targets_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;
bl_status bl_linear_targets_migrate(bl_ctx *ctx, unsigned from_version, bl_old_state *old) BL_MUST_CHECK;

#endif
