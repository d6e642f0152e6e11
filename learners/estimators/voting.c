/* voting: several classifiers or regressors, each trained on all rows, decide together: by the class that most of them
 * give (hard; of equals the first class), by the mean of their probabilities (soft), regressors by the mean of their
 * predictions. Numbers are those of scikit-learn's VotingClassifier and VotingRegressor. */
#include <string.h>

#include "composite.h"
#include "estimator_private.h"
#include "kit.h"

enum { HARD, SOFT };
static const char *const ways[] = {"hard", "soft", NULL};
typedef struct params {
  int voting;
  bl_reals weights;
} params;
static const bl_opt opts[] = {
    BL_CHILDREN(estimators, "who votes: classifiers, or regressors"),
    BL_ENUM(params, voting, "hard", ways, "hard: most votes; soft: mean probability; regressors are always averaged"),
    BL_REALS(params, weights, "[]", 0, 1e300, "", "how much each counts; empty: all alike"), BL_OPT_END};

static bool soft(const bl_estimator *self) { return ((const params *)self->params)->voting == SOFT; }

static bl_kind kind_of(const bl_estimator *self)
{
  return self->n_children ? bl_estimator_kind(self->child[0]) : BL_CLASSIFIER;
}

static unsigned tags_of(const bl_estimator *self)
{
  const unsigned any = BL_TAG_ORDERED | BL_TAG_RANDOM | BL_TAG_BINARY | BL_TAG_COVARIANCE_ROWS | BL_TAG_POOR_SCORE;
  return bl_composite_tags(self, any, BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_CATEGORIES);
}

static bl_status check_weights(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_reals *w = &((const params *)self->params)->weights;
  double sum = 0;
  if (!w->n) return BL_OK;
  if (w->n != self->n_children)
    return bl_fail(ctx, BL_E_CONFIG, "voting: %zu weights for %zu estimators", w->n, self->n_children);
  for (size_t i = 0; i < w->n; i++) sum += w->v[i];
  return sum > 0 ? BL_OK : bl_fail(ctx, BL_E_CONFIG, "voting: its weights are all zero");
}

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  bl_kind kind = kind_of(self);
  for (size_t i = 0; i < self->n_children; i++) {
    bl_kind own = bl_estimator_kind(self->child[i]);
    const char *name = self->child_name[i];
    if (own != BL_CLASSIFIER && own != BL_REGRESSOR)
      return bl_fail(ctx, BL_E_CONFIG, "voting: '%s' is a %s; classifiers or regressors vote", name, bl_kind_name(own));
    if (own != kind)
      return bl_fail(ctx, BL_E_CONFIG, "voting: '%s' is a %s but '%s' is a %s; only like vote together", name,
                     bl_kind_name(own), self->child_name[0], bl_kind_name(kind));
    if (kind == BL_CLASSIFIER && soft(self) && !bl_op_width(self->child[i], BL_PREDICT_PROBA))
      return bl_fail(ctx, BL_E_CONFIG, "voting: '%s' gives no probabilities; take voting: hard", name);
  }
  return check_weights(ctx, self);
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_composite_fit_all(ctx, self, t->data);
}

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  if (op != BL_PREDICT_PROBA || kind_of(self) != BL_CLASSIFIER || !soft(self)) return 0;
  return self->fitted ? self->n_classes : 1;
}

typedef struct room {
  double *one, *sum; /* [rows x k]: an estimator's answers, and all of them together */
  size_t k, n;
  bl_applier *applier[]; /* n are made */
} room;

static bl_op asked_of(const bl_estimator *self)
{
  return kind_of(self) == BL_CLASSIFIER && soft(self) ? BL_PREDICT_PROBA : BL_PREDICT;
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  size_t n = self->n_children, k = kind_of(self) == BL_CLASSIFIER ? self->n_classes : 1;
  double *tail;
  room *r = *out = bl_kit_room(ctx, sizeof(room) + n * sizeof(bl_applier *), 2 * rows * k, &tail);
  if (!r) return bl_fail_nomem(ctx, "voting");
  bl_status s = BL_OK;
  r->k = k;
  r->one = tail;
  r->sum = tail + rows * k;
  for (; !s && ops && r->n < n; r->n++)
    s = bl_composite_in(ctx, self, r->n,
                        bl_applier_new(ctx, self->child[r->n], BL_ASK(asked_of(self)), rows, NULL, &r->applier[r->n]));
  return s;
}

static void release(bl_ctx *ctx, void *made)
{
  room *r = made;
  for (size_t i = 0; i < r->n; i++) bl_applier_free(ctx, r->applier[i]);
}

/* Adds what one estimator says: a vote for its class, or its numbers. */
static void add(const room *r, bool votes, double w, size_t rows)
{
  for (size_t i = 0; i < (votes ? rows : rows * r->k); i++) {
    if (votes) r->sum[i * r->k + (size_t)r->one[i]] += w;
    else r->sum[i] += w * r->one[i];
  }
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  const room *r = made;
  const bl_reals *w = &((const params *)self->params)->weights;
  bool classes = kind_of(self) == BL_CLASSIFIER, votes = classes && !soft(self);
  bl_answer asked = {.first_row = out->first_row};
  double total = 0;
  bl_status s = BL_OK;
  asked.v[asked_of(self)] = r->one;
  memset(r->sum, 0, X->rows * r->k * sizeof *r->sum);
  for (size_t i = 0; !s && i < r->n; i++) {
    double own = w->n ? w->v[i] : 1;
    s = bl_composite_in(ctx, self, i, bl_applier_codes(ctx, r->applier[i], X, &asked));
    if (!s) add(r, votes, own, X->rows);
    total += own;
  }
  for (size_t i = 0; !s && !votes && i < X->rows * r->k; i++) r->sum[i] /= total;
  if (!s && out->v[BL_PREDICT_PROBA]) memcpy(out->v[BL_PREDICT_PROBA], r->sum, X->rows * r->k * sizeof *r->sum);
  for (size_t i = 0; !s && out->v[BL_PREDICT] && i < X->rows; i++)
    out->v[BL_PREDICT][i] = classes ? (double)bl_composite_top(r->sum + i * r->k, r->k) : r->sum[i];
  return s;
}

/* All of them see all rows, so that their codes of classes are one and the same. */
static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  bl_status s = bl_estimator_complete(ctx, self);
  for (size_t i = 0; !s && i < self->n_children; i++) {
    s = bl_composite_check(ctx, self, self->child[i], kind_of(self), self->n_features);
    if (!s && self->child[i]->n_classes != self->n_classes)
      s = bl_fail(ctx, BL_E_FORMAT, "voting: '%s' knows %zu of %zu classes", self->child_name[i],
                  self->child[i]->n_classes, self->n_classes);
  }
  return s;
}

/* clang-format off */
const bl_estimator_class bl_estimator_voting = {
    .name = "voting", .summary = "several estimators decide together",
    .source = "scikit-learn VotingClassifier, VotingRegressor", .kind = BL_CLASSIFIER, .state_version = 1, .opts = opts,
    .params_size = sizeof(params), .fit = fit, .width = width, .prepare = prepare, .release = release, .apply = apply,
    .check = check, .kind_of = kind_of, .tags_of = tags_of, .check_children = check_children};
/* clang-format on */
