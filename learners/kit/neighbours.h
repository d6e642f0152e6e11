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

/* Told the k nearest rows of X's row i, nearest first, those equally far in order of their index. */
typedef void (*bl_neighbours_fn)(void *arg, size_t i, const uint32_t *index, const double *distance);

/* What a search of at most `rows` rows at a time works in; made once a thread. One block, to be freed with bl_free(). */
typedef struct bl_neighbours_room bl_neighbours_room;
bl_status bl_neighbours_prepare(bl_ctx *ctx, const bl_neighbours *m, size_t rows,
                                bl_neighbours_room **out) BL_MUST_CHECK;
/* For each row of X, of which there are at most as many as the room was made for. Allocates nothing.
 *
 * Distances are sqrt(sum (x - y)^2) in double, whatever way they were found: of many rows at once, Euclidean candidates
 * come from |y|^2 - 2xy by matrix products in float32, and whatever could be among the k nearest within the rounding of
 * these is measured again. So results do not depend on how rows are batched. */
void bl_neighbours_find(const bl_neighbours *m, bl_neighbours_room *room, const bl_cmat *X, bl_neighbours_fn fn,
                        void *arg);

#endif
