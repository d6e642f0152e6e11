/* calibrated_classifier: probabilities that are what they say. A classifier is taught the training rows of each of some folds,
 * and what it says of the fold's other rows, which it has not seen, is what a curve from its scores to probabilities is fitted
 * to: one for two classes, else one a class against the rest, whose values are divided by their sum. With `ensemble` each fold
 * keeps its classifier and its curves, and probabilities are their mean; without, the scores of all folds make one curve, and
 * one classifier is taught all rows. Numbers as scikit-learn's CalibratedClassifierCV, on folds that keep groups whole. */
#include <string.h>

#include "baleen/pool.h"
#include "calibration.h"
#include "composite.h"
#include "estimator_private.h"
#include "inner_folds.h"
#include "kit.h"
#include "linear_classifier.h"
#include "some_rows.h"

enum { SIGMOID, ISOTONIC };
static const char *const methods[] = {"sigmoid", "isotonic", NULL};
typedef struct params {
  int method;
  bool ensemble;
  int64_t cv;
} params;
static const bl_opt opts[] = {
    BL_CHILD(estimator, "the classifier whose scores become probabilities"),
    BL_ENUM(params, method, "sigmoid", methods,
            "curves of two numbers (Platt), or rising steps, for some 1000 rows and more"),
    BL_BOOL(params, ensemble, "true", "a classifier a fold; false: one taught all rows, its curves from all folds"),
    BL_INT(params, cv, "5", 2, 1000, "", "folds, rows of one group on one side of each, and by classes"), BL_OPT_END};

/* Curves stand classifier by classifier, in each output by output. */
typedef struct state {
  size_t n_curves, n_points;
  double *a, *b; /* [n_curves] of sigmoid, else NULL */
  int64_t *n_of; /* [n_curves] points of each curve, of isotonic, else NULL */
  double *x, *y; /* [n_points] */
} state;
static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, a, BL_F64, n_curves, "p = 1 / (1 + exp(a score + b)): a of each curve"),
    BL_FIELD_VECTOR(state, b, BL_F64, n_curves, "b of each curve"),
    BL_FIELD_VECTOR(state, n_of, BL_I64, n_curves, "points of each curve of steps"),
    BL_FIELD_VECTOR(state, x, BL_F64, n_points, "scores of these points, curve by curve"),
    BL_FIELD_VECTOR(state, y, BL_F64, n_points, "probabilities there"),
    BL_FIELD_END};

static size_t n_outputs(size_t n_classes) { return n_classes == 2 ? 1 : n_classes; }

/* ---- what it is -------------------------------------------------------------------------------------------------- */

static unsigned tags_of(const bl_estimator *self)
{
  const unsigned from_child = BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_BINARY | BL_TAG_COVARIANCE_ROWS |
                              BL_TAG_POOR_SCORE | BL_TAG_CATEGORIES | BL_TAG_NONNEGATIVE;
  return bl_composite_tags(self, from_child, 0);
}

static bl_op asked_of(const bl_estimator *e) { return bl_op_width(e, BL_DECISION) ? BL_DECISION : BL_PREDICT_PROBA; }

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_estimator *e = self->child[0];
  if (bl_estimator_kind(e) != BL_CLASSIFIER)
    return bl_fail(ctx, BL_E_CONFIG, "calibrated_classifier: %s is a %s; it takes a classifier", e->cls->name,
                   bl_kind_name(bl_estimator_kind(e)));
  if (bl_estimator_tags(e) & BL_TAG_ORDERED)
    return bl_fail(ctx, BL_E_CONFIG,
                   "calibrated_classifier: %s learns from rows in their order, which rows of a fold have not",
                   e->cls->name);
  if (bl_op_width(e, BL_DECISION) || bl_op_width(e, BL_PREDICT_PROBA)) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "calibrated_classifier: %s tells neither scores nor probabilities", e->cls->name);
}

/* ---- learning ---------------------------------------------------------------------------------------------------- */

typedef struct folds_of {
  bl_estimator *self;
  const bl_train *t;
  bl_folds folds;
  bl_estimator **taught; /* [folds] */
  double **score;        /* [folds][n_test x outputs] of the rows that it has not seen */
  size_t outputs;
} folds_of;

