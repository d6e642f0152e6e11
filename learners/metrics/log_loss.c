/* Log loss (cross-entropy), natural logarithm: mean of -ln p(true class). Probabilities are clipped to
 * [eps, 1 - eps] with the machine epsilon of double, then rows are scaled to sum to 1. */
#include <float.h>
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  double loss = 0, all = 0;
  for (size_t i = 0; i < s->n; i++) {
    const double *p = s->proba + i * s->n_classes;
    double sum = 0, w = bl_weight_of(s, i);
    for (size_t k = 0; k < s->n_classes; k++) sum += fmin(fmax(p[k], DBL_EPSILON), 1 - DBL_EPSILON);
    double hit = fmin(fmax(p[(size_t)s->y[i]], DBL_EPSILON), 1 - DBL_EPSILON);
    loss -= w * log(hit / sum);
    all += w;
  }
  *out = loss / all;
  return BL_OK;
}

const bl_metric_class bl_metric_log_loss = {
    .name = "log_loss",
    .summary = "Mean negative log-probability of the true class",
    .source = "scikit-learn log_loss",
    .for_classes = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PROBA,
    .score = score,
};
