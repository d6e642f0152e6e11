/* Normalised discounted cumulative gain: dcg as a share of what the best ranking would give; a row without a label counts
 * 0. The mean over rows. */
#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  return bl_dcg(ctx, s, params, true, out);
}

const bl_metric_class bl_metric_ndcg = {
    .name = "ndcg",
    .summary = "Discounted cumulative gain, as a share of the best ranking's",
    .source = "Jarvelin and Kekalainen 2002; scikit-learn ndcg_score",
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_SCORES,
    .opts = bl_dcg_opts,
    .params_size = sizeof(bl_dcg_params),
    .score = score,
};
