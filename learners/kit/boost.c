/* boost.c: see boost.h. */
#include "boost.h"

#include <math.h>
#include <string.h>

#include "boost_loss.h"
#include "boost_tree.h"
#include "kit.h"
#include "linear_classifier.h"

enum { AUTO, ON, MANY_ROWS = 10000, ROWS_AT_ONCE = 128 };
static const double min_hessian = 1e-3; /* of a side of a split, as the peer has it */

const char *const bl_boost_none[] = {"none", NULL};
const char *const bl_boost_stopping[] = {"auto", "true", "false", NULL};

const bl_field bl_boost_fields[] = {
    BL_TREES_FIELDS(bl_boost_state),
    BL_FIELD_VECTOR(bl_boost_state, baseline, BL_F64, n_outputs, "where every row begins"),
    BL_FIELD_VECTOR(bl_boost_state, validation_score, BL_F64, n_scores,
                    "minus the loss of held-out rows, before the first round and after each"),
    BL_FIELD_END};

typedef struct boosting {
  bl_ctx *ctx;
  const char *who;
  const bl_boost_params *p;
  const bl_train *t;
  bl_boost_data data;
  bl_binned bins;
  bl_boost_tree_params tree;
  bl_boost_grower *grower;
  bl_rng rng;
  uint32_t *train, *held, *drawn; /* rows to learn from, held-out ones, those of a tree */
  size_t n_train, n_held, n_drawn;
  double *raw, *room;
  float *gradient, *hessian;
  bl_tree_build *trees;
  size_t n_trees, cap_trees;
  double *score;
  size_t n_scores, cap_scores;
} boosting;

/* ---- what is held out -------------------------------------------------------------------------------------------- */

/* Whole groups, in an order that is drawn, until there are rows enough. */
static bl_status hold_groups(boosting *b, uint8_t *out)
{
  size_t rows = b->t->X.rows, want = (size_t)ceil(b->p->validation_fraction * (double)b->n_train), got = 0;
  uint32_t *order = bl_calloc(b->ctx, rows, sizeof *order);
  if (!order) return bl_fail_nomem(b->ctx, b->who);
  memcpy(order, b->train, b->n_train * sizeof *order);
  bl_rng_shuffle(&b->rng, order, b->n_train);
  for (size_t k = 0; k < b->n_train && got < want; k++) {
    if (out[order[k]]) continue;
    for (size_t i = 0; i < b->n_train; i++)
      if (b->t->group[b->train[i]] == b->t->group[order[k]]) out[b->train[i]] = 1, got++;
  }
  bl_free(b->ctx, order);
  return BL_OK;
}

/* The share of each class, or of all rows. */
static bl_status hold_rows(boosting *b, uint8_t *out)
{
  size_t classes = b->t->n_classes ? b->t->n_classes : 1;
  uint32_t *order = bl_calloc(b->ctx, b->n_train, sizeof *order);
  if (!order) return bl_fail_nomem(b->ctx, b->who);
  for (size_t c = 0; c < classes; c++) {
    size_t n = 0;
    for (size_t i = 0; i < b->n_train; i++)
      if (!b->t->n_classes || b->t->y[b->train[i]] == (double)c) order[n++] = b->train[i];
    bl_rng_shuffle(&b->rng, order, n);
    size_t want = (size_t)rint(b->p->validation_fraction * (double)n);
    for (size_t i = 0; i < want; i++) out[order[i]] = 1;
  }
  bl_free(b->ctx, order);
  return BL_OK;
}

static bl_status hold_out(boosting *b)
{
  size_t n = 0;
  uint8_t *out = bl_calloc(b->ctx, b->t->X.rows, 1);
  bl_status s = out ? BL_OK : bl_fail_nomem(b->ctx, b->who);
  if (!s) s = b->t->group ? hold_groups(b, out) : hold_rows(b, out);
  for (size_t i = 0; !s && i < b->n_train; i++) {
    if (out[b->train[i]]) b->held[b->n_held++] = b->train[i];
    else b->train[n++] = b->train[i];
  }
  if (!s) b->n_train = n;
  if (!s && (!b->n_held || !n))
    s = bl_fail(b->ctx, BL_E_SHAPE,
                "%s: %zu rows leave %s for early stopping; set early_stopping: false, or another validation_fraction",
                b->who, n + b->n_held, n ? "none to hold out" : "none to learn from");
  bl_free(b->ctx, out);
  return s;
}

/* ---- a round ----------------------------------------------------------------------------------------------------- */

