/* selection.h: what estimators share that pass some columns on and leave the others. For class authors. */
#ifndef BALEEN_SELECTION_H
#define BALEEN_SELECTION_H

#include "baleen/estimator.h"

/* The columns that pass, ascending. Their states begin with it. */
typedef struct bl_kept {
  size_t n_kept;
  int64_t *kept;
} bl_kept;
#define BL_KEPT_FIELD(T) BL_FIELD_VECTOR(T, kept, BL_I64, n_kept, "columns that pass, counted from 0")

/* Where none of d columns is marked, marks the first of the highest `score`, and warns; `what` that is: "score". */
void bl_kept_any(bl_ctx *ctx, const bl_estimator *self, const double *score, const char *what, size_t d, bool *marked);
/* Keeps those of d columns that are marked. */
bl_status bl_kept_set(bl_ctx *ctx, const bl_estimator *self, bl_kept *k, const bool *marked, size_t d) BL_MUST_CHECK;
/* Slots of a class whose state begins with a bl_kept. */
size_t bl_kept_width(const bl_estimator *self, bl_op op);
bl_status bl_kept_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                        const bl_answer *out) BL_MUST_CHECK;
bl_status bl_kept_names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out) BL_MUST_CHECK;
bl_status bl_kept_blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out) BL_MUST_CHECK;
bl_status bl_kept_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;
/* The data with n of their columns alone, in new memory: X, names and blocks of `out`, which borrows the rest. Freed by
 * bl_some_columns_free(), also after a failure. */
typedef struct bl_some_columns {
  bl_data d;
  bl_mat X;
  bl_texts names;
  bl_blocks blocks;
} bl_some_columns;
bl_status bl_some_columns_take(bl_ctx *ctx, const bl_data *d, const int64_t *column, size_t n,
                               bl_some_columns *out) BL_MUST_CHECK;
void bl_some_columns_free(bl_ctx *ctx, bl_some_columns *c);
/* How much a fitted estimator makes of each of its columns: what it learnt as coef (over several rows of it the sum of
 * magnitudes, or of squares), or as feature_importances. Of a chain its last step's, where the steps before it keep the
 * number of columns. BL_E_CONFIG of one that learns neither. */
bl_status bl_importances(bl_ctx *ctx, const char *who, const bl_estimator *e, bool squares, double *out) BL_MUST_CHECK;

#endif
