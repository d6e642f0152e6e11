/* Label ranking loss: of the pairs of a label that a row has and one that it has not, the share in which the second is
 * scored as high or higher; the mean over rows. A row with no label, or with all, has no pair and counts 0. */
#include "metric_private.h"

static double loss(const bl_scored *s, size_t row)
{
  size_t k = s->n_classes, has = 0, wrong = 0;
  const double *y = s->y + row * k, *v = bl_label_scores(s) + row * k;
  for (size_t c = 0; c < k; c++) {
    if (!(y[c] > 0)) continue;
    for (size_t j = 0; j < k; j++) wrong += !(y[j] > 0) && v[j] >= v[c];
    has++;
  }
  return has && has < k ? (double)wrong / ((double)has * (double)(k - has)) : 0;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_rows(s, loss);
  return BL_OK;
}

const bl_metric_class bl_metric_label_ranking_loss = {
    .name = "label_ranking_loss",
    .summary = "Share of pairs of labels that stand in the wrong order",
    .source = "scikit-learn label_ranking_loss; Tsoumakas, Katakis and Vlahavas 2010",
    .for_labels = true,
    .greater_is_better = false,
    .bounds = {0, 1},
    .needs = BL_NEEDS_SCORES,
    .score = score,
};
