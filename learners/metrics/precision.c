/* Precision: of the rows called a class, the share that is of it. TP / (TP + FP); undefined when none was called. */
#include "metric_private.h"

static bl_fraction count(const bl_average_params *p, const bl_counts *c)
{
  (void)p;
  return (bl_fraction){c->true_pos, c->true_pos + c->false_pos};
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  return bl_average_score(ctx, "precision", params, s, count, out);
}

const bl_metric_class bl_metric_precision = {
    .name = "precision",
    .summary = "Share of the rows called a class that are of it",
    .source = "scikit-learn precision_score",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .opts = bl_average_opts,
    .params_size = sizeof(bl_average_params),
    .score = score,
};
