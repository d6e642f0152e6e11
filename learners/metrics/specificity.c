/* Specificity: of the rows that are not of a class, the share not called it. TN / (TN + FP); undefined when all rows are of
 * the class. */
#include "metric_private.h"

static bl_fraction count(const bl_average_params *p, const bl_counts *c)
{
  (void)p;
  return (bl_fraction){c->true_neg, c->true_neg + c->false_pos};
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  return bl_average_score(ctx, "specificity", params, s, count, out);
}

const bl_metric_class bl_metric_specificity = {
    .name = "specificity",
    .summary = "Share of the rows not of a class that were not called it",
    .source = "recall of the other side; scikit-learn multilabel_confusion_matrix",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .opts = bl_average_opts,
    .params_size = sizeof(bl_average_params),
    .score = score,
};
