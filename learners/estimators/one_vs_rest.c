/* one_vs_rest: a classifier for each class, which tells it from all others; the class whose classifier is surest wins
 * (of equals the last, as in scikit-learn). Two classes take one classifier. Sureness is the decision function, or the
 * probability where there is none; probabilities are brought to a sum of 1. scikit-learn's OneVsRestClassifier. */
#include "baleen/pool.h"
#include "composite.h"
#include "estimator_private.h"
#include "kit.h"

static const bl_opt opts[] = {BL_CHILD(estimator, "classifier that tells one class from the rest"), BL_OPT_END};

static unsigned tags_of(const bl_estimator *self)
{
  const unsigned from_child =
      BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_RANDOM | BL_TAG_COVARIANCE_ROWS | BL_TAG_POOR_SCORE | BL_TAG_ORDERED;
  return bl_composite_tags(self, from_child, 0);
}

static bool can(const bl_estimator *self, bl_op op) { return self->n_children && bl_op_width(self->child[0], op); }

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  bl_kind kind = bl_estimator_kind(self->child[0]);
  if (kind != BL_CLASSIFIER)
    return bl_fail(ctx, BL_E_CONFIG, "one_vs_rest: %s is a %s; it takes a classifier", self->child[0]->cls->name,
                   bl_kind_name(kind));
  if (!can(self, BL_DECISION) && !can(self, BL_PREDICT_PROBA))
    return bl_fail(ctx, BL_E_CONFIG, "one_vs_rest: %s gives neither a decision function nor probabilities",
                   self->child[0]->cls->name);
  return BL_OK;
}

/* ---- fitting ----------------------------------------------------------------------------------------------------- */

typedef struct fit_job {
  bl_estimator *self;
  const bl_train *t;
} fit_job;

static bl_status fit_one(bl_ctx *ctx, void *arg, size_t i)
{
  const fit_job *f = arg;
  bl_estimator *self = f->self;
  size_t n = f->t->X.rows, code = self->n_learnt == 1 ? 1 : i;
  bl_data d = *f->t->data;
  double *y = bl_calloc(ctx, n, sizeof *y);
  if (!y) return bl_fail_nomem(ctx, "one_vs_rest");
  for (size_t k = 0; k < n; k++) y[k] = f->t->y[k] == (double)code;
  d.y = y;
  d.class_names = NULL;
  bl_status s = bl_estimator_clone(ctx, self->child[0], &self->learnt[i]);
  if (!s) s = bl_composite_in(ctx, self, 0, bl_composite_fit(ctx, self->learnt[i], &d));
  bl_free(ctx, y);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  fit_job f = {self, t};
  size_t n = t->n_classes == 2 ? 1 : t->n_classes;
  bl_status s = bl_estimator_learn_children(ctx, self, n);
  return s ? s : bl_pool_for(ctx, n, 1e9, fit_one, &f);
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  if (op != BL_PREDICT_PROBA && op != BL_DECISION) return 0;
  if (!can(self, op)) return 0;
  if (!self->fitted || (op == BL_DECISION && self->n_classes == 2)) return 1;
  return self->n_classes;
}

typedef struct room {
  double *decision, *proba, *best; /* [rows], [rows x 2] of one classifier; the surest so far [rows] */
  size_t n;
  bl_applier *applier[];
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  double *tail;
  room *r = *out = bl_kit_room(ctx, sizeof(room) + self->n_learnt * sizeof(bl_applier *), 4 * rows, &tail);
  if (!r) return bl_fail_nomem(ctx, "one_vs_rest");
  bl_op sure = can(self, BL_DECISION) ? BL_DECISION : BL_PREDICT_PROBA;
  unsigned asked = (ops & BL_ASK(BL_PREDICT) ? BL_ASK(sure) : 0) | (ops & ~BL_ASK(BL_PREDICT));
  if (asked & BL_ASK(BL_DECISION)) r->decision = tail;
  if (asked & BL_ASK(BL_PREDICT_PROBA)) r->proba = tail + rows;
  r->best = tail + 3 * rows;
  bl_status s = BL_OK;
  for (; !s && ops && r->n < self->n_learnt; r->n++)
    s = bl_applier_new(ctx, self->learnt[r->n], asked, rows, NULL, &r->applier[r->n]);
  return s;
}

