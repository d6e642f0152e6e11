/* logistic_regression_cv: logistic_regression whose C is the one of the best mean accuracy over folds, the smallest of
 * equals; then all rows are learnt with it. Folds are stratified, and keep groups whole where rows have groups. As
 * scikit-learn's LogisticRegressionCV with one C for all classes; with ovr that gives each class a C of its own. */
#include <math.h>
#include <string.h>

#include "inner_folds.h"
#include "logistic_fit.h"

typedef struct params {
  bl_logistic_params one;
  bl_reals Cs, l1_ratios;
  int64_t cv;
} params;

typedef struct state {
  bl_linear_scores scores;
  int64_t n_iter;
  double C, l1_ratio;
  size_t n_tried, n_folds;
  double *tried; /* [n_tried x n_folds] */
} state;

static const bl_opt opts[] = {
    {"Cs", BL_OPT_REALS, offsetof(params, Cs), "[10]", 0, 1e15, BL_OPT_OPEN_LO | BL_OPT_NEEDED, NULL, "",
     "weights of the loss to choose from, or one number: how many, evenly in logarithms from 1e-4 to 1e4", NULL},
    {"l1_ratios", BL_OPT_REALS, offsetof(params, l1_ratios), "0.5", 0, 1, BL_OPT_NEEDED, NULL, "",
     "with elasticnet, shares of the penalty on magnitudes to choose from", NULL},
    BL_INT(params, cv, "5", 2, 100000, "", "folds"),
    BL_LOGISTIC_OPTIONS(params, one),
    BL_OPT_END};

static const bl_field fields[] = {BL_LINEAR_SCORES_FIELDS(state),
                                  BL_FIELD_SCALAR(state, n_iter, BL_I64, "steps the solver took in the last fit"),
                                  BL_FIELD_SCALAR(state, C, BL_F64, "chosen weight of the loss"),
                                  BL_FIELD_SCALAR(state, l1_ratio, BL_F64, "chosen share of the penalty on magnitudes"),
                                  {"scores", BL_F64, offsetof(state, tried), offsetof(state, n_tried),
                                   offsetof(state, n_folds),
                                   "accuracies: of each l1_ratio those of all Cs, a fold a column"},
                                  BL_FIELD_END};

static size_t n_Cs(const params *p) { return p->Cs.n == 1 && p->Cs.v[0] >= 2 ? (size_t)p->Cs.v[0] : p->Cs.n; }

static double C_of(const params *p, size_t i)
{
  size_t n = n_Cs(p);
  return n == p->Cs.n ? p->Cs.v[i] : pow(10, -4 + 8 * (double)i / (double)(n - 1));
}

/* What is tried as number `at`. */
static bl_logistic_params tried_as(const params *p, size_t at)
{
  bl_logistic_params one = p->one;
  one.C = C_of(p, at % n_Cs(p));
  one.l1_ratio = p->l1_ratios.v[at / n_Cs(p)];
  return one;
}

typedef struct walk {
  const params *p;
  const bl_train *t;
  const bl_folds *folds;
  state *s;
} walk;

static double accuracy(const bl_train *t, const bl_fold *f, const bl_linear_scores *m)
{
  double right = 0, total = 0;
  for (size_t i = 0; i < f->n_test; i++) {
    size_t row = f->test[i], best = 0;
    const float *x = bl_crow(&t->X, row);
    double top = -(double)INFINITY, w = t->weight ? t->weight[row] : 1;
    for (size_t c = 0; c < m->n_outputs; c++) {
      double z = m->intercept[c];
      for (size_t j = 0; j < m->n_features; j++) z += (double)x[j] * m->coef[c * m->n_features + j];
      if (m->n_outputs == 1) best = z > 0;
      else if (z > top) top = z, best = c;
    }
    right += w * (double)(best == (size_t)t->y[row]);
    total += w;
  }
  return right / total;
}

/* One parameter on one fold. */
static bl_status try_one(bl_ctx *ctx, void *arg, size_t item)
{
  const walk *w = arg;
  size_t at = item / w->folds->n, f = item % w->folds->n;
  bl_logistic_params one = tried_as(w->p, at);
  bl_inner_rows rows;
  bl_linear_scores m = {0};
  int64_t n_iter;
  bl_status s = bl_inner_rows_take(ctx, w->t, w->folds->v[f].train, w->folds->v[f].n_train, &rows);
  if (!s) s = bl_linear_scores_begin(ctx, w->t->n_classes, w->t->X.cols, &m);
  if (!s) s = bl_logistic_fit(ctx, "logistic_regression_cv", &one, &rows.X, rows.y, rows.weight, true, &m, &n_iter);
  if (!s) w->s->tried[item] = accuracy(w->t, &w->folds->v[f], &m);
  bl_free(ctx, m.coef);
  bl_free(ctx, m.intercept);
  bl_inner_rows_free(ctx, &rows);
  return s;
}

static size_t best_of(const state *s)
{
  size_t best = 0;
  double top = -1;
  for (size_t at = 0; at < s->n_tried; at++) {
    double mean = 0;
    for (size_t f = 0; f < s->n_folds; f++) mean += s->tried[at * s->n_folds + f] / (double)s->n_folds;
    if (mean > top) top = mean, best = at;
  }
  return best;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_folds folds = {0};
  bl_status status = bl_inner_folds(ctx, "logistic_regression_cv", t, (size_t)p->cv, &folds);
  s->n_tried = n_Cs(p) * p->l1_ratios.n;
  s->n_folds = folds.n;
  if (!status && !(s->tried = bl_calloc(ctx, s->n_tried, folds.n * sizeof *s->tried)))
    status = bl_fail_nomem(ctx, "logistic_regression_cv");
  walk w = {p, t, &folds, s};
  double cost = 200.0 * (double)t->X.rows * (double)t->X.cols;
  if (!status) status = bl_pool_for(ctx, s->n_tried * folds.n, cost, try_one, &w);
  if (!status) status = bl_linear_scores_begin(ctx, t->n_classes, t->X.cols, &s->scores);
  if (!status) {
    bl_logistic_params one = tried_as(p, best_of(s));
    s->C = one.C;
    s->l1_ratio = one.l1_ratio;
    status =
        bl_logistic_fit(ctx, "logistic_regression_cv", &one, &t->X, t->y, t->weight, false, &s->scores, &s->n_iter);
  }
  bl_folds_free(ctx, &folds);
  return status;
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  const params *p = self->params;
  bl_status s = bl_linear_scores_prepare(ctx, self, ops, rows, room);
  if (!s) ((bl_linear_room *)*room)->link = bl_logistic_link(&p->one);
  return s;
}

/* clang-format off */
const bl_estimator_class bl_estimator_logistic_regression_cv = {
    .name = "logistic_regression_cv", .summary = "logistic_regression whose C is chosen by cross-validation",
    .source = "scikit-learn LogisticRegressionCV", .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state), .fit = fit,
    .width = bl_linear_width, .prepare = prepare, .apply = bl_linear_scores_apply, .check = bl_linear_scores_check};
/* clang-format on */
