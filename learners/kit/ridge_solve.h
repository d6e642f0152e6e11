/* ridge_solve.h: least squares with a penalty on the squares of the coefficients, for one alpha or for many by one
 * decomposition (ridge, ridge_cv, ridge_classifier, ridge_classifier_cv). */
#ifndef BL_LEARNERS_RIDGE_SOLVE_H
#define BL_LEARNERS_RIDGE_SOLVE_H

#include "linear_targets.h"

/* coef minimises sum w (y - X coef - b)^2 + alpha |coef|^2, the intercept b free. Centred rows times the roots of their
 * weights. */
typedef struct bl_ridge {
  const char *who; /* for messages */
  size_t n, d, k;
  bool intercept;
  double *mean;  /* [d] of the columns, 0 without intercept */
  double *root;  /* [n] */
  double *x, *y; /* [n x d], [n x k] */
} bl_ridge;

/* Takes t's rows with targets y [rows x k] in, and makes room in `m`. */
bl_status bl_ridge_begin(bl_ctx *ctx, const char *who, const bl_train *t, bool intercept, bl_ridge *q,
                         bl_linear_targets *m) BL_MUST_CHECK;
/* The optimum for one alpha, into m. Collinear columns that alpha cannot lift: the smallest of all solutions. */
bl_status bl_ridge_solve(bl_ctx *ctx, const bl_ridge *q, double alpha, bl_linear_targets *m) BL_MUST_CHECK;

/* Leave-one-out errors of all alphas by one decomposition. */
typedef struct bl_ridge_cv {
  const double *alphas;
  size_t n_alphas;
  bool per_target;
  double *best_alpha; /* [1] or [k] with per_target */
  double *best_score; /* minus the mean squared error of rows left out, of the best alpha */
} bl_ridge_cv;
/* Chooses alphas and solves with them, into m. */
bl_status bl_ridge_choose(bl_ctx *ctx, const bl_ridge *q, const bl_ridge_cv *cv, bl_linear_targets *m) BL_MUST_CHECK;
void bl_ridge_free(bl_ctx *ctx, bl_ridge *q);

/* Classes as targets: -1 and +1, one column for two classes, else one a class. *y [rows x outputs], to be freed; the
 * train to fit instead of t. */
bl_status bl_ridge_of_classes(bl_ctx *ctx, const bl_train *t, double **y, bl_train *out) BL_MUST_CHECK;

#endif
