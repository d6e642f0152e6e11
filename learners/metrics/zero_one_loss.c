/* Zero-one loss: the weighted share of rows whose class was not predicted; of several labels, of rows any of whose labels
 * was not. */
#include "metric_private.h"

static double miss(const bl_scored *s, size_t row) { return 1 - bl_all_right(s, row); }

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_rows(s, miss);
  return BL_OK;
}

const bl_metric_class bl_metric_zero_one_loss = {
    .name = "zero_one_loss",
    .summary = "Share of rows whose class was not predicted, or any of whose labels was not",
    .source = "scikit-learn zero_one_loss",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = false,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
