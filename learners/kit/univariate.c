#include "univariate.h"

#include <string.h>

#include "baleen/sort.h"

/* clang-format off */
const bl_field bl_univariate_fields[] = {
    BL_KEPT_FIELD(bl_univariate),
    BL_FIELD_VECTOR(bl_univariate, scores, BL_F64, n_features, "score of each column"),
    BL_FIELD_VECTOR(bl_univariate, pvalues, BL_F64, n_features, "probability of a score as high by chance, 1 where it has none"),
    BL_FIELD_END};
/* clang-format on */

unsigned bl_univariate_tags(const bl_estimator *self)
{
  const bl_univariate_params *p = self->params;
  return bl_score_of_classes((bl_score_func)p->score_func) ? BL_TAG_NEEDS_Y : 0;
}

bl_status bl_univariate_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, bool by_pvalue,
                            bl_univariate_choose choose)
{
  const bl_univariate_params *p = self->params;
  bl_univariate *s = self->state;
  bl_score_func f = (bl_score_func)p->score_func;
  size_t d = t->X.cols;
  if (by_pvalue && !bl_score_has_pvalues(f))
    return bl_fail(ctx, BL_E_CONFIG, "%s: %s has no p-values to choose by; select_k_best takes it", self->cls->name,
                   bl_score_funcs[f]);
  s->scores = bl_calloc(ctx, d, sizeof *s->scores);
  s->pvalues = bl_calloc(ctx, d, sizeof *s->pvalues);
  s->n_features = d;
  bool *keep = bl_calloc(ctx, d, sizeof *keep);
  double *sorted = bl_calloc(ctx, d, sizeof *sorted);
  bl_status status = s->scores && s->pvalues && keep && sorted ? BL_OK : bl_fail_nomem(ctx, self->cls->name);
  if (!status) status = bl_score_columns(ctx, self, f, (size_t)p->n_neighbors, t, s->scores, s->pvalues);
  if (!status) {
    memcpy(sorted, by_pvalue ? s->pvalues : s->scores, d * sizeof *sorted);
    bl_sort(sorted, d);
    choose(p, s, sorted, d, keep);
    bl_kept_any(ctx, self, s->scores, "score", d, keep);
  }
  if (!status) status = bl_kept_set(ctx, self, (bl_kept *)self->state, keep, d);
  bl_free(ctx, keep);
  bl_free(ctx, sorted);
  return status;
}