static void release(bl_ctx *ctx, void *made)
{
  room *r = made;
  for (size_t i = 0; i < r->n; i++) bl_applier_free(ctx, r->applier[i]);
}

/* What the j-th classifier says of row i, put where it belongs. */
static void take(const bl_estimator *self, const room *r, size_t j, size_t i, const bl_answer *out)
{
  size_t k = self->n_classes;
  bool two = self->n_learnt == 1, decides = r->decision && can(self, BL_DECISION);
  double p = r->proba ? r->proba[2 * i + 1] : 0, sure = decides ? r->decision[i] : p;
  if (out->v[BL_DECISION]) out->v[BL_DECISION][two ? i : i * k + j] = r->decision[i];
  if (out->v[BL_PREDICT_PROBA] && two) out->v[BL_PREDICT_PROBA][2 * i] = 1 - p, out->v[BL_PREDICT_PROBA][2 * i + 1] = p;
  else if (out->v[BL_PREDICT_PROBA]) out->v[BL_PREDICT_PROBA][i * k + j] = p;
  if (!out->v[BL_PREDICT]) return;
  if (two) out->v[BL_PREDICT][i] = sure > (decides ? 0 : 0.5);
  else if (!j || sure >= r->best[i]) out->v[BL_PREDICT][i] = (double)j, r->best[i] = sure;
}

/* To a sum of 1; where no classifier gives its class any probability, all are alike. */
static void normalise(double *p, size_t k)
{
  double sum = 0;
  for (size_t c = 0; c < k; c++) sum += p[c];
  for (size_t c = 0; c < k; c++) p[c] = sum > 0 ? p[c] / sum : 1 / (double)k;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  const room *r = made;
  bl_answer asked = {.first_row = out->first_row};
  bl_status s = BL_OK;
  asked.v[BL_DECISION] = r->decision;
  asked.v[BL_PREDICT_PROBA] = r->proba;
  for (size_t j = 0; !s && j < r->n; j++) {
    s = bl_applier_codes(ctx, r->applier[j], X, &asked);
    for (size_t i = 0; !s && i < X->rows; i++) take(self, r, j, i, out);
  }
  for (size_t i = 0; !s && out->v[BL_PREDICT_PROBA] && self->n_learnt > 1 && i < X->rows; i++)
    normalise(out->v[BL_PREDICT_PROBA] + i * self->n_classes, self->n_classes);
  return s;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  size_t n = self->n_classes == 2 ? 1 : self->n_classes;
  if (!self->n_children || self->n_learnt != n)
    return bl_fail(ctx, BL_E_FORMAT, "one_vs_rest: %zu classifiers for %zu classes", self->n_learnt, self->n_classes);
  for (size_t i = 0; i < n; i++) {
    const bl_estimator *e = self->learnt[i];
    bool fits =
        e->fitted && e->n_features == self->n_features && bl_estimator_kind(e) == BL_CLASSIFIER && e->n_classes == 2;
    for (bl_op op = BL_PREDICT_PROBA; fits && op <= BL_DECISION; op++)
      fits = bl_op_width(e, op) == (can(self, op) ? op == BL_DECISION ? 1 : 2 : 0);
    if (!fits) return bl_fail(ctx, BL_E_FORMAT, "one_vs_rest: classifier %zu is not of the estimator's kind", i);
  }
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_one_vs_rest = {
    .name = "one_vs_rest", .summary = "a classifier for each class against all others",
    .source = "scikit-learn OneVsRestClassifier", .kind = BL_CLASSIFIER, .state_version = 1, .opts = opts, .fit = fit,
    .width = width, .prepare = prepare, .release = release, .apply = apply, .check = check, .tags_of = tags_of,
    .check_children = check_children};
/* clang-format on */
