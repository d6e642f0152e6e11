/* Explained variance: 1 - var(y - p) / var(y): r2 that forgives a constant offset. Of a constant target 1 when the errors
 * are all alike, else 0, with a warning. Of several targets the mean, plain or by their variance. */
#include <math.h>

#include "metric_private.h"

typedef struct params {
  int multioutput;
} params;
static const bl_opt opts[] = {BL_ENUM(params, multioutput, "uniform_average", bl_multioutput_names,
                                      "Of several targets: each counts alike, or by its variance"),
                              BL_OPT_END};

/* Weighted variance of y - p (p NULL: of y); exactly 0 where all are the same. */
static double variance(const bl_scored *s, size_t target, const double *p)
{
  double all = 0, mean = 0, sum = 0, first = (double)NAN;
  size_t k = bl_n_targets(s);
  bool constant = true;
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < s->n; i++) {
      double w = bl_weight_of(s, i), v = s->y[i * k + target] - (p ? p[i * k + target] : 0);
      if (!(w > 0)) continue;
      if (isnan(first)) first = v;
      if (v != first) constant = false;
      if (!pass) all += w, mean += w * v;
      else sum += w * (v - mean / all) * (v - mean / all);
    }
  return constant ? 0 : sum / all;
}

static bl_status score(bl_ctx *ctx, const void *vp, const bl_scored *s, double *out)
{
  const params *p = vp;
  double sum = 0, weighed = 0, spreads = 0;
  size_t k = bl_n_targets(s);
  for (size_t c = 0; c < k; c++) {
    double spread = variance(s, c, NULL), left = variance(s, c, s->pred);
    double v = spread > 0 ? 1 - left / spread : left > 0 ? 0 : 1;
    if (!(spread > 0)) bl_warn(ctx, BL_W_UNDEFINED, "explained_variance: the target is constant, taken as %g", v);
    sum += v;
    weighed += spread * v;
    spreads += spread;
  }
  *out = p->multioutput == BL_BY_VARIANCE && spreads > 0 && k > 1 ? weighed / spreads : sum / (double)k;
  return BL_OK;
}

const bl_metric_class bl_metric_explained_variance = {
    .name = "explained_variance",
    .summary = "Share of the target's variance that is predicted, an offset forgiven",
    .source = "scikit-learn explained_variance_score",
    .for_numbers = true,
    .greater_is_better = true,
    .bounds = {(double)-INFINITY, 1},
    .needs = BL_NEEDS_PRED,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
