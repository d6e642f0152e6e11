/* Accuracy: the weighted share of rows whose class was predicted; of several labels, of rows all of whose labels were. */
#include "metric_private.h"

static double hit(const bl_scored *s, size_t row)
{
  size_t k = bl_n_targets(s);
  for (size_t c = row * k; c < (row + 1) * k; c++)
    if (s->y[c] != s->pred[c]) return 0;
  return 1;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_rows(s, hit);
  return BL_OK;
}

const bl_metric_class bl_metric_accuracy = {
    .name = "accuracy",
    .summary = "Share of rows whose class was predicted, or all of whose labels were",
    .source = "scikit-learn accuracy_score",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .needs = BL_NEEDS_PRED,
    .score = score,
};
