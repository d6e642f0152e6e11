/* Cohen's kappa: agreement beyond chance, 1 - (disagreement observed) / (disagreement expected); Cohen 1960, with
 * weights of disagreement Cohen 1968. Undefined (NaN, warning) when truth and prediction are one same class. */
#include <math.h>

#include "metric_private.h"

enum { NONE, LINEAR, QUADRATIC };
typedef struct params {
  int weights;
} params;
static const char *const kinds[] = {"none", "linear", "quadratic", NULL};
static const bl_opt opts[] = {
    BL_ENUM(params, weights, "none", kinds, "How the distance between ordered classes counts"), BL_OPT_END};

static double cost(int kind, size_t i, size_t j)
{
  double d = i < j ? (double)(j - i) : (double)(i - j);
  return kind == NONE ? i != j : kind == LINEAR ? d : d * d;
}

static bl_status score(bl_ctx *ctx, const void *params_, const bl_scored *s, double *out)
{
  const params *p = params_;
  size_t k = s->n_classes;
  double *c, *sums = bl_calloc(ctx, 2 * k, sizeof *sums);
  if (!sums) return bl_fail_nomem(ctx, "cohen_kappa");
  bl_status e = bl_confusion_new(ctx, s, &c);
  if (e) goto done;
  double all = 0, observed = 0, expected = 0;
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < k; j++) {
      sums[i] += c[i * k + j];
      sums[k + j] += c[i * k + j];
      all += c[i * k + j];
    }
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < k; j++) {
      observed += cost(p->weights, i, j) * c[i * k + j];
      expected += cost(p->weights, i, j) * sums[i] * sums[k + j] / all;
    }
  *out = expected > 0 ? 1 - observed / expected : (double)NAN;
  if (isnan(*out)) bl_warn(ctx, BL_W_UNDEFINED, "cohen_kappa: one class only in truth and prediction, undefined");
  bl_free(ctx, c);
done:
  bl_free(ctx, sums);
  return e;
}

const bl_metric_class bl_metric_cohen_kappa = {
    .name = "cohen_kappa",
    .summary = "Agreement of truth and prediction beyond chance",
    .source = "Cohen 1960, 1968; scikit-learn cohen_kappa_score",
    .for_classes = true,
    .greater_is_better = true,
    .bounds = {-1, 1},
    .needs = BL_NEEDS_PRED,
    .opts = opts,
    .params_size = sizeof(params),
    .score = score,
};
