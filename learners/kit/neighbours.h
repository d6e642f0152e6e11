/* neighbours.h: the nearest rows of a table, by brute force and exact. */
#ifndef BL_LEARNERS_NEIGHBOURS_H
#define BL_LEARNERS_NEIGHBOURS_H

#include "baleen/matrix.h"

typedef enum bl_distance { BL_EUCLIDEAN, BL_MANHATTAN, BL_MINKOWSKI } bl_distance;

typedef struct bl_neighbours {
  const float *rows; /* [n x d], dense */
  size_t n, d, k;    /* k nearest are wanted, 1 <= k <= n */
  bl_distance metric;
  double p; /* of Minkowski, >= 1 */
} bl_neighbours;

/* Told the k nearest rows of X's row i, nearest first, those equally far in order of their index. Called from pool
 * threads; may write only to what belongs to row i. */
typedef void (*bl_neighbours_fn)(void *arg, size_t i, const uint32_t *index, const double *distance);

/* Euclidean candidates come from |x|^2 + |y|^2 - 2xy by matrix products in double; whatever could be among the k
 * nearest within the product's rounding is measured again as sqrt(sum (x - y)^2). So results do not depend on how rows
 * are batched. */
bl_status bl_neighbours_find(bl_ctx *ctx, const bl_neighbours *m, const bl_cmat *X, bl_neighbours_fn fn,
                             void *arg) BL_MUST_CHECK;

#endif
