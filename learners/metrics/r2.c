/* R^2, the coefficient of determination: 1 - sum (y - p)^2 / sum (y - mean y)^2. Of a constant target: 1 when all is
 * predicted exactly, else 0, with a warning; of fewer than two rows: NaN with a warning. */
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)params;
  if (s->n < 2) {
    bl_warn(ctx, BL_W_UNDEFINED, "r2: undefined for one row");
    *out = (double)NAN;
    return BL_OK;
  }
  double all = 0, mean = 0, left = 0, spread = 0;
  for (size_t i = 0; i < s->n; i++) {
    all += bl_weight_of(s, i);
    mean += bl_weight_of(s, i) * s->y[i];
  }
  mean /= all;
  bool constant = true;
  double first = (double)NAN;
  for (size_t i = 0; i < s->n; i++) {
    double w = bl_weight_of(s, i), e = s->y[i] - s->pred[i], d = s->y[i] - mean;
    left += w * e * e;
    spread += w * d * d;
    if (w > 0 && isnan(first)) first = s->y[i];
    if (w > 0 && s->y[i] != first) constant = false;
  }
  if (constant || !(spread > 0)) { /* the mean of equal numbers need not be that number to the last bit */
    *out = left > 0 ? 0 : 1;
    bl_warn(ctx, BL_W_UNDEFINED, "r2: the target is constant, taken as %g", *out);
  } else {
    *out = 1 - left / spread;
  }
  return BL_OK;
}

const bl_metric_class bl_metric_r2 = {
    .name = "r2",
    .summary = "Share of the target's variance that is predicted",
    .source = "scikit-learn r2_score",
    .for_numbers = true,
    .greater_is_better = true,
    .needs = BL_NEEDS_PRED,
    .score = score,
};
