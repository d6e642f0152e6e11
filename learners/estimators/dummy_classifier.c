/* dummy_classifier: looks at no column; what a classifier must beat. Predicts the class of the largest total weight
 * (ties: the lower), with the classes' shares as probabilities (prior) or all on that class (most_frequent); of several
 * labels each that more than half of the rows have, by weight. As scikit-learn's DummyClassifier, without the strategies
 * that draw numbers while predicting: a row's answer would hang on its place. */
#include "kit.h"

enum { PRIOR };
static const char *const strategies[] = {"prior", "most_frequent", NULL};

typedef struct params {
  int strategy;
} params;

typedef struct state {
  size_t n_classes;
  double *class_prior;
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, strategy, "prior", strategies, "probabilities: shares of the classes, or all on the largest"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, class_prior, BL_F64, n_classes, "share of each class, or of the rows that have each label"),
    BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state;
  s->n_classes = t->n_classes;
  s->class_prior = bl_calloc(ctx, t->n_classes, sizeof *s->class_prior);
  if (!s->class_prior) return bl_fail_nomem(ctx, "dummy_classifier");
  bool labels = t->n_targets > 1;
  for (size_t i = 0; i < t->X.rows; i++) {
    double w = t->weight ? t->weight[i] : 1;
    if (!labels) s->class_prior[(size_t)t->y[i]] += w;
    for (size_t c = 0; labels && c < t->n_classes; c++) s->class_prior[c] += w * t->y[i * t->n_classes + c];
  }
  double sum = bl_kit_weight_sum(t->X.rows, t->weight);
  for (size_t c = 0; c < t->n_classes; c++) s->class_prior[c] /= sum;
  return BL_OK;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return bl_label_columns(self);
  if (op == BL_PREDICT_PROBA) return self->n_classes ? self->n_classes : 1;
  return 0;
}

static void label_row(const state *s, bool prior, size_t i, const bl_answer *out)
{
  size_t k = s->n_classes;
  for (size_t c = 0; c < k; c++) {
    double share = s->class_prior[c], has = share > 0.5;
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i * k + c] = has;
    if (out->v[BL_PREDICT_PROBA]) out->v[BL_PREDICT_PROBA][i * k + c] = prior ? share : has;
  }
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  size_t k = s->n_classes, top = 0;
  (void)ctx, (void)room;
  for (size_t c = 1; c < k; c++) top = s->class_prior[c] > s->class_prior[top] ? c : top;
  for (size_t i = 0; self->n_targets > 1 && i < X->rows; i++) label_row(s, p->strategy == PRIOR, i, out);
  for (size_t i = 0; self->n_targets <= 1 && i < X->rows; i++) {
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = (double)top;
    for (size_t c = 0; out->v[BL_PREDICT_PROBA] && c < k; c++)
      out->v[BL_PREDICT_PROBA][i * k + c] = p->strategy == PRIOR ? s->class_prior[c] : (c == top ? 1 : 0);
  }
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (!s->class_prior || s->n_classes != self->n_classes || !s->n_classes)
    return bl_fail(ctx, BL_E_FORMAT, "dummy_classifier: class_prior has %zu entries for %zu classes", s->n_classes,
                   self->n_classes);
  return BL_OK;
}

const bl_estimator_class bl_estimator_dummy_classifier = {
    .name = "dummy_classifier",
    .summary = "the most frequent class, whatever the row: what others must beat",
    .source = "scikit-learn DummyClassifier",
    .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS | BL_TAG_POOR_SCORE | BL_TAG_TARGETS | BL_TAG_NAN_OK | BL_TAG_CATEGORIES,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = width,
    .apply = apply,
    .check = check};
