/* Hamming loss: the share of labels that are predicted wrongly, over all labels of all rows; of classes, of rows. */
#include "metric_private.h"

static double wrong(const bl_scored *s, size_t row)
{
  size_t k = bl_n_targets(s), n = 0;
  for (size_t c = row * k; c < (row + 1) * k; c++) n += s->y[c] != s->pred[c];
  return (double)n / (double)k;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_rows(s, wrong);
  return BL_OK;
}

const bl_metric_class bl_metric_hamming_loss = {
    .name = "hamming_loss",
    .summary = "Share of labels that are predicted wrongly",
    .source = "scikit-learn hamming_loss",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = false,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