static void draw_rows(boosting *b)
{
  b->n_drawn = (size_t)fmax(1, floor(b->p->subsample * (double)b->n_train));
  memcpy(b->drawn, b->train, b->n_train * sizeof *b->drawn);
  for (size_t i = 0; b->n_drawn < b->n_train && i < b->n_drawn; i++) {
    size_t at = i + (size_t)bl_rng_below(&b->rng, b->n_train - i);
    uint32_t r = b->drawn[at];
    b->drawn[at] = b->drawn[i];
    b->drawn[i] = r;
  }
}

/* Leaves take their values, and all rows what their leaf says. */
static void answer(boosting *b, bl_tree_build *tree, size_t output)
{
  size_t k = b->data.n_outputs;
  for (size_t l = 0; l < tree->n_leaves; l++) {
    size_t n;
    const uint32_t *rows = bl_boost_leaf(b->grower, l, &n);
    double value = tree->value[l];
    bl_boost_leaf_value(&b->data, b->raw, rows, n, b->room, &value);
    tree->value[l] = value * b->p->learning_rate;
  }
  for (size_t l = 0; l < tree->n_leaves; l++) {
    size_t n;
    const uint32_t *rows = bl_boost_leaf(b->grower, l, &n);
    for (size_t i = 0; i < n; i++) b->raw[rows[i] * k + output] += tree->value[l];
  }
  for (size_t i = b->n_drawn; i < b->n_train; i++)
    b->raw[b->drawn[i] * k + output] += tree->value[bl_boost_leaf_of(b->grower, tree, b->drawn[i])];
  for (size_t i = 0; i < b->n_held; i++)
    b->raw[b->held[i] * k + output] += tree->value[bl_boost_leaf_of(b->grower, tree, b->held[i])];
}

static bl_status next_round(boosting *b)
{
  size_t k = b->data.n_outputs;
  void *v = b->trees;
  bl_status s = bl_grow(b->ctx, &v, &b->cap_trees, b->n_trees + k, sizeof *b->trees, b->who);
  b->trees = v;
  if (!s) s = bl_boost_derive(b->ctx, &b->data, b->raw, b->gradient, b->hessian);
  draw_rows(b);
  for (size_t c = 0; !s && c < k; c++) {
    bl_tree_build *tree = &b->trees[b->n_trees];
    *tree = (bl_tree_build){0};
    b->n_trees++;
    s = bl_boost_grow(b->ctx, b->grower, b->drawn, b->n_drawn, b->gradient + c * b->t->X.rows,
                      b->hessian + c * b->t->X.rows, &b->rng, tree);
    if (!s) answer(b, tree, c);
  }
  return s ? s : BL_CHECK_CANCEL(b->ctx);
}

static bl_status add_score(boosting *b)
{
  void *v = b->score;
  bl_status s = bl_grow(b->ctx, &v, &b->cap_scores, b->n_scores + 1, sizeof *b->score, b->who);
  b->score = v;
  if (!s) b->score[b->n_scores++] = -bl_boost_mean_loss(&b->data, b->raw, b->held, b->n_held);
  return s;
}

