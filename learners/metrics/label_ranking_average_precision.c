/* Label ranking average precision: for each label that a row has, the share of labels ranked as high or higher that it
 * has too; the mean over its labels, then over rows. Equal scores share the worse rank. A row with no label, or with
 * all, counts 1. */
#include "metric_private.h"

static double precision(const bl_scored *s, size_t row)
{
  size_t k = s->n_classes, has = 0;
  const double *y = s->y + row * k, *v = bl_label_scores(s) + row * k;
  double sum = 0;
  for (size_t c = 0; c < k; c++) {
    if (!(y[c] > 0)) continue;
    size_t rank = 0, true_rank = 0;
    for (size_t j = 0; j < k; j++) {
      rank += v[j] >= v[c];
      true_rank += v[j] >= v[c] && y[j] > 0;
    }
    sum += (double)true_rank / (double)rank;
    has++;
  }
  return has && has < k ? sum / (double)has : 1;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_rows(s, precision);
  return BL_OK;
}

const bl_metric_class bl_metric_label_ranking_average_precision = {
    .name = "label_ranking_average_precision",
    .summary = "How far a row's labels stand above the labels that it has not",
    .source = "scikit-learn label_ranking_average_precision_score; Tsoumakas, Katakis and Vlahavas 2010",
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_SCORES,
    .score = score,
};
