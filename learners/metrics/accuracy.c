/* Accuracy: the weighted share of rows whose class was predicted; of several labels, of rows all of whose labels were. */
#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_rows(s, bl_all_right);
  return BL_OK;
}

const bl_metric_class bl_metric_accuracy = {
    .name = "accuracy",
    .summary = "Share of rows whose class was predicted, or all of whose labels were",
    .source = "scikit-learn accuracy_score",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
