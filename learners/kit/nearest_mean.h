/* nearest_mean.h: what classifiers by the nearest mean of positive definite matrices share. */
#ifndef BL_LEARNERS_NEAREST_MEAN_H
#define BL_LEARNERS_NEAREST_MEAN_H

#include "spd.h"

/* Distances from a matrix to the mean of each class, made ready: `room` of bl_spd_distances_room() doubles is kept. BL_E_RANGE when
 * a mean is not positive definite. */
typedef struct bl_spd_distances {
  size_t n, n_classes;
  bl_spd_reference *reference; /* [class] */
  double *work;
} bl_spd_distances;
size_t bl_spd_distances_room(size_t n, size_t n_classes);
bl_status bl_spd_distances_set(bl_ctx *ctx, const char *who, bl_spd_metric metric, size_t n, size_t n_classes,
                               const double *means, double *room, bl_spd_distances *out) BL_MUST_CHECK;
/* The squares, negated, to z [class]. */
void bl_spd_distances2(const bl_spd_distances *d, const double *a, double *z);
/* What a classifier says of row i by z, which is used up: the nearest class; z1 - z0 of two classes or z; the softmax of z. */
void bl_spd_answer(size_t n_classes, double *z, size_t i, const bl_answer *out);
/* Slots width of such classifiers. */
size_t bl_spd_classifier_width(const bl_estimator *self, bl_op op);

#endif
