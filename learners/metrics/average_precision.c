/* Average precision: the sum over thresholds of (recall gained) * precision, without interpolation. Two classes: of
 * class 1; more: the mean over classes, each against the rest, plainly (macro) or by their rows (weighted). A class
 * without rows has none and is left out with a warning; nothing left is NaN with a warning. Of several labels a row:
 * each label, all cells together (micro) or each row's labels (samples), and a label or row without a positive counts 0
 * with a warning, as in scikit-learn. */
#include <math.h>

#include "metric_private.h"

typedef struct params {
  int average;
} params;
static const bl_opt opts[] = {
    BL_ENUM(params, average, "macro", bl_rank_averages,
            "Plain mean over classes or labels, weighted by their rows; of several labels also micro and samples"),
    BL_OPT_END};

/* NaN of a label without a row that has it, for the warning, then 0. */
static bl_status of_labels(bl_ctx *ctx, const bl_scored *s, int average, bl_rank_mean *m)
{
  bl_status e = bl_rank_labels(ctx, s, average, bl_average_precision, (double)NAN, m);
  if (e || !m->left_out) return e;
  bl_warn(ctx, BL_W_UNDEFINED, "average_precision: %zu %s no positive, and count 0", m->left_out,
          average == BL_RANK_SAMPLES ? "rows have" : "labels have");
  return bl_rank_labels(ctx, s, average, bl_average_precision, 0, m);
}

static bl_status of_classes(bl_ctx *ctx, const bl_scored *s, int average, bl_rank_mean *m)
{
  for (size_t k = s->n_classes == 2 ? 1 : 0; k < s->n_classes; k++) {
    double share, v;
    bl_status e = bl_rank_class(ctx, s, bl_average_precision, k, SIZE_MAX, &share, &v);
    if (e) return e;
    bl_rank_mean_add(m, average, v, share);
  }
  if (m->left_out)
    bl_warn(ctx, BL_W_UNDEFINED, "average_precision: %zu classes have no rows and no score", m->left_out);
  return BL_OK;
}

static bl_status score(bl_ctx *ctx, const void *params_, const bl_scored *s, double *out)
{
  int average = ((const params *)params_)->average;
  bl_rank_mean m = {0};
  bl_status e = bl_rank_average_check(ctx, "average_precision", s, average);
  if (!e) e = bl_truth_of(s) == BL_LABELS ? of_labels(ctx, s, average, &m) : of_classes(ctx, s, average, &m);
  /* weighted by labels that no row has: scikit-learn says 0 */
  *out = m.weight > 0 ? m.sum / m.weight : bl_truth_of(s) == BL_LABELS ? 0 : (double)NAN;
  return e;
}

const bl_metric_class bl_metric_average_precision = {
    .name = "average_precision",
    .summary = "Area under the precision-recall steps",
    .source = "scikit-learn average_precision_score",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_SCORES,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
