/* R^2, the coefficient of determination: 1 - sum (y - p)^2 / sum (y - mean y)^2. Of a constant target: 1 when all is
 * predicted exactly, else 0, with a warning; of fewer than two rows: NaN with a warning. Of several targets the mean,
 * plain or by their variance (plain where none varies). */
#include <math.h>

#include "metric_private.h"

typedef struct params {
  int multioutput;
} params;
static const bl_opt opts[] = {BL_ENUM(params, multioutput, "uniform_average", bl_multioutput_names,
                                      "Of several targets: each counts alike, or by its variance"),
                              BL_OPT_END};

/* *spread: sum of squares about the mean; 0 for a constant target, whose mean need not be it to the last bit. */
static double of_target(const bl_scored *s, size_t target, double *spread)
{
  double all = 0, mean = 0, left = 0, first = (double)NAN;
  size_t k = bl_n_targets(s);
  const double *y = s->y + target, *pred = s->pred + target;
  bool constant = true;
  for (size_t i = 0; i < s->n; i++) {
    all += bl_weight_of(s, i);
    mean += bl_weight_of(s, i) * y[i * k];
  }
  mean /= all;
  *spread = 0;
  for (size_t i = 0; i < s->n; i++) {
    double w = bl_weight_of(s, i), e = y[i * k] - pred[i * k], d = y[i * k] - mean;
    left += w * e * e;
    *spread += w * d * d;
    if (w > 0 && isnan(first)) first = y[i * k];
    if (w > 0 && y[i * k] != first) constant = false;
  }
  if (constant) *spread = 0;
  return *spread > 0 ? 1 - left / *spread : left > 0 ? 0 : 1;
}

static bl_status score(bl_ctx *ctx, const void *vp, const bl_scored *s, double *out)
{
  const params *p = vp;
  double sum = 0, weighed = 0, spreads = 0;
  size_t k = bl_n_targets(s);
  if (s->n < 2) {
    bl_warn(ctx, BL_W_UNDEFINED, "r2: undefined for one row");
    *out = (double)NAN;
    return BL_OK;
  }
  for (size_t c = 0; c < k; c++) {
    double spread, v = of_target(s, c, &spread);
    if (!(spread > 0)) bl_warn(ctx, BL_W_UNDEFINED, "r2: the target is constant, taken as %g", v);
    sum += v;
    weighed += spread * v;
    spreads += spread;
  }
  *out = p->multioutput == BL_BY_VARIANCE && spreads > 0 && k > 1 ? weighed / spreads : sum / (double)k;
  return BL_OK;
}

const bl_metric_class bl_metric_r2 = {
    .name = "r2",
    .summary = "Share of the target's variance that is predicted",
    .source = "scikit-learn r2_score",
    .for_numbers = true,
    .greater_is_better = true,
    .bounds = {(double)-INFINITY, 1},
    .needs = BL_NEEDS_PRED,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
