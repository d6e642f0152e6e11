/* Pinball loss of a predicted quantile: alpha times what the prediction is too low, 1 - alpha times what it is too high. Of
 * several targets the plain mean. */
#include "metric_private.h"

typedef struct params {
  double alpha;
} params;
static const bl_opt opts[] = {BL_REAL(params, alpha, "0.5", 0, 1, "", "The quantile that is predicted"), BL_OPT_END};

static bl_status score(bl_ctx *ctx, const void *p, const bl_scored *s, double *out)
{
  (void)ctx;
  *out = bl_mean_losses(s, bl_pinball_loss, &((const params *)p)->alpha);
  return BL_OK;
}

const bl_metric_class bl_metric_mean_pinball_loss = {
    .name = "mean_pinball_loss",
    .summary = "Loss of a predicted quantile",
    .source = "Koenker and Bassett 1978; scikit-learn mean_pinball_loss",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
