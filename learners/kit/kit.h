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
/* C [cols x cols] = (X - center)' (X - center), both triangles, in double; no copy of X is made. Fixed row blocks over
 * the pool, summed in order: same bits for any number of threads. */
bl_status bl_kit_gram(bl_ctx *ctx, const bl_cmat *X, const double *center, double *c) BL_MUST_CHECK;
/* The variance that rounding alone can give a constant column of n values (sum of weights) with this mean: at or below
 * it a column counts as constant. scikit-learn's rule: n eps var + (n mean eps)^2. */
bool bl_kit_constant(double n, double mean, double var);
double bl_kit_weight_sum(size_t rows, const double *weight);
/* One zeroed block: a struct of `head` bytes and, behind it at *tail, `doubles` numbers. What prepare slots give out.
 * NULL when memory ran out. */
void *bl_kit_room(bl_ctx *ctx, size_t head, size_t doubles, double **tail);
/* W [k x d] turned into Wt [d x k]. */
void bl_kit_turn(size_t k, size_t d, const double *W, double *Wt);
/* A linear map made ready: out = (x - center) W' + bias. */
typedef struct bl_kit_map {
  size_t d, k;
  const double *Wt;            /* [d x k], see bl_kit_turn() */
  const double *center, *bias; /* [d] and [k], or NULL */
} bl_kit_map;
/* One row x [d] into out [k]. A row's bits depend on that row alone. */
void bl_kit_linear(const bl_kit_map *m, const float *x, double *out);
/* Appends the learnt feature names, or x0, x1 .. where fit saw none. */
bl_status bl_kit_input_names(bl_ctx *ctx, const bl_estimator *self, bl_texts *out) BL_MUST_CHECK;
/* The blocks that fit saw, each in this unit, or in its own where that is NULL: for what maps each column to one. */
bl_status bl_kit_input_blocks(bl_ctx *ctx, const bl_estimator *self, const char *unit, bl_blocks *out) BL_MUST_CHECK;
/* One block of scalars, as many as transform gives, named after the class. */
bl_status bl_kit_one_block(bl_ctx *ctx, const bl_estimator *self, const char *unit, bl_blocks *out) BL_MUST_CHECK;

#endif
