/* Matthews correlation coefficient for any number of classes: the R_K statistic (Gorodkin, Comput. Biol. Chem. 28,
 * 2004). Truth or prediction of one class only: 0 with a warning. */
#include <math.h>

#include "metric_private.h"

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)params;
  double *c;
  bl_status e = bl_confusion_new(ctx, s, &c);
  if (e) return e;
  size_t k = s->n_classes, true_seen = 0, pred_seen = 0;
  double all = 0, hit = 0, cross = 0, true_sq = 0, pred_sq = 0;
  for (size_t i = 0; i < k; i++) {
    double t = 0, p = 0;
    for (size_t j = 0; j < k; j++) {
      t += c[i * k + j];
      p += c[j * k + i];
    }
    true_seen += t > 0;
    pred_seen += p > 0;
    all += t;
    hit += c[i * k + i];
    cross += t * p;
    true_sq += t * t;
    pred_sq += p * p;
  }
  *out = 0;
  if (true_seen > 1 && pred_seen > 1) *out = (hit * all - cross) / sqrt((all * all - true_sq) * (all * all - pred_sq));
  else bl_warn(ctx, BL_W_UNDEFINED, "matthews_corrcoef: truth or prediction has one class only, taken as 0");
  bl_free(ctx, c);
  return BL_OK;
}

const bl_metric_class bl_metric_matthews_corrcoef = {
    .name = "matthews_corrcoef",
    .summary = "Correlation of truth and prediction",
    .source = "Matthews 1975; Gorodkin 2004; scikit-learn matthews_corrcoef",
    .for_classes = true,
    .greater_is_better = true,
    .bounds = {-1, 1},
    .needs = BL_NEEDS_PRED,
    .score = score,
};
