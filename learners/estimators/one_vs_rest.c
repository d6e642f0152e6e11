/* one_vs_rest: a classifier for each class, which tells it from all others; the class whose classifier is surest wins
 * (of equals the last, as in scikit-learn). Two classes take one classifier. Sureness is the decision function, or the
 * probability where there is none; probabilities are brought to a sum of 1. Of several labels a row has each
 * whose classifier says so, and probabilities stay as they are; a label that all rows have, or none, has no classifier.
 * scikit-learn's OneVsRestClassifier. */
#include "baleen/pool.h"
#include "composite.h"
#include "estimator_private.h"
#include "kit.h"

static const bl_opt opts[] = {BL_CHILD(estimator, "classifier that tells one class from the rest"), BL_OPT_END};

enum { VARIES = -1 };
typedef struct state {
  size_t n_labels;
  int32_t *constant; /* [n_labels]: 0 or 1 where all rows had that, else VARIES; NULL unless rows have several labels */
} state;
static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, constant, BL_I32, n_labels, "of several labels: what all rows had, -1 where they differed"),
    BL_FIELD_END};

static unsigned tags_of(const bl_estimator *self)
{
  const unsigned from_child = BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_RANDOM | BL_TAG_COVARIANCE_ROWS |
                              BL_TAG_POOR_SCORE | BL_TAG_ORDERED | BL_TAG_CATEGORIES;
  return bl_composite_tags(self, from_child, 0) | BL_TAG_TARGETS;
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

/* The label of the i-th classifier. */
static size_t label_of(const state *st, size_t i)
{
  size_t c = 0;
  for (;; c++)
    if (st->constant[c] == VARIES && !i--) return c;
}

/* Each row's answer to the i-th classifier's question. */
static void question(const fit_job *f, size_t i, double *y)
{
  const bl_train *t = f->t;
  const state *st = f->self->state;
  size_t label = st->constant ? label_of(st, i) : 0, code = f->self->n_learnt == 1 ? 1 : i;
  for (size_t k = 0; k < t->X.rows; k++) y[k] = st->constant ? t->y[k * t->n_targets + label] : t->y[k] == (double)code;
}

static bl_status fit_one(bl_ctx *ctx, void *arg, size_t i)
{
  const fit_job *f = arg;
  bl_estimator *self = f->self;
  bl_data d = *f->t->data;
  double *y = bl_calloc(ctx, f->t->X.rows, sizeof *y);
  if (!y) return bl_fail_nomem(ctx, "one_vs_rest");
  question(f, i, y);
  d.y = y;
  d.n_targets = 1;
  d.class_names = NULL;
  bl_status s = bl_estimator_clone(ctx, self->child[0], &self->learnt[i]);
  if (!s) s = bl_composite_in(ctx, self, 0, bl_composite_fit(ctx, self->learnt[i], &d));
  bl_free(ctx, y);
  return s;
}

/* Which labels there is something to learn of; *n: how many. */
static bl_status look_at_labels(bl_ctx *ctx, bl_estimator *self, const bl_train *t, size_t *n)
{
  state *st = self->state;
  size_t k = t->n_targets;
  st->n_labels = k;
  if (!(st->constant = bl_calloc(ctx, k, sizeof *st->constant))) return bl_fail_nomem(ctx, "one_vs_rest");
  *n = 0;
  for (size_t c = 0; c < k; c++) {
    const char *name = self->class_names.n ? self->class_names.v[c] : "";
    st->constant[c] = t->y[c] > 0;
    for (size_t i = 1; i < t->X.rows && st->constant[c] != VARIES; i++)
      if (t->y[i * k + c] != t->y[c]) st->constant[c] = VARIES;
    *n += st->constant[c] == VARIES;
    if (st->constant[c] != VARIES)
      bl_warn(ctx, BL_W_CONSTANT, "one_vs_rest: %s of %zu rows has label %zu%s%s; it is predicted so for every row",
              st->constant[c] ? "each" : "none", t->X.rows, c, *name ? ", " : "", name);
  }
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  fit_job f = {self, t};
  size_t n = t->n_classes == 2 ? 1 : t->n_classes;
  bl_status s = t->n_targets > 1 ? look_at_labels(ctx, self, t, &n) : BL_OK;
  if (!s) s = bl_estimator_learn_children(ctx, self, n);
  return s ? s : bl_pool_for(ctx, n, 1e9, fit_one, &f);
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return bl_label_columns(self);
  if (op != BL_PREDICT_PROBA && op != BL_DECISION) return 0;
  if (!can(self, op)) return 0;
  if (!self->fitted || (op == BL_DECISION && self->n_classes == 2 && self->n_targets < 2)) return 1;
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
  if (out->v[BL_DECISION] && r->decision) out->v[BL_DECISION][two ? i : i * k + j] = r->decision[i];
  if (out->v[BL_PREDICT_PROBA] && two) out->v[BL_PREDICT_PROBA][2 * i] = 1 - p, out->v[BL_PREDICT_PROBA][2 * i + 1] = p;
  else if (out->v[BL_PREDICT_PROBA]) out->v[BL_PREDICT_PROBA][i * k + j] = p;
  if (!out->v[BL_PREDICT]) return;
  if (two) out->v[BL_PREDICT][i] = sure > (decides ? 0 : 0.5);
  else if (!j || sure >= r->best[i]) out->v[BL_PREDICT][i] = (double)j, r->best[i] = sure;
}

/* Label c of row i, of which `classifier` says that there is something to ask. A constant label decides as it answers. */
static void take_label(const bl_estimator *self, const room *r, size_t c, bool classifier, size_t i,
                       const bl_answer *out)
{
  size_t at = i * self->n_classes + c;
  double always = ((const state *)self->state)->constant[c];
  bool decides = r->decision && can(self, BL_DECISION);
  double p = !r->proba    ? 0
             : classifier ? r->proba[2 * i + 1]
                          : always,
         z = !r->decision ? 0
             : classifier ? r->decision[i]
                          : always;
  if (out->v[BL_DECISION]) out->v[BL_DECISION][at] = z;
  if (out->v[BL_PREDICT_PROBA]) out->v[BL_PREDICT_PROBA][at] = p;
  if (out->v[BL_PREDICT]) out->v[BL_PREDICT][at] = decides ? z > 0 : p > 0.5;
}

static bl_status apply_labels(bl_ctx *ctx, const bl_estimator *self, const room *r, const bl_cmat *X, bl_answer *asked,
                              const bl_answer *out)
{
  const state *st = self->state;
  bl_status s = BL_OK;
  for (size_t c = 0, j = 0; !s && c < st->n_labels; c++) {
    bool classifier = st->constant[c] == VARIES;
    if (classifier) s = bl_applier_codes(ctx, r->applier[j++], X, asked);
    for (size_t i = 0; !s && i < X->rows; i++) take_label(self, r, c, classifier, i, out);
  }
  return s;
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
  if (self->n_targets > 1) return apply_labels(ctx, self, r, X, &asked, out);
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
  const state *st = self->state;
  size_t n = self->n_classes == 2 ? 1 : self->n_classes;
  if (self->n_targets > 1 ? !st->constant || st->n_labels != self->n_targets : st->constant != NULL)
    return bl_fail(ctx, BL_E_FORMAT, "one_vs_rest: %zu labels are told of, wanted %zu", st->n_labels, self->n_targets);
  if (st->constant) n = 0;
  for (size_t c = 0; st->constant && c < st->n_labels; c++) n += st->constant[c] == VARIES;
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
    .source = "scikit-learn OneVsRestClassifier", .kind = BL_CLASSIFIER, .tags = BL_TAG_TARGETS, .state_version = 1,
    .opts = opts, .fields = fields, .state_size = sizeof(state), .fit = fit,
    .width = width, .prepare = prepare, .release = release, .apply = apply, .check = check, .tags_of = tags_of,
    .check_children = check_children};
/* clang-format on */
