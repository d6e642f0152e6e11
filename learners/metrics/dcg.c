/* Discounted cumulative gain: labels that a row has count 1 / log2(rank + 1) by the rank of their score; labels of equal
 * score share what their ranks are worth. The mean over rows. */
#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  return bl_dcg(ctx, s, params, false, out);
}

const bl_metric_class bl_metric_dcg = {
    .name = "dcg",
    .summary = "Labels that a row has, counted the less the lower they rank",
    .source = "Jarvelin and Kekalainen 2002; scikit-learn dcg_score",
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_SCORES,
    .opts = bl_dcg_opts,
    .params_size = sizeof(bl_dcg_params),
    .score = score,
};
