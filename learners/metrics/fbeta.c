/* F-beta: recall counts beta times as much as precision. (1 + b^2) TP / ((1 + b^2) TP + FP + b^2 FN); undefined only
 * when all three are zero. */
#include "metric_private.h"

static const bl_opt opts[] = {
    BL_AVERAGE_OPTS,
    BL_REAL_ABOVE(bl_average_params, beta, "1", 0, 1e6, "", "How many times as much recall counts as precision"),
    BL_OPT_END};

static bl_fraction count(const bl_average_params *p, const bl_counts *c)
{
  double b = p->beta * p->beta, hits = (1 + b) * c->true_pos;
  return (bl_fraction){hits, hits + c->false_pos + b * c->false_neg};
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  return bl_average_score(ctx, "fbeta", params, s, count, out);
}

const bl_metric_class bl_metric_fbeta = {
    .name = "fbeta",
    .summary = "Precision and recall in one, recall counting beta times as much",
    .source = "van Rijsbergen 1979; scikit-learn fbeta_score",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_PRED,
    .opts = opts,
    .params_size = sizeof(bl_average_params),
    .score = score,
};
