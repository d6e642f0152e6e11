/* Several labels a row, several targets: means over rows, labels and targets, as scikit-learn has them. */
#include <math.h>

#include "metric_private.h"

const char *const bl_rank_averages[] = {"macro", "weighted", "micro", "samples", NULL};

double bl_all_right(const bl_scored *s, size_t row)
{
  size_t k = bl_n_targets(s);
  for (size_t c = row * k; c < (row + 1) * k; c++)
    if (s->y[c] != s->pred[c]) return 0;
  return 1;
}

double bl_mean_over_rows(const bl_scored *s, double (*of)(const bl_scored *s, size_t row))
{
  double sum = 0, all = 0;
  for (size_t i = 0; i < s->n; i++) {
    double w = bl_weight_of(s, i);
    sum += w * of(s, i);
    all += w;
  }
  return sum / all;
}

double bl_mean_over_targets(const bl_scored *s, double (*of)(const bl_scored *s, size_t target))
{
  double sum = 0;
  for (size_t c = 0; c < bl_n_targets(s); c++) sum += of(s, c);
  return sum / (double)bl_n_targets(s);
}

/* ---- rankings ---------------------------------------------------------------------------------------------------- */

void bl_rank_mean_add(bl_rank_mean *m, int average, double value, double share)
{
  double w = average == BL_RANK_WEIGHTED ? share : 1;
  if (isnan(value)) {
    m->left_out++;
    return;
  }
  m->sum += w * value;
  m->weight += w;
}

bl_status bl_rank_average_check(bl_ctx *ctx, const char *who, const bl_scored *s, int average)
{
  if (average < BL_RANK_MICRO || bl_truth_of(s) == BL_LABELS) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "%s: average %s is of several labels a row; of classes take macro or weighted", who,
                 bl_rank_averages[average]);
}

static bl_status each_label(bl_ctx *ctx, const bl_scored *s, int average, bl_ranking_fn score, double undefined,
                            bl_rank_mean *out)
{
  bl_status status = BL_OK;
  for (size_t k = 0; !status && k < s->n_classes; k++) {
    double share, v;
    status = bl_rank_class(ctx, s, score, k, SIZE_MAX, &share, &v);
    if (!status) bl_rank_mean_add(out, average, isnan(v) ? undefined : v, share);
  }
  return status;
}

static bl_status all_cells(bl_ctx *ctx, const bl_scored *s, bl_ranking_fn score, double *v)
{
  size_t k = s->n_classes;
  double *weight = s->weight ? bl_calloc(ctx, s->n, k * sizeof *weight) : NULL;
  if (s->weight && !weight) return bl_fail_nomem(ctx, "a ranking");
  for (size_t i = 0; weight && i < s->n * k; i++) weight[i] = s->weight[i / k];
  bl_status status = score(ctx, s->n * k, s->y, bl_label_scores(s), weight, v);
  bl_free(ctx, weight);
  return status;
}

/* Rows of weight 0 do not count, not even as undefined. */
static bl_status each_row(bl_ctx *ctx, const bl_scored *s, bl_ranking_fn score, double undefined, bl_rank_mean *out)
{
  size_t k = s->n_classes;
  bl_status status = BL_OK;
  for (size_t i = 0; !status && i < s->n; i++) {
    double v, w = bl_weight_of(s, i);
    if (!(w > 0)) continue;
    status = score(ctx, k, s->y + i * k, bl_label_scores(s) + i * k, NULL, &v);
    if (!status) bl_rank_mean_add(out, BL_RANK_WEIGHTED, isnan(v) ? undefined : v, w);
  }
  return status;
}

bl_status bl_rank_labels(bl_ctx *ctx, const bl_scored *s, int average, bl_ranking_fn score, double undefined,
                         bl_rank_mean *out)
{
  double v = (double)NAN;
  *out = (bl_rank_mean){0};
  if (average == BL_RANK_SAMPLES) return each_row(ctx, s, score, undefined, out);
  if (average != BL_RANK_MICRO) return each_label(ctx, s, average, score, undefined, out);
  bl_status status = all_cells(ctx, s, score, &v);
  if (!status) bl_rank_mean_add(out, average, isnan(v) ? undefined : v, 1);
  return status;
}
