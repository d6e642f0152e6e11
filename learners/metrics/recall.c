/* Recall (sensitivity): of the rows of a class, the share called it. TP / (TP + FN); undefined when the class has no
 * rows. */
#include "metric_private.h"

static bl_fraction count(const bl_average_params *p, const bl_counts *c)
{
  (void)p;
  return (bl_fraction){c->true_pos, c->true_pos + c->false_neg};
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  return bl_average_score(ctx, "recall", params, s, count, out);
}

const bl_metric_class bl_metric_recall = {
    .name = "recall",
    .summary = "Share of the rows of a class that were called it",
    .source = "scikit-learn recall_score",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .opts = bl_average_opts,
    .params_size = sizeof(bl_average_params),
    .score = score,
};
