/* Brier score. Two classes: mean of (p(class 1) - truth)^2, in [0, 1]. Else the original form, the sum over classes,
 * in [0, 2] (Brier, Monthly Weather Review 78, 1950). */
#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  double loss = 0, all = 0;
  for (size_t i = 0; i < s->n; i++) {
    const double *p = s->proba + i * s->n_classes;
    double w = bl_weight_of(s, i), sum = 0;
    for (size_t k = s->n_classes == 2; k < s->n_classes; k++) {
      double d = p[k] - (s->y[i] == (double)k);
      sum += d * d;
    }
    loss += w * sum;
    all += w;
  }
  *out = loss / all;
  return BL_OK;
}

const bl_metric_class bl_metric_brier_score = {
    .name = "brier_score",
    .summary = "Mean squared error of the probabilities",
    .source = "Brier 1950; scikit-learn brier_score_loss",
    .for_classes = true,
    .greater_is_better = false,
    .bounds = {0, 2},
    .needs = BL_NEEDS_PROBA,
    .score = score,
};
