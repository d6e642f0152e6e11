/* Balanced accuracy: the mean recall of the classes that occur in the truth (Brodersen et al., ICPR 2010). */
#include <math.h>

#include "metric_private.h"

typedef struct params {
  bool adjusted;
} params;
static const bl_opt opts[] = {BL_BOOL(params, adjusted, "false", "Chance is 0, not 1 / classes; all right stays 1"),
                              BL_OPT_END};

static bl_status score(bl_ctx *ctx, const void *vp, const bl_scored *s, double *out)
{
  const params *p = vp;
  double *c;
  bl_status e = bl_confusion_new(ctx, s, &c);
  if (e) return e;
  size_t k = s->n_classes, present = 0;
  double sum = 0;
  for (size_t i = 0; i < k; i++) {
    double support = 0;
    for (size_t j = 0; j < k; j++) support += c[i * k + j];
    if (!(support > 0)) continue;
    sum += c[i * k + i] / support;
    present++;
  }
  *out = sum / (double)present; /* some row has weight, so some class is present */
  double chance = 1 / (double)present;
  if (p->adjusted && present == 1) {
    bl_warn(ctx, BL_W_UNDEFINED, "balanced_accuracy: one class only, which chance cannot miss");
    *out = (double)NAN;
  } else if (p->adjusted) {
    *out = (*out - chance) / (1 - chance);
  }
  bl_free(ctx, c);
  return BL_OK;
}

const bl_metric_class bl_metric_balanced_accuracy = {
    .name = "balanced_accuracy",
    .summary = "Mean of the recalls of the classes",
    .source = "Brodersen et al., ICPR 2010; scikit-learn balanced_accuracy_score",
    .for_classes = true,
    .greater_is_better = true,
    .bounds = {-1, 1},
    .needs = BL_NEEDS_PRED,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
