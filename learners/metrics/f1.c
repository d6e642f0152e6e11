/* F1: the harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); undefined only when all three are zero. */
#include "metric_private.h"

static bl_fraction count(const bl_average_params *p, const bl_counts *c)
{
  (void)p;
  return (bl_fraction){2 * c->true_pos, 2 * c->true_pos + c->false_pos + c->false_neg};
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  return bl_average_score(ctx, "f1", params, s, count, out);
}

const bl_metric_class bl_metric_f1 = {
    .name = "f1",
    .summary = "Harmonic mean of precision and recall",
    .source = "scikit-learn f1_score",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .opts = bl_average_opts,
    .params_size = sizeof(bl_average_params),
    .score = score,
};
