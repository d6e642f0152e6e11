/* logistic_regression: a linear classifier with probabilities, held to the optimum of scikit-learn's LogisticRegression
 * (logistic_fit.c says what is minimised and how). With two classes multi_class changes nothing. */
#include "logistic_fit.h"

typedef struct params {
  bl_logistic_params one;
} params;

typedef struct state {
  bl_linear_scores scores;
  int64_t n_iter;
} state;

static const bl_opt opts[] = {BL_LOGISTIC_OPTIONS(params, one),
                              {"C", BL_OPT_REAL, offsetof(params, one.C), "1", 0, 1e15, BL_OPT_OPEN_LO, NULL, "",
                               "weight of the loss against the penalty; smaller is smoother", NULL},
                              {"l1_ratio", BL_OPT_REAL, offsetof(params, one.l1_ratio), "0.5", 0, 1, 0, NULL, "",
                               "with elasticnet, the share of the penalty that is on magnitudes", NULL},
                              BL_OPT_END};

static const bl_field fields[] = {BL_LINEAR_SCORES_FIELDS(state),
                                  BL_FIELD_SCALAR(state, n_iter, BL_I64, "steps the solver took"), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_status status = bl_linear_scores_begin(ctx, t->n_classes, t->X.cols, &s->scores);
  if (status) return status;
  return bl_logistic_fit(ctx, "logistic_regression", &p->one, &t->X, t->y, t->weight, false, &s->scores, &s->n_iter);
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  const params *p = self->params;
  bl_status s = bl_linear_scores_prepare(ctx, self, ops, rows, room);
  if (!s) ((bl_linear_room *)*room)->link = bl_logistic_link(&p->one);
  return s;
}

const bl_estimator_class bl_estimator_logistic_regression = {
    .name = "logistic_regression",
    .summary = "linear classifier with probabilities",
    .source = "scikit-learn LogisticRegression; Liu and Nocedal 1989 (L-BFGS)",
    .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = bl_linear_width,
    .prepare = prepare,
    .apply = bl_linear_scores_apply,
    .check = bl_linear_scores_check};
