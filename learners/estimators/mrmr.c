/* mrmr: columns that each tell much of the target and little of one another (minimum redundancy, maximum relevance).
 * One column after the other: the score that it has by itself, over (or less) the mean of its correlations' magnitudes
 * with those that are chosen (Ding and Peng 2005; F and correlation as in Zhao, Anand and Wang 2019: FCQ and FCD). */
#include <math.h>

#include "kit.h"
#include "univariate.h"

enum { QUOTIENT, DIFFERENCE };
static const char *const schemes[] = {"quotient", "difference", NULL};
typedef struct params {
  bl_univariate_params own;
  int64_t k;
  int scheme;
} params;

static const bl_opt opts[] = {
    BL_UNIVARIATE_OPTS(params), BL_INT(params, k, "10", 1, 10000000, "", "how many columns are kept"),
    BL_ENUM(params, scheme, "quotient", schemes, "relevance over redundancy, or less it"), BL_OPT_END};

/* Columns of length 1 around 0, each in a row [cols x rows]; a constant is all 0. */
static bl_status unit_columns(bl_ctx *ctx, const bl_cmat *X, double **out)
{
  size_t n = X->rows, d = X->cols;
  double *v = *out = bl_calloc(ctx, d, n * sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "mrmr");
  for (size_t j = 0; j < d; j++) {
    double *c = v + j * n, mean = 0, sum2 = 0;
    for (size_t i = 0; i < n; i++) mean += c[i] = (double)bl_crow(X, i)[j];
    mean /= (double)n;
    for (size_t i = 0; i < n; i++) c[i] -= mean, sum2 += c[i] * c[i];
    bool flat = bl_kit_constant((double)n, mean, sum2 / (double)n);
    for (size_t i = 0; i < n; i++) c[i] = flat ? 0 : c[i] / sqrt(sum2);
  }
  return BL_CHECK_CANCEL(ctx);
}

/* What column j is worth with those that are chosen, `shared` being the sum of its correlations' magnitudes. */
static double worth(int scheme, double score, double shared, size_t chosen)
{
  if (!chosen) return score;
  double redundancy = shared / (double)chosen;
  return scheme == DIFFERENCE ? score - redundancy : score / fmax(redundancy, 1e-3); /* as good as none */
}

static bl_status choose(bl_ctx *ctx, const params *p, const bl_cmat *X, const double *score, bool *keep)
{
  size_t n = X->rows, d = X->cols, k = (size_t)p->k < d ? (size_t)p->k : d;
  double *unit = NULL, *shared = bl_calloc(ctx, d, sizeof *shared);
  bl_status s = shared ? unit_columns(ctx, X, &unit) : bl_fail_nomem(ctx, "mrmr");
  for (size_t chosen = 0; !s && chosen < k; chosen++) {
    size_t best = d;
    for (size_t j = 0; j < d; j++)
      if (!keep[j] && (best == d || worth(p->scheme, score[j], shared[j], chosen) >
                                        worth(p->scheme, score[best], shared[best], chosen)))
        best = j;
    keep[best] = true;
    for (size_t j = 0; j < d; j++) {
      double r = 0;
      for (size_t i = 0; !keep[j] && i < n; i++) r += unit[j * n + i] * unit[best * n + i];
      shared[j] += fabs(r);
    }
    s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, unit);
  bl_free(ctx, shared);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_univariate *s = self->state;
  size_t d = t->X.cols;
  s->n_features = d;
  s->scores = bl_calloc(ctx, d, sizeof *s->scores);
  s->pvalues = bl_calloc(ctx, d, sizeof *s->pvalues);
  bool *keep = bl_calloc(ctx, d, sizeof *keep);
  bl_status status = s->scores && s->pvalues && keep ? BL_OK : bl_fail_nomem(ctx, "mrmr");
  if (!status)
    status = bl_score_columns(ctx, self, (bl_score_func)p->own.score_func, (size_t)p->own.n_neighbors, t, s->scores,
                              s->pvalues);
  for (size_t j = 0; !status && j < d; j++) s->scores[j] = fabs(s->scores[j]); /* r tells either way */
  if (!status) status = choose(ctx, p, &t->X, s->scores, keep);
  if (!status) status = bl_kept_set(ctx, self, self->state, keep, d);
  bl_free(ctx, keep);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_mrmr = {
    .name = "mrmr", .summary = "columns that tell much of the target and little of one another",
    .source = "Ding and Peng 2005; Zhao, Anand and Wang 2019", .kind = BL_TRANSFORMER, .tags_of = bl_univariate_tags,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = bl_univariate_fields,
    .state_size = sizeof(bl_univariate), .fit = fit, .width = bl_kept_width, .apply = bl_kept_apply,
    .names_out = bl_kept_names_out, .blocks_out = bl_kept_blocks_out, .check = bl_kept_check};
/* clang-format on */
