/* Top-k accuracy: the weighted share of rows whose class is among the k with the highest scores; of equal scores the later
 * class goes first, as in scikit-learn. With k at the number of classes or above it is 1, with a warning. Of two classes and
 * k 1 it is accuracy at a probability of one half, or a decision of 0. */
#include "metric_private.h"

typedef struct params {
  int64_t k;
} params;
static const bl_opt opts[] = {BL_INT(params, k, "2", 1, 1e6, "", "How many guesses a row may have"), BL_OPT_END};

/* How many classes stand before the row's own. */
static size_t before(const double *score, size_t n, size_t own)
{
  size_t count = 0;
  for (size_t c = 0; c < n; c++) count += score[c] > score[own] || (c > own && score[c] == score[own]);
  return count;
}

static bool hit(const params *p, const bl_scored *s, size_t row)
{
  size_t own = (size_t)s->y[row], n = s->n_classes;
  if (p->k >= (int64_t)n) return true;
  if (n == 2) return (s->decision ? s->decision[row] > 0 : s->proba[2 * row + 1] > 0.5) == (own == 1);
  return (int64_t)before((s->proba ? s->proba : s->decision) + row * n, n, own) < p->k;
}

static bl_status score(bl_ctx *ctx, const void *vp, const bl_scored *s, double *out)
{
  const params *p = vp;
  double sum = 0, all = 0;
  for (size_t i = 0; i < s->n; i++) {
    sum += bl_weight_of(s, i) * hit(p, s, i);
    all += bl_weight_of(s, i);
  }
  if (p->k >= (int64_t)s->n_classes)
    bl_warn(ctx, BL_W_UNDEFINED, "top_k_accuracy: k %lld with %zu classes is 1 whatever is predicted", (long long)p->k,
            s->n_classes);
  *out = sum / all;
  return BL_OK;
}

const bl_metric_class bl_metric_top_k_accuracy = {
    .name = "top_k_accuracy",
    .summary = "Share of rows whose class is among the k with the highest scores",
    .source = "scikit-learn top_k_accuracy_score",
    .for_classes = true,
    .greater_is_better = true,
    .bounds = {0, 1},
    .needs = BL_NEEDS_SCORES,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
