/* Median absolute error, in the target's unit; outliers do not move it. A weight counts as so many rows: where half of the
 * weight is reached exactly, the mean of the two errors there is taken, as scikit-learn does from 1.7 on. Of several targets
 * the plain mean. */
#include <math.h>

#include "metric_private.h"

static double median(bl_weighed *v, size_t n)
{
  double all = 0, low = bl_weighed_quantile(v, n, 0.5, true), sum = 0; /* sorts */
  size_t i = 0;
  for (size_t k = 0; k < n; k++) all += v[k].w;
  for (; i < n && v[i].v <= low; i++) sum += v[i].w;
  while (i < n && !(v[i].w > 0)) i++;
  return i < n && sum == all / 2 ? (low + v[i].v) / 2 : low;
}

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)params;
  size_t k = bl_n_targets(s);
  double sum = 0;
  bl_weighed *v = bl_calloc(ctx, s->n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "median_absolute_error");
  for (size_t c = 0; c < k; c++) {
    for (size_t i = 0; i < s->n; i++)
      v[i] = (bl_weighed){fabs(s->y[i * k + c] - s->pred[i * k + c]), bl_weight_of(s, i)};
    sum += median(v, s->n);
  }
  *out = sum / (double)k;
  bl_free(ctx, v);
  return BL_OK;
}

const bl_metric_class bl_metric_median_absolute_error = {
    .name = "median_absolute_error",
    .summary = "Median distance of prediction and target",
    .source = "scikit-learn median_absolute_error",
    .for_numbers = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
