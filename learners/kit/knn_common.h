/* knn_common.h: what knn and knn_regressor share: options, the table they keep, the weight of a neighbour. */
#ifndef BL_LEARNERS_KNN_COMMON_H
#define BL_LEARNERS_KNN_COMMON_H

#include "baleen/estimator.h"
#include "neighbours.h"

typedef struct bl_knn_params {
  int64_t n_neighbors;
  int weights, metric;
  double p;
} bl_knn_params;

typedef struct bl_knn_state {
  size_t n_rows, n_features, n_targets;
  float *fit_X;
  double *y; /* [n_rows x n_targets] class codes; or 1 and 0, for each label whether the row has it; or targets */
} bl_knn_state;

extern const bl_opt bl_knn_opts[];
extern const bl_field bl_knn_fields[];

bl_status bl_knn_foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of) BL_MUST_CHECK;
bl_status bl_knn_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t) BL_MUST_CHECK;
/* The slots prepare, release and work of both. */
typedef struct bl_knn_room {
  bl_neighbours_room *near;
  double *share; /* [n_classes] */
} bl_knn_room;
bl_status bl_knn_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room) BL_MUST_CHECK;
void bl_knn_release(bl_ctx *ctx, void *room);
double bl_knn_work(const bl_estimator *self);
/* The neighbours of X's rows: see bl_neighbours_find(). */
void bl_knn_find(const bl_estimator *self, const bl_knn_room *r, const bl_cmat *X, bl_neighbours_fn fn, void *arg);
/* Weight of neighbour i of k: 1, or 1 / distance; where some lie at distance 0, those have 1 and the others 0. */
double bl_knn_weight(const bl_knn_params *p, const double *distance, size_t i);
bl_status bl_knn_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;
/* Version 1 knew one target: y was a vector. */
bl_status bl_knn_migrate(bl_ctx *ctx, unsigned from_version, bl_old_state *old) BL_MUST_CHECK;

#endif
