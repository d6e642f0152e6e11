/* Area under the ROC curve. Two classes: the chance that a row of class 1 scores above one of class 0, ties a half.
 * More: ovr averages each class against the rest, ovo each pair both ways (Hand and Till, Machine Learning 45, 2001),
 * plainly (macro) or by how often the class or pair occurs (weighted). A class or pair with one side empty is left
 * out with a warning; nothing left is NaN with a warning. Several labels a row: each label (macro, weighted), all cells
 * together (micro) or each row's labels (samples). */
#include <math.h>

#include "metric_private.h"

enum { OVR, OVO };
typedef struct params {
  int multi_class, average;
} params;
static const char *const kinds[] = {"ovr", "ovo", NULL};
static const bl_opt opts[] = {
    BL_ENUM(params, multi_class, "ovr", kinds, "Three classes or more: each against the rest, or each pair"),
    BL_ENUM(
        params, average, "macro", bl_rank_averages,
        "Plain mean, or weighted by how often the class, pair or label occurs; of several labels also micro, samples"),
    BL_OPT_END};

static bl_status ovr(bl_ctx *ctx, const params *p, const bl_scored *s, bl_rank_mean *m)
{
  for (size_t k = 0; k < s->n_classes; k++) {
    double share, area;
    bl_status e = bl_rank_class(ctx, s, bl_roc_auc, k, SIZE_MAX, &share, &area);
    if (e) return e;
    bl_rank_mean_add(m, p->average, area, share);
  }
  return BL_OK;
}

static bl_status ovo(bl_ctx *ctx, const params *p, const bl_scored *s, bl_rank_mean *m)
{
  for (size_t a = 0; a < s->n_classes; a++)
    for (size_t b = a + 1; b < s->n_classes; b++) {
      double share, one, other;
      bl_status e = bl_rank_class(ctx, s, bl_roc_auc, a, b, &share, &one);
      if (!e) e = bl_rank_class(ctx, s, bl_roc_auc, b, a, &share, &other);
      if (e) return e;
      bl_rank_mean_add(m, p->average, (one + other) / 2, share);
    }
  return BL_OK;
}

static bl_status score(bl_ctx *ctx, const void *params_, const bl_scored *s, double *out)
{
  const params *p = params_;
  bl_rank_mean m = {0};
  bl_status e = bl_rank_average_check(ctx, "roc_auc", s, p->average);
  if (e) return e;
  if (bl_truth_of(s) == BL_LABELS) {
    e = bl_rank_labels(ctx, s, p->average, bl_roc_auc, (double)NAN, &m);
  } else if (s->n_classes == 2) {
    double share, area;
    e = bl_rank_class(ctx, s, bl_roc_auc, 1, SIZE_MAX, &share, &area);
    if (!e) bl_rank_mean_add(&m, BL_RANK_MACRO, area, 1);
  } else {
    e = p->multi_class == OVR ? ovr(ctx, p, s, &m) : ovo(ctx, p, s, &m);
  }
  if (e) return e;
  *out = m.weight > 0 ? m.sum / m.weight : (double)NAN;
  if (isnan(*out)) bl_warn(ctx, BL_W_UNDEFINED, "roc_auc: one class only among %zu rows, undefined", s->n);
  else if (m.left_out)
    bl_warn(ctx, BL_W_UNDEFINED, "roc_auc: %zu classes, pairs, labels or rows have one side only and were left out",
            m.left_out);
  return BL_OK;
}

const bl_metric_class bl_metric_roc_auc = {
    .name = "roc_auc",
    .summary = "Area under the ROC curve",
    .source = "Hanley and McNeil 1982; Hand and Till 2001; scikit-learn roc_auc_score",
    .for_classes = true,
    .for_labels = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_SCORES,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
