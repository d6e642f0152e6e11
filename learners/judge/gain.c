/* Discounted cumulative gain (Jarvelin and Kekalainen, ACM TOIS 20, 2002), ties as McSherry and Najork (ECIR 2008): labels
 * of equal score each get the mean of what their ranks are worth. */
#include <math.h>
#include <stdlib.h>

#include "metric_private.h"

const bl_opt bl_dcg_opts[] = {
    BL_INT(bl_dcg_params, k, "0", 0, 1e6, "", "Only the k highest scores count; 0: all"),
    BL_BOOL(bl_dcg_params, ignore_ties, "false", "Equal scores keep their order, instead of sharing"), BL_OPT_END};

typedef struct item {
  double score, gain;
  size_t at;
} item;

/* Descending; of equal scores the later label first, as numpy's sort turned round has them. */
static int by_score(const void *a, const void *b)
{
  const item *x = a, *y = b;
  if (x->score != y->score) return x->score < y->score ? 1 : -1;
  return x->at > y->at ? -1 : x->at < y->at;
}

static double worth(size_t rank, size_t k) { return k && rank >= k ? 0 : 1 / log2((double)rank + 2); }

static double gain_of(item *v, size_t n, size_t k, bool ignore_ties)
{
  double sum = 0;
  qsort(v, n, sizeof *v, by_score);
  for (size_t i = 0, j; i < n; i = j) {
    double gains = 0, ranks = 0;
    for (j = i; j < n && (j == i || (!ignore_ties && v[j].score == v[i].score)); j++) {
      gains += v[j].gain;
      ranks += worth(j, k);
    }
    sum += gains / (double)(j - i) * ranks;
  }
  return sum;
}

bl_status bl_dcg(bl_ctx *ctx, const bl_scored *s, const bl_dcg_params *p, bool normalised, double *out)
{
  size_t n = s->n_classes, k = (size_t)p->k;
  double sum = 0, all = 0;
  item *v = bl_calloc(ctx, n, sizeof *v);
  *out = (double)NAN;
  if (!v) return bl_fail_nomem(ctx, "gains");
  for (size_t i = 0; i < s->n; i++) {
    const double *y = s->y + i * n, *score = bl_label_scores(s) + i * n;
    double w = bl_weight_of(s, i), gain, best = 1;
    for (size_t c = 0; c < n; c++) v[c] = (item){score[c], y[c], c};
    gain = gain_of(v, n, k, p->ignore_ties);
    for (size_t c = 0; c < n; c++) v[c] = (item){y[c], y[c], c};
    if (normalised) best = gain_of(v, n, k, true);
    sum += best > 0 ? w * gain / best : 0;
    all += w;
  }
  *out = sum / all;
  bl_free(ctx, v);
  return BL_OK;
}
