/* Accuracy: the weighted share of rows whose class was predicted. */
#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  double hit = 0, all = 0;
  for (size_t i = 0; i < s->n; i++) {
    double w = bl_weight_of(s, i);
    all += w;
    if (s->y[i] == s->pred[i]) hit += w;
  }
  *out = hit / all;
  return BL_OK;
}

const bl_metric_class bl_metric_accuracy = {
    .name = "accuracy",
    .summary = "Share of rows whose class was predicted",
    .source = "scikit-learn accuracy_score",
    .for_classes = true,
    .greater_is_better = true,
    .needs = BL_NEEDS_PRED,
    .score = score,
};
