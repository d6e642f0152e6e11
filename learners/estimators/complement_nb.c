/* complement_nb: naive Bayes of counts for classes of unlike size: of each class it learns what the others are like, and
 * takes the class whose complement fits worst (Rennie, Shih, Teevan and Karger 2003). Priors have no say in it. */
#include <math.h>

#include "discrete_nb.h"

typedef struct params {
  double alpha;
  bool norm;
} params;
static const bl_opt opts[] = {BL_NB_ALPHA(params),
                              BL_BOOL(params, norm, "false", "divide each class's weights by their sum"), BL_OPT_END};

static bl_status learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_discrete_nb_learn(ctx, self, t, NULL);
}

/* Weights of class c from the counts of all other classes. */
static void weigh(const params *p, const bl_discrete_nb *s, size_t c, double *coef)
{
  size_t d = s->n_features;
  double total = 0, sum = 0;
  for (size_t j = 0; j < d; j++) {
    coef[j] = p->alpha;
    for (size_t k = 0; k < s->n_classes; k++) coef[j] += k == c ? 0 : s->feature_count[k * d + j];
    total += coef[j];
  }
  for (size_t j = 0; j < d; j++) sum += coef[j] = log(coef[j] / total);
  for (size_t j = 0; j < d; j++) coef[j] = p->norm ? coef[j] / sum : -coef[j];
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const bl_discrete_nb *s = self->state;
  bl_nb_room *r;
  bl_status status = bl_nb_room_new(ctx, self, out, &r);
  (void)ops, (void)rows;
  if (status) return status;
  for (size_t c = 0; c < s->n_classes; c++) {
    weigh(self->params, s, c, r->coef + c * s->n_features);
    r->constant[c] = 0;
  }
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_complement_nb = {
    .name = "complement_nb", .summary = "naive Bayes of counts by what the other classes are like",
    .source = "scikit-learn ComplementNB; Rennie et al. 2003",
    .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS | BL_TAG_INCREMENTAL | BL_TAG_NONNEGATIVE, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_discrete_nb_fields, .state_size = sizeof(bl_discrete_nb),
    .fit = learn, .partial_fit = learn, .width = bl_nb_width, .prepare = prepare, .apply = bl_nb_apply,
    .check = bl_nb_check};
/* clang-format on */
