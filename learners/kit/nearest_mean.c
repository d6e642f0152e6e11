/* nearest_mean.c: see nearest_mean.h. */
#include "nearest_mean.h"

#include <string.h>

#include "linear_classifier.h"

/* The references stand at the front of the room, as whole doubles; then two matrices for each, and the work's room. */
static size_t head(size_t n_classes)
{
  return (n_classes * sizeof(bl_spd_reference) + sizeof(double) - 1) / sizeof(double);
}

size_t bl_spd_distances_room(size_t n, size_t n_classes)
{
  return head(n_classes) + 2 * n_classes * n * n + bl_spd_room(n);
}

bl_status bl_spd_distances_set(bl_ctx *ctx, const char *who, bl_spd_metric metric, size_t n, size_t n_classes,
                               const double *means, double *room, bl_spd_distances *out)
{
  size_t n2 = n * n;
  double *v = room + head(n_classes);
  *out = (bl_spd_distances){
      .n = n, .n_classes = n_classes, .reference = (bl_spd_reference *)(void *)room, .work = v + 2 * n_classes * n2};
  for (size_t c = 0; c < n_classes; c++)
    if (!bl_spd_reference_set(&out->reference[c], metric, n, means + c * n2, v + 2 * c * n2, v + (2 * c + 1) * n2,
                              out->work))
      return bl_fail(ctx, BL_E_RANGE, "%s: the mean of class %zu is not positive definite; put shrinkage before it",
                     who, c);
  return BL_OK;
}

void bl_spd_distances2(const bl_spd_distances *d, const double *a, double *z)
{
  for (size_t c = 0; c < d->n_classes; c++) z[c] = -bl_spd_distance2(&d->reference[c], a, d->work);
}

void bl_spd_answer(size_t n_classes, double *z, size_t i, const bl_answer *out)
{
  if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = bl_top_class(z, n_classes);
  if (out->v[BL_DECISION] && n_classes == 2) out->v[BL_DECISION][i] = z[1] - z[0];
  if (out->v[BL_DECISION] && n_classes != 2) memcpy(out->v[BL_DECISION] + i * n_classes, z, n_classes * sizeof *z);
  if (!out->v[BL_PREDICT_PROBA]) return;
  bl_softmax(z, n_classes);
  memcpy(out->v[BL_PREDICT_PROBA] + i * n_classes, z, n_classes * sizeof *z);
}

size_t bl_spd_classifier_width(const bl_estimator *self, bl_op op)
{
  size_t k = self->n_classes ? self->n_classes : 1;
  if (op == BL_PREDICT) return 1;
  if (op == BL_DECISION) return k > 2 ? k : 1;
  return op == BL_PREDICT_PROBA ? k : 0;
}
