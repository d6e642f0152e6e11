/* inner_folds.h: folds inside a fit, for estimators that choose a parameter by cross-validation. Groups stay whole in
 * them, so that what is chosen has not seen its own recording, either. */
#ifndef BL_LEARNERS_INNER_FOLDS_H
#define BL_LEARNERS_INNER_FOLDS_H

#include "baleen/estimator.h"
#include "baleen/pool.h"
#include "baleen/split.h"

/* k folds of t's rows: by groups where any has two rows, and by classes where it has any (group_k_fold,
 * stratified_group_k_fold, stratified_k_fold, k_fold; none shuffles). */
bl_status bl_inner_folds(bl_ctx *ctx, const char *who, const bl_train *t, size_t k, bl_folds *out) BL_MUST_CHECK;

/* Some rows of t, with their targets and weights. */
typedef struct bl_inner_rows {
  bl_cmat X;
  uint32_t *index;
  double *y, *weight; /* weight NULL: ones */
} bl_inner_rows;
bl_status bl_inner_rows_take(bl_ctx *ctx, const bl_train *t, const uint32_t *rows, size_t n,
                             bl_inner_rows *out) BL_MUST_CHECK;
void bl_inner_rows_free(bl_ctx *ctx, bl_inner_rows *r);

#endif