/* None of the last n_iter_no_change rounds is better than what stood before them. */
static bool has_stopped(const boosting *b)
{
  size_t wait = (size_t)b->p->n_iter_no_change;
  if (b->n_scores < wait + 1) return false;
  for (size_t i = b->n_scores - wait; i < b->n_scores; i++)
    if (b->score[i] > b->score[b->n_scores - wait - 1] + b->p->tol) return false;
  return true;
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

static bl_status make_room(boosting *b)
{
  size_t rows = b->t->X.rows, k = b->data.n_outputs;
  b->train = bl_calloc(b->ctx, 3 * rows, sizeof *b->train);
  b->raw = bl_calloc(b->ctx, rows, k * sizeof *b->raw);
  b->gradient = bl_calloc(b->ctx, rows, 2 * k * sizeof *b->gradient);
  b->room = bl_calloc(b->ctx, 2 * rows, sizeof *b->room);
  if (!b->train || !b->raw || !b->gradient || !b->room) return bl_fail_nomem(b->ctx, b->who);
  b->held = b->train + rows, b->drawn = b->held + rows;
  b->hessian = b->gradient + rows * k;
  for (size_t i = 0; i < rows; i++)
    if (!b->t->weight || b->t->weight[i] > 0) b->train[b->n_train++] = (uint32_t)i;
  return BL_OK;
}

static void release(boosting *b)
{
  for (size_t i = 0; i < b->n_trees; i++) bl_tree_build_free(b->ctx, &b->trees[i]);
  bl_free(b->ctx, b->trees);
  bl_free(b->ctx, b->train);
  bl_free(b->ctx, b->raw);
  bl_free(b->ctx, b->gradient);
  bl_free(b->ctx, b->room);
  bl_free(b->ctx, b->score);
  bl_boost_grower_free(b->ctx, b->grower);
  bl_binned_free(b->ctx, &b->bins);
}

static bl_status boost(boosting *b, bool stopping, double *baseline)
{
  size_t k = b->data.n_outputs;
  bl_status s = bl_boost_begin(b->ctx, b->who, &b->data, b->train, b->n_train, baseline);
  for (size_t i = 0; !s && i < b->t->X.rows; i++) memcpy(b->raw + i * k, baseline, k * sizeof *baseline);
  if (!s && stopping) s = add_score(b);
  for (int64_t round = 0; !s && round < b->p->max_iter; round++) {
    s = next_round(b);
    if (!s && stopping) s = add_score(b);
    if (!s && stopping && has_stopped(b)) break;
  }
  return s;
}

static bl_boost_tree_params tree_params(const bl_boost_params *p, size_t cols)
{
  double features = floor(p->max_features * (double)cols);
  return (bl_boost_tree_params){.max_leaf_nodes = p->max_leaf_nodes.word < 0 ? (size_t)p->max_leaf_nodes.real : 0,
                                .max_depth = p->max_depth.word < 0 ? (size_t)p->max_depth.real : 0,
                                .min_samples_leaf = (size_t)p->min_samples_leaf,
                                .max_features = features < 1 ? 1 : (size_t)features,
                                .l2_regularization = p->l2_regularization,
                                .min_hessian = min_hessian};
}

bl_status bl_boost_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, bl_boost_loss loss)
{
  const bl_boost_params *p = self->params;
  bl_boost_state *s = self->state;
  boosting b = {.ctx = ctx, .who = self->cls->name, .p = p, .t = t, .tree = tree_params(p, t->X.cols)};
  bool stopping = p->early_stopping.word == ON || (p->early_stopping.word == AUTO && t->X.rows > MANY_ROWS);
  if (t->X.rows > INT32_MAX / 2 || t->X.cols > INT32_MAX)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu x %zu is too large; take a part of the rows", b.who, t->X.rows, t->X.cols);
  b.data = (bl_boost_data){.loss = loss,
                           .quantile = p->quantile,
                           .rows = t->X.rows,
                           .n_outputs = t->n_classes > 2 ? t->n_classes : 1,
                           .n_classes = t->n_classes,
                           .y = t->y,
                           .weight = t->weight};
  b.rng = bl_rng_make((uint64_t)p->random_state, "boosting", 0);
  s->n_outputs = b.data.n_outputs;
  s->baseline = bl_calloc(ctx, s->n_outputs, sizeof *s->baseline);
  bl_status status = s->baseline ? make_room(&b) : bl_fail_nomem(ctx, b.who);
  if (!status && stopping) status = hold_out(&b);
  if (!status) status = bl_binned_new(ctx, &t->X, (size_t)p->max_bins, &b.bins);
  if (!status) status = bl_boost_grower_new(ctx, b.who, &b.tree, &b.bins, &b.grower);
  if (!status) status = boost(&b, stopping, s->baseline);
  if (!status) status = bl_trees_pack(ctx, b.who, b.trees, b.n_trees, &s->trees);
  if (!status && stopping) {
    s->n_scores = b.n_scores;
    s->validation_score = bl_calloc(ctx, b.n_scores, sizeof *b.score);
    if (s->validation_score) memcpy(s->validation_score, b.score, b.n_scores * sizeof *b.score);
    else status = bl_fail_nomem(ctx, b.who);
  }
  release(&b);
  return status;
}

/* ---- slots ------------------------------------------------------------------------------------------------------- */

size_t bl_boost_class_width(const bl_estimator *self, bl_op op)
{
  size_t k = self->n_classes ? self->n_classes : 1;
  if (op == BL_PREDICT) return 1;
  if (op == BL_DECISION) return k > 2 ? k : 1;
  return op == BL_PREDICT_PROBA ? k : 0;
}

size_t bl_boost_number_width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT;
}

typedef struct room {
  bl_tree_node *nodes;
  double *sum; /* [outputs][ROWS_AT_ONCE], and of one row [outputs] */
} room;

bl_status bl_boost_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const bl_boost_state *s = self->state;
  double *v;
  size_t of_nodes = (s->trees.n_nodes * sizeof(bl_tree_node) + sizeof *v - 1) / sizeof *v;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, of_nodes + (ROWS_AT_ONCE + 1) * s->n_outputs, &v);
  if (!r) return bl_fail_nomem(ctx, self->cls->name);
  *r = (room){.nodes = (bl_tree_node *)(void *)v, .sum = v + of_nodes};
  bl_trees_ready(&s->trees, r->nodes);
  return BL_OK;
}