/* Of two classes the one column that tells the second. */
static void take_second(double *v, size_t n)
{
  for (size_t i = 0; i < n; i++) v[i] = v[2 * i + 1];
}

static bl_status teach_fold(bl_ctx *ctx, void *arg, size_t f)
{
  folds_of *c = arg;
  const bl_fold *fold = &c->folds.v[f];
  bl_some_rows train = {0}, test = {0};
  bl_estimator *e = NULL;
  bl_status s = bl_some_rows_take(ctx, c->t->data, fold->train, fold->n_train, true, &train);
  if (!s) s = bl_some_rows_take(ctx, c->t->data, fold->test, fold->n_test, true, &test);
  if (!s) s = bl_estimator_clone(ctx, c->self->child[0], &c->taught[f]);
  e = c->taught[f];
  if (!s) s = bl_composite_in(ctx, c->self, 0, bl_composite_fit(ctx, e, &train.d));
  if (!s && e->n_classes != c->t->n_classes)
    s = bl_fail(
        ctx, BL_E_CLASSES,
        "calibrated_classifier: the training rows of fold %zu have %zu of %zu classes; lower cv, or leave classes "
        "out that have few rows or groups",
        bl_fold_number(&c->folds, f), e->n_classes, c->t->n_classes);
  size_t wide = s ? 0 : bl_op_width(e, asked_of(e));
  if (!s && !(c->score[f] = bl_calloc(ctx, fold->n_test, wide * sizeof(double))))
    s = bl_fail_nomem(ctx, "scores of a fold");
  if (!s) s = bl_apply(ctx, e, asked_of(e), &test.d.X, NULL, c->score[f]);
  if (!s && wide == 2) take_second(c->score[f], fold->n_test);
  bl_some_rows_free(ctx, &train);
  bl_some_rows_free(ctx, &test);
  return s;
}

/* The scores of one output in folds lo .. hi - 1, and whose they are. */
static size_t gather(const folds_of *c, size_t lo, size_t hi, size_t output, double *z, double *positive,
                     double *weight)
{
  size_t n = 0, of = c->t->n_classes == 2 ? 1 : output;
  for (size_t f = lo; f < hi; f++)
    for (size_t i = 0; i < c->folds.v[f].n_test; i++, n++) {
      size_t row = c->folds.v[f].test[i];
      z[n] = c->score[f][i * c->outputs + output];
      positive[n] = (size_t)c->t->y[row] == of;
      weight[n] = c->t->weight ? c->t->weight[row] : 1;
    }
  return n;
}

/* Curve `at` from folds lo .. hi - 1; room: five times as many numbers as rows. */
static bl_status learn_curve(bl_ctx *ctx, const folds_of *c, size_t lo, size_t hi, size_t output, size_t at,
                             double *room)
{
  state *st = c->self->state;
  size_t all = c->t->X.rows, m;
  double *z = room, *positive = z + all, *weight = positive + all, *x = weight + all, *y = x + all;
  size_t n = gather(c, lo, hi, output, z, positive, weight);
  if (st->a) return bl_sigmoid_curve(ctx, n, z, positive, weight, &st->a[at], &st->b[at]);
  bl_status s = bl_isotonic_curve(ctx, n, z, positive, weight, x, y, &m);
  if (s) return s;
  memcpy(st->x + st->n_points, x, m * sizeof *x);
  memcpy(st->y + st->n_points, y, m * sizeof *y);
  st->n_of[at] = (int64_t)m;
  st->n_points += m;
  return BL_OK;
}

