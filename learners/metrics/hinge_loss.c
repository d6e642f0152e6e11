/* Hinge loss of decisions: the mean of max(0, 1 - margin). Of two classes the margin is the decision, its sign turned for
 * class 0; of more it is the decision of the row's class less the highest of the others (Crammer and Singer, JMLR 2, 2001). */
#include <math.h>

#include "metric_private.h"

static double margin(const bl_scored *s, size_t row)
{
  size_t n = s->n_classes, own = (size_t)s->y[row];
  if (n == 2) return own == 1 ? s->decision[row] : -s->decision[row];
  const double *v = s->decision + row * n;
  double best = (double)-INFINITY;
  for (size_t c = 0; c < n; c++)
    if (c != own && v[c] > best) best = v[c];
  return v[own] - best;
}

static double loss(const bl_scored *s, size_t row) { return fmax(0, 1 - margin(s, row)); }

static bl_status score(bl_ctx *ctx, const void *params, const bl_scored *s, double *out)
{
  (void)ctx;
  (void)params;
  *out = bl_mean_over_rows(s, loss);
  return BL_OK;
}

const bl_metric_class bl_metric_hinge_loss = {
    .name = "hinge_loss",
    .summary = "Mean of what is wanting to a margin of 1",
    .source = "Crammer and Singer 2001; scikit-learn hinge_loss",
    .for_classes = true,
    .greater_is_better = false,
    .bounds = {0, (double)INFINITY},
    .needs = BL_NEEDS_DECISION,
    .score = score,
};
