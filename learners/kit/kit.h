/* kit.h: what several estimators need of their rows. For class authors. */
#ifndef BALEEN_KIT_H
#define BALEEN_KIT_H

#include "baleen/estimator.h"

/* The rows as a dense double matrix [rows x cols], to be freed with bl_free(). center (NULL: none) [cols] is taken off
 * each row; row i is multiplied by scale[i] where given. */
bl_status bl_kit_doubles(bl_ctx *ctx, const bl_cmat *X, const double *center, const double *row_scale,
                         double **out) BL_MUST_CHECK;
/* Weighted mean and variance (divided by the sum of weights) of each column, two passes in double with the rounding of
 * the mean corrected for (Chan, Golub and LeVeque 1983). weight NULL: ones. var NULL: not wanted. Fixed row blocks
 * summed in order: same bits for any number of threads. */
bl_status bl_kit_moments(bl_ctx *ctx, const bl_cmat *X, const double *weight, double *mean, double *var) BL_MUST_CHECK;
/* The variance that rounding alone can give a constant column of n values (sum of weights) with this mean: at or below
 * it a column counts as constant. scikit-learn's rule: n eps var + (n mean eps)^2. */
bool bl_kit_constant(double n, double mean, double var);
double bl_kit_weight_sum(size_t rows, const double *weight);
/* out [rows x k] = (X - center) W' + bias; W [k x cols], center [cols] and bias [k] may be NULL. One row's result does
 * not depend on the other rows: same bits row by row, in batches and on any number of threads. */
bl_status bl_kit_linear(bl_ctx *ctx, const bl_cmat *X, const double *center, const double *W, const double *bias,
                        size_t k, double *out) BL_MUST_CHECK;
/* The same without bias into float32 rows; column m is multiplied by scale[m] where given. */
bl_status bl_kit_project(bl_ctx *ctx, const bl_cmat *X, const double *center, const double *W, const double *scale,
                         size_t k, bl_mat *out) BL_MUST_CHECK;
/* Rows lo .. lo+n-1 of a view. */
bl_cmat bl_kit_rows(const bl_cmat *X, size_t lo, size_t n);
/* Appends the learnt feature names, or x0, x1 .. where fit saw none. */
bl_status bl_kit_input_names(bl_ctx *ctx, const bl_estimator *self, bl_texts *out) BL_MUST_CHECK;

#endif
