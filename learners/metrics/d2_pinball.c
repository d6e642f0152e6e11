/* D2 of pinball loss: 1 - loss / the loss of the targets' own quantile. Weighted, that quantile is the first target at
 * which the share alpha of the weight is reached. Of a constant target 1 when all is predicted exactly, else 0, with a
 * warning. */
#include "metric_private.h"

typedef struct params {
  double alpha;
} params;
static const bl_opt opts[] = {BL_REAL(params, alpha, "0.5", 0, 1, "", "The quantile that is predicted"), BL_OPT_END};

static bl_status score(bl_ctx *ctx, const void *p, const bl_scored *s, double *out)
{
  return bl_d2_pinball(ctx, "d2_pinball", s, ((const params *)p)->alpha, out);
}

const bl_metric_class bl_metric_d2_pinball = {
    .name = "d2_pinball",
    .summary = "Share of the pinball loss that is predicted away",
    .source = "Koenker and Machado 1999; scikit-learn d2_pinball_score",
    .for_numbers = true,
    .greater_is_better = true,
    .bounds = {(double)-INFINITY, 1},
    .needs = BL_NEEDS_PRED,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
