/* Jaccard's index: of the rows that are of a class or were called it, the share that are both. TP / (TP + FP + FN);
 * undefined when the class is neither there nor called (Jaccard 1901). */
#include "metric_private.h"

static bl_fraction count(const bl_average_params *p, const bl_counts *c)
{
  (void)p;
  return (bl_fraction){c->true_pos, c->true_pos + c->false_pos + c->false_neg};
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  return bl_average_score(ctx, "jaccard", params, s, count, out);
}

const bl_metric_class bl_metric_jaccard = {
    .name = "jaccard",
    .summary = "Rows of a class and called it, as a share of those that are either",
    .source = "scikit-learn jaccard_score; Jaccard 1901",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .opts = bl_average_opts,
    .params_size = sizeof(bl_average_params),
    .score = score,
};
