/* bernoulli_nb: naive Bayes of what is there and what is not: a column counts as there where it lies above `binarize`.
 *   p_kj = (rows of class k with j + alpha) / (rows of class k + 2 alpha); what is not there counts as log(1 - p_kj). */
#include <math.h>

#include "discrete_nb.h"

typedef struct params {
  double alpha, binarize;
  bl_nb_priors prior;
} params;
static const bl_opt opts[] = {
    BL_NB_ALPHA(params), BL_REAL(params, binarize, "0", -1e9, 1e9, "", "a column is there where it lies above this"),
    BL_NB_PRIORS(params), BL_OPT_END};

static bl_status learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_status s = bl_nb_priors_check(ctx, "bernoulli_nb", &p->prior, t->n_classes);
  return s ? s : bl_discrete_nb_learn(ctx, self, t, &p->binarize);
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const params *p = self->params;
  const bl_discrete_nb *s = self->state;
  bl_nb_room *r = NULL;
  size_t d = s->n_features;
  bl_status status =
      bl_nb_priors_check(ctx, "bernoulli_nb", &p->prior, s->n_classes); /* a model file may say anything */
  if (!status) status = bl_nb_room_new(ctx, self, out, &r);
  (void)ops, (void)rows;
  if (status) return status;
  r->from = &p->binarize;
  bl_nb_log_priors(&p->prior, s, r->constant);
  for (size_t c = 0; c < s->n_classes; c++)
    for (size_t j = 0; j < d; j++) {
      double there = s->feature_count[c * d + j] + p->alpha;
      double absent = fmax(s->class_count[c] - s->feature_count[c * d + j], 0) + p->alpha, all = there + absent;
      r->coef[c * d + j] = log(there / all) - log(absent / all);
      r->constant[c] += log(absent / all);
    }
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_bernoulli_nb = {
    .name = "bernoulli_nb", .summary = "naive Bayes of columns that are there or not", .source = "scikit-learn BernoulliNB",
    .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS | BL_TAG_INCREMENTAL | BL_TAG_POOR_SCORE, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_discrete_nb_fields, .state_size = sizeof(bl_discrete_nb),
    .fit = learn, .partial_fit = learn, .width = bl_nb_width, .prepare = prepare, .apply = bl_nb_apply,
    .check = bl_nb_check};
/* clang-format on */
