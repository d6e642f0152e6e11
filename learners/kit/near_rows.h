/* near_rows.h: what detectors share that keep their training rows and look for the nearest. */
#ifndef BL_LEARNERS_NEAR_ROWS_H
#define BL_LEARNERS_NEAR_ROWS_H

#include "anomaly.h"
#include "neighbours.h"

typedef struct bl_near_params {
  int64_t n_neighbors;
  int metric, method;
  double p, contamination;
} bl_near_params;

typedef struct bl_near_state {
  size_t n_rows, n_features, n_kept;
  float *fit_X; /* [n_rows][n_features] */
  double *reach,
      *density; /* [n_kept] of lof: distance of each row's k-th neighbour and its local reachability density */
  double offset;
} bl_near_state;

extern const char *const bl_near_metrics[];
/* clang-format off */
#define BL_NEAR_OPTS(k)                                                                                                \
  BL_INT(bl_near_params, n_neighbors, k, 1, 1000000, "", "how many nearest rows"),                                     \
  BL_ENUM(bl_near_params, metric, "minkowski", bl_near_metrics, "distance"),                                           \
  BL_REAL(bl_near_params, p, "2", 1, 1e6, "", "of minkowski: 2 is Euclidean, 1 manhattan"),                            \
  BL_CONTAMINATION(bl_near_params)
/* clang-format on */

/* Keeps the rows and finds the nearest others of each, index and distance [n][k], to be freed. */
bl_status bl_near_learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t, uint32_t **index,
                        double **distance) BL_MUST_CHECK;
bl_neighbours bl_near_search(const bl_estimator *self);

/* Slots. */
bl_status bl_near_foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of);
bl_status bl_near_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out);
double bl_near_work(const bl_estimator *self);
bl_status bl_near_check(bl_ctx *ctx, const bl_estimator *self);

#endif