/* Raw values of a few rows, [output][row]; each sums its trees in their order. */
static void add_trees(const bl_boost_state *s, const room *r, const bl_cmat *X, size_t lo, size_t hi)
{
  size_t k = s->n_outputs, n_trees = s->trees.n_trees_plus_one - 1;
  for (size_t c = 0; c < k; c++)
    for (size_t i = 0; i < hi - lo; i++) r->sum[c * ROWS_AT_ONCE + i] = s->baseline[c];
  if (k == 1) {
    bl_trees_add(&s->trees, r->nodes, 0, n_trees, X, lo, hi, r->sum);
    return;
  }
  for (size_t first = 0; k && first < n_trees; first += k)
    for (size_t c = 0; c < k; c++)
      bl_trees_add(&s->trees, r->nodes, first + c, first + c + 1, X, lo, hi, r->sum + c * ROWS_AT_ONCE);
}

bl_status bl_boost_class_apply(bl_ctx *ctx, const bl_estimator *self, void *of_boost, const bl_cmat *X,
                               const bl_answer *out)
{
  const bl_boost_state *s = self->state;
  const room *r = of_boost;
  size_t k = s->n_outputs;
  double *z = r->sum + ROWS_AT_ONCE * k;
  (void)ctx;
  for (size_t lo = 0; lo < X->rows; lo += ROWS_AT_ONCE) {
    size_t hi = lo + ROWS_AT_ONCE < X->rows ? lo + ROWS_AT_ONCE : X->rows;
    add_trees(s, r, X, lo, hi);
    for (size_t i = lo; i < hi; i++) {
      for (size_t c = 0; c < k; c++) z[c] = r->sum[c * ROWS_AT_ONCE + i - lo];
      if (out->v[BL_DECISION]) memcpy(out->v[BL_DECISION] + i * k, z, k * sizeof *z);
      if (out->v[BL_PREDICT])
        out->v[BL_PREDICT][i] = k > 1 ? bl_top_class(z, k) : isnan(z[0]) ? z[0] : (double)(z[0] > 0);
      if (!out->v[BL_PREDICT_PROBA]) continue;
      if (k == 1) {
        double p = z[0] >= 0 ? 1 / (1 + exp(-z[0])) : exp(z[0]) / (1 + exp(z[0]));
        out->v[BL_PREDICT_PROBA][2 * i] = 1 - p;
        out->v[BL_PREDICT_PROBA][2 * i + 1] = p;
        continue;
      }
      bl_softmax(z, k);
      memcpy(out->v[BL_PREDICT_PROBA] + i * k, z, k * sizeof *z);
    }
  }
  return BL_OK;
}

bl_status bl_boost_number_apply(bl_ctx *ctx, const bl_estimator *self, void *of_boost, const bl_cmat *X,
                                const bl_answer *out)
{
  const bl_boost_params *p = self->params;
  const room *r = of_boost;
  (void)ctx;
  for (size_t lo = 0; out->v[BL_PREDICT] && lo < X->rows; lo += ROWS_AT_ONCE) {
    size_t hi = lo + ROWS_AT_ONCE < X->rows ? lo + ROWS_AT_ONCE : X->rows;
    add_trees(self->state, r, X, lo, hi);
    for (size_t i = lo; i < hi; i++)
      out->v[BL_PREDICT][i] = p->loss == BL_BOOST_POISSON ? exp(r->sum[i - lo]) : r->sum[i - lo];
  }
  return BL_OK;
}

double bl_boost_work(const bl_estimator *self)
{
  return 30 * (double)((const bl_boost_state *)self->state)->trees.n_trees_plus_one;
}

bl_status bl_boost_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_boost_state *s = self->state;
  size_t wanted = self->n_classes > 2 ? self->n_classes : 1, n_trees = s->trees.n_trees_plus_one - 1;
  bl_status status = bl_trees_check(ctx, self->cls->name, &s->trees, self->n_features, 1);
  if (!status &&
      (!s->baseline || !s->n_outputs || s->n_outputs != wanted || n_trees / s->n_outputs * s->n_outputs != n_trees))
    status = bl_fail(ctx, BL_E_FORMAT, "%s: %zu trees and %zu baselines do not fit %zu outputs", self->cls->name,
                     n_trees, s->n_outputs, wanted);
  return status;
}