static bl_status make_curves(bl_ctx *ctx, const folds_of *c, bool ensemble)
{
  const params *p = c->self->params;
  state *st = c->self->state;
  size_t sets = ensemble ? c->folds.n : 1, all = c->t->X.rows;
  st->n_curves = sets * c->outputs;
  bool sigmoid = p->method == SIGMOID, made;
  double *room = bl_calloc(ctx, all, 5 * sizeof *room);
  if (sigmoid) {
    st->a = bl_calloc(ctx, st->n_curves, sizeof *st->a);
    st->b = bl_calloc(ctx, st->n_curves, sizeof *st->b);
    made = st->a && st->b;
  } else {
    st->n_of = bl_calloc(ctx, st->n_curves, sizeof *st->n_of);
    st->x = bl_calloc(ctx, all, c->outputs * sizeof *st->x);
    st->y = bl_calloc(ctx, all, c->outputs * sizeof *st->y);
    made = st->n_of && st->x && st->y;
  }
  bl_status s = made && room ? BL_OK : bl_fail_nomem(ctx, "calibration curves");
  for (size_t k = 0; !s && k < st->n_curves; k++) {
    size_t f = k / c->outputs;
    s = learn_curve(ctx, c, ensemble ? f : 0, ensemble ? f + 1 : c->folds.n, k % c->outputs, k, room);
  }
  bl_free(ctx, room);
  return s;
}

/* The classifiers of the folds stay, or give way to one taught all rows. */
static bl_status keep_taught(bl_ctx *ctx, folds_of *c, bool ensemble)
{
  bl_estimator *self = c->self;
  bl_status s = bl_estimator_learn_children(ctx, self, ensemble ? c->folds.n : 1);
  for (size_t f = 0; !s && ensemble && f < c->folds.n; f++) {
    self->learnt[f] = c->taught[f];
    c->taught[f] = NULL;
  }
  if (s || ensemble) return s;
  s = bl_estimator_clone(ctx, self->child[0], &self->learnt[0]);
  return s ? s : bl_composite_in(ctx, self, 0, bl_composite_fit(ctx, self->learnt[0], c->t->data));
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  folds_of c = {.self = self, .t = t, .outputs = n_outputs(t->n_classes)};
  bl_status s = bl_inner_folds(ctx, "calibrated_classifier", t, (size_t)p->cv, &c.folds);
  if (!s) {
    c.taught = bl_calloc(ctx, c.folds.n, sizeof(bl_estimator *));
    c.score = bl_calloc(ctx, c.folds.n, sizeof(double *));
    if (!c.taught || !c.score) s = bl_fail_nomem(ctx, "calibrated_classifier");
  }
  if (!s) s = bl_pool_for(ctx, c.folds.n, 1e9, teach_fold, &c); /* a fit is worth a thread */
  if (!s) s = make_curves(ctx, &c, p->ensemble);
  if (!s) s = keep_taught(ctx, &c, p->ensemble);
  for (size_t f = 0; f < c.folds.n; f++) {
    if (c.taught) bl_estimator_free(ctx, c.taught[f]);
    if (c.score) bl_free(ctx, c.score[f]);
  }
  bl_free(ctx, c.taught);
  bl_free(ctx, c.score);
  bl_folds_free(ctx, &c.folds);
  return s;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  return op == BL_PREDICT_PROBA ? (self->n_classes ? self->n_classes : 1) : 0;
}

typedef struct room {
  double *score, *sum, *one; /* [rows x classes] twice; [classes] */
  size_t *first;             /* [n_curves] where the points of each curve of steps begin */
  size_t n;
  bl_applier *applier[];
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const state *st = self->state;
  size_t n = self->n_learnt, k = self->n_classes;
  double *tail;
  room *r = *out = bl_kit_room(ctx, sizeof(room) + n * sizeof(bl_applier *), 2 * rows * k + k + st->n_curves, &tail);
  if (!r) return bl_fail_nomem(ctx, "calibrated_classifier");
  r->score = tail;
  r->sum = r->score + rows * k;
  r->one = r->sum + rows * k;
  r->first = (size_t *)(void *)(r->one + k);
  for (size_t c = 1; st->n_of && c < st->n_curves; c++) r->first[c] = r->first[c - 1] + (size_t)st->n_of[c - 1];
  bl_status s = BL_OK;
  for (; !s && ops && r->n < n; r->n++)
    s = bl_applier_new(ctx, self->learnt[r->n], BL_ASK(asked_of(self->learnt[r->n])), rows, NULL, &r->applier[r->n]);
  return s;
}

static void release(bl_ctx *ctx, void *made)
{
  room *r = made;
  for (size_t i = 0; i < r->n; i++) bl_applier_free(ctx, r->applier[i]);
}

