/* multinomial_nb: naive Bayes of counts (or shares, tf-idf): a class draws each of its counts with probabilities of its own,
 *   theta_kj = (N_kj + alpha) / sum_j (N_kj + alpha),  log likelihood = log prior_k + sum_j x_j log theta_kj. */
#include <math.h>

#include "discrete_nb.h"

typedef struct params {
  double alpha;
  bl_nb_priors prior;
} params;
static const bl_opt opts[] = {BL_NB_ALPHA(params), BL_NB_PRIORS(params), BL_OPT_END};

static bl_status learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  bl_status s = bl_nb_priors_check(ctx, "multinomial_nb", &((const params *)self->params)->prior, t->n_classes);
  return s ? s : bl_discrete_nb_learn(ctx, self, t, NULL);
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const params *p = self->params;
  const bl_discrete_nb *s = self->state;
  bl_nb_room *r = NULL;
  size_t d = s->n_features;
  bl_status status =
      bl_nb_priors_check(ctx, "multinomial_nb", &p->prior, s->n_classes); /* a model file may say anything */
  if (!status) status = bl_nb_room_new(ctx, self, out, &r);
  (void)ops, (void)rows;
  if (status) return status;
  bl_nb_log_priors(&p->prior, s, r->constant);
  for (size_t c = 0; c < s->n_classes; c++) {
    double total = 0;
    for (size_t j = 0; j < d; j++) total += s->feature_count[c * d + j] + p->alpha;
    for (size_t j = 0; j < d; j++) r->coef[c * d + j] = log(s->feature_count[c * d + j] + p->alpha) - log(total);
  }
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_multinomial_nb = {
    .name = "multinomial_nb", .summary = "naive Bayes of counts, as of words", .source = "scikit-learn MultinomialNB",
    .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS | BL_TAG_INCREMENTAL | BL_TAG_NONNEGATIVE, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_discrete_nb_fields, .state_size = sizeof(bl_discrete_nb),
    .fit = learn, .partial_fit = learn, .width = bl_nb_width, .prepare = prepare, .apply = bl_nb_apply,
    .check = bl_nb_check};
/* clang-format on */
