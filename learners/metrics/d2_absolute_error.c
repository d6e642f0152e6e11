/* D2 of the absolute error: 1 - sum |y - p| / sum |y - median y|. Of a constant target 1 when all is predicted exactly,
 * else 0, with a warning. */
#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)params;
  return bl_d2_pinball(ctx, "d2_absolute_error", s, 0.5, out);
}

const bl_metric_class bl_metric_d2_absolute_error = {
    .name = "d2_absolute_error",
    .summary = "Share of the absolute error that is predicted away",
    .source = "Koenker and Machado 1999; scikit-learn d2_absolute_error_score",
    .for_numbers = true,
    .greater_is_better = true,
    .bounds = {(double)-INFINITY, 1},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