static double curve_at(const state *st, const room *r, size_t c, double z)
{
  if (st->a) return bl_sigmoid_at(st->a[c], st->b[c], z);
  return bl_isotonic_at(st->x + r->first[c], st->y + r->first[c], (size_t)st->n_of[c], z);
}

/* One row's probabilities by the j-th classifier from its scores, `wide` numbers. Where no class is likely all are alike. */
static void probabilities(const state *st, const room *r, size_t j, size_t k, const double *score, size_t wide,
                          double *p)
{
  size_t outputs = n_outputs(k);
  double sum = 0;
  if (k == 2) {
    p[1] = curve_at(st, r, j, score[wide - 1]);
    p[0] = 1 - p[1];
    return;
  }
  for (size_t c = 0; c < k; c++) sum += p[c] = curve_at(st, r, j * outputs + c, score[c]);
  for (size_t c = 0; c < k; c++) p[c] = sum > 0 ? p[c] / sum : 1 / (double)k;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  const state *st = self->state;
  const room *r = made;
  size_t k = self->n_classes;
  bl_status s = BL_OK;
  memset(r->sum, 0, X->rows * k * sizeof *r->sum);
  for (size_t j = 0; !s && j < r->n; j++) {
    bl_op op = asked_of(self->learnt[j]);
    size_t wide = bl_op_width(self->learnt[j], op);
    bl_answer asked = {.first_row = out->first_row};
    asked.v[op] = r->score;
    s = bl_applier_codes(ctx, r->applier[j], X, &asked);
    for (size_t i = 0; !s && i < X->rows; i++) {
      probabilities(st, r, j, k, r->score + i * wide, wide, r->one);
      for (size_t c = 0; c < k; c++) r->sum[i * k + c] += r->one[c];
    }
  }
  for (size_t i = 0; !s && i < X->rows * k; i++) r->sum[i] /= (double)r->n;
  if (!s && out->v[BL_PREDICT_PROBA]) memcpy(out->v[BL_PREDICT_PROBA], r->sum, X->rows * k * sizeof *r->sum);
  for (size_t i = 0; !s && out->v[BL_PREDICT] && i < X->rows; i++)
    out->v[BL_PREDICT][i] = bl_top_class(r->sum + i * k, k);
  return s;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *st = self->state;
  size_t points = 0;
  bool whole = self->n_learnt && st->n_curves == self->n_learnt * n_outputs(self->n_classes) &&
               ((st->a && st->b) || (st->n_of && st->x && st->y));
  for (size_t c = 0; whole && !st->a && c < st->n_curves; c++) {
    whole = st->n_of[c] > 0 && (size_t)st->n_of[c] <= st->n_points - points;
    if (whole) points += (size_t)st->n_of[c];
  }
  if (!whole)
    return bl_fail(ctx, BL_E_FORMAT, "calibrated_classifier: %zu curves for %zu classifiers", st->n_curves,
                   self->n_learnt);
  bl_status s = bl_estimator_complete(ctx, self);
  for (size_t j = 0; !s && j < self->n_learnt; j++) {
    s = bl_composite_check(ctx, self, self->learnt[j], BL_CLASSIFIER, self->n_features);
    if (!s && (self->learnt[j]->n_classes != self->n_classes || self->learnt[j]->n_targets != self->n_targets ||
               !bl_op_width(self->learnt[j], asked_of(self->learnt[j]))))
      s = bl_fail(ctx, BL_E_FORMAT, "calibrated_classifier: classifier %zu has %zu classes, wanted %zu, and scores", j,
                  self->learnt[j]->n_classes, self->n_classes);
  }
  return s;
}

/* clang-format off */
const bl_estimator_class bl_estimator_calibrated_classifier = {
    .name = "calibrated_classifier", .summary = "a classifier whose scores become probabilities by curves of held-out rows",
    .source = "scikit-learn CalibratedClassifierCV; Platt 1999; Zadrozny and Elkan 2002", .kind = BL_CLASSIFIER,
    .tags_of = tags_of, .check_children = check_children, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = fields, .state_size = sizeof(state), .fit = fit, .width = width, .prepare = prepare, .release = release,
    .apply = apply, .check = check};
/* clang-format on */
