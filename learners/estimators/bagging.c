/* bagging: copies of one estimator, each trained on rows and columns drawn for it (Breiman 1996), answer together:
 * classifiers by the mean of their probabilities, or by their votes where they give none, regressors by the mean of their
 * predictions. For the same rows the numbers are those of scikit-learn's BaggingClassifier and BaggingRegressor; which
 * rows are drawn is this library's own. Rows drawn several times count by weight where the estimator takes weights, else
 * they stand there several times. Rows of one class alone, from which no classifier can learn, are drawn anew.
 * The decision function is not averaged: it could say otherwise than the probabilities that decide. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bagging.h"
#include "baleen/pool.h"
#include "baleen/random.h"
#include "composite.h"
#include "estimator_private.h"
#include "kit.h"

enum { MAX_DRAWS = 1000 };

typedef bl_bagging_params params;
static const bl_opt opts[] = {
    BL_CHILD(estimator, "what is trained many times: a classifier or a regressor"),
    BL_INT(params, n_estimators, "10", 1, 100000, "", "how many are trained"),
    BL_REAL_ABOVE(params, max_samples, "1", 0, 1e9, "",
                  "rows that each gets: up to 1 a share of all, above 1 a whole count"),
    BL_REAL_ABOVE(params, max_features, "1", 0, 1e9, "",
                  "columns that each gets: up to 1 a share of all, above 1 a whole count"),
    BL_BOOL(params, bootstrap, "true", "draw rows with repetition"),
    BL_BOOL(params, bootstrap_features, "false", "draw columns with repetition"),
    BL_INT(params, random_state, "0", 0, 9007199254740992.0, "", "seed, of the estimators' own draws too"),
    BL_OPT_END};

typedef struct state {
  int64_t *features; /* NULL: each has all columns */
  size_t n_bags, n_drawn;
} state;
static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, features, BL_I64, n_bags, n_drawn, "columns of each estimator (estimators_features_)"),
    BL_FIELD_END};

/* ---- what it is -------------------------------------------------------------------------------------------------- */

static bl_kind kind_of(const bl_estimator *self)
{
  return self->n_children ? bl_estimator_kind(self->child[0]) : BL_CLASSIFIER;
}

static unsigned tags_of(const bl_estimator *self)
{
  const unsigned from_child =
      BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_BINARY | BL_TAG_COVARIANCE_ROWS | BL_TAG_POOR_SCORE | BL_TAG_CATEGORIES;
  return BL_TAG_RANDOM | bl_composite_tags(self, from_child, 0);
}

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  bl_kind kind = kind_of(self);
  if (bl_estimator_tags(self->child[0]) & BL_TAG_ORDERED)
    return bl_fail(ctx, BL_E_CONFIG, "bagging: %s learns from rows in their order, which rows drawn at random have not",
                   self->child[0]->cls->name);
  if (kind == BL_CLASSIFIER || kind == BL_REGRESSOR) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "bagging: %s is a %s; it takes a classifier or a regressor",
                 self->child[0]->cls->name, bl_kind_name(kind));
}

/* ---- drawing ----------------------------------------------------------------------------------------------------- */

typedef struct bags {
  bl_estimator *self;
  const bl_train *t;
  size_t n_rows, n_features; /* that each estimator gets */
} bags;

static bl_status count_of(bl_ctx *ctx, const char *option, double want, size_t all, size_t *out)
{
  if (want > 1 && want != floor(want))
    return bl_fail(ctx, BL_E_RANGE, "bagging: %s is %g; above 1 it is a count and must be whole", option, want);
  double n = want <= 1 ? floor(want * (double)all) : want;
  if (n > (double)all) bl_warn(ctx, BL_W_ADJUSTED, "bagging: %s is %g, there are %zu; all are used", option, want, all);
  *out = n > (double)all ? all : n < 1 ? 1 : (size_t)n;
  return BL_OK;
}

/* n of 0 .. all-1 into v, which has room for `all`. */
static void draw(bl_rng *r, bool repeat, size_t all, size_t n, uint32_t *v)
{
  for (size_t i = 0; repeat && i < n; i++) v[i] = (uint32_t)bl_rng_below(r, all);
  if (repeat) return;
  for (size_t i = 0; i < all; i++) v[i] = (uint32_t)i;
  for (size_t i = 0; i < n && n < all; i++) { /* the beginning of a shuffle */
    size_t k = i + (size_t)bl_rng_below(r, all - i);
    uint32_t keep = v[i];
    v[i] = v[k];
    v[k] = keep;
  }
}

static int ascending(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static bool one_class(const bl_train *t, const uint32_t *row, size_t n)
{
  size_t i = 1;
  while (i < n && t->y[row[i]] == t->y[row[0]]) i++;
  return t->n_classes && i >= n;
}

static bl_status draw_rows(bl_ctx *ctx, const bags *b, size_t bag, uint32_t *row)
{
  const params *p = b->self->params;
  if (p->given) {
    memcpy(row, p->given->rows + bag * b->n_rows, b->n_rows * sizeof *row);
    return BL_OK;
  }
  bl_rng r = bl_rng_make((uint64_t)p->random_state, "bagging rows", bag);
  for (size_t i = 0; i < MAX_DRAWS; i++) {
    draw(&r, p->bootstrap, b->t->X.rows, b->n_rows, row);
    if (!one_class(b->t, row, b->n_rows)) return BL_OK;
  }
  return bl_fail(ctx, BL_E_CLASSES, "bagging: %zu rows drawn %d times were of one class each time; raise max_samples",
                 b->n_rows, MAX_DRAWS);
}

/* Columns of all bags, unless each gets all of them as they are. */
static bl_status draw_features(bl_ctx *ctx, const bags *b)
{
  const params *p = b->self->params;
  state *s = b->self->state;
  size_t all = b->t->X.cols, n = b->n_features;
  if (n == all && !p->bootstrap_features && !p->given) return BL_OK;
  s->n_bags = b->self->n_learnt;
  s->n_drawn = n;
  s->features = bl_calloc(ctx, s->n_bags * n, sizeof *s->features);
  uint32_t *v = bl_calloc(ctx, all, sizeof *v);
  for (size_t bag = 0; s->features && v && bag < s->n_bags; bag++) {
    bl_rng r = bl_rng_make((uint64_t)p->random_state, "bagging features", bag);
    if (p->given) memcpy(v, p->given->features + bag * n, n * sizeof *v);
    else draw(&r, p->bootstrap_features, all, n, v);
    if (!p->given) qsort(v, n, sizeof *v, ascending);
    for (size_t j = 0; j < n; j++) s->features[bag * n + j] = v[j];
  }
  bl_status status = s->features && v ? BL_OK : bl_fail_nomem(ctx, "bagging");
  bl_free(ctx, v);
  return status;
}

/* ---- fitting one ------------------------------------------------------------------------------------------------- */

/* What one estimator learns from. */
typedef struct bag {
  uint32_t *row, *index; /* drawn, as rows of the train; as rows of the matrix */
  double *y, *weight, *time;
  int32_t *group;
  bl_mat cut;
  bl_texts names;
  bl_blocks blocks;
  bl_data data;
} bag;

static void bag_free(bl_ctx *ctx, bag *b)
{
  bl_free(ctx, b->row);
  bl_free(ctx, b->index);
  bl_free(ctx, b->y);
  bl_free(ctx, b->weight);
  bl_free(ctx, b->time);
  bl_free(ctx, b->group);
  bl_mat_free(ctx, &b->cut);
  bl_texts_free(ctx, &b->names);
  bl_blocks_free(ctx, &b->blocks);
}

/* Equal rows become one that weighs as much as all; `row` is brought into ascending order. Returns how many are left. */
static size_t merge(const bl_train *t, size_t n, uint32_t *row, double *weight)
{
  size_t k = 0;
  qsort(row, n, sizeof *row, ascending);
  for (size_t i = 0; i < n; i++) {
    double w = t->weight ? t->weight[row[i]] : 1;
    if (k && row[k - 1] == row[i]) {
      weight[k - 1] += w;
      continue;
    }
    row[k] = row[i];
    weight[k++] = w;
  }
  return k;
}

static bl_status take_rows(bl_ctx *ctx, const bags *b, size_t j, bool weighs, bag *g)
{
  const bl_train *t = b->t;
  const bl_data *d = t->data;
  size_t n = b->n_rows;
  g->row = bl_calloc(ctx, t->X.rows > n ? t->X.rows : n, sizeof *g->row);
  g->index = bl_calloc(ctx, n, sizeof *g->index);
  g->y = bl_calloc(ctx, n, sizeof *g->y);
  g->weight = bl_calloc(ctx, n, sizeof *g->weight);
  g->time = bl_calloc(ctx, n, sizeof *g->time);
  g->group = bl_calloc(ctx, n, sizeof *g->group);
  if (!g->row || !g->index || !g->y || !g->weight || !g->time || !g->group) return bl_fail_nomem(ctx, "bagging");
  bl_status s = draw_rows(ctx, b, j, g->row);
  if (s) return s;
  if (weighs) n = merge(t, n, g->row, g->weight);
  for (size_t i = 0; i < n; i++) {
    size_t row = g->row[i];
    g->index[i] = d->X.index ? d->X.index[row] : (uint32_t)row;
    g->y[i] = d->y[row];
    if (d->time) g->time[i] = d->time[row];
    if (d->group) g->group[i] = d->group[row];
  }
  g->data = *d;
  g->data.X.index = g->index;
  g->data.X.rows = n;
  g->data.y = g->y;
  g->data.weight = weighs ? g->weight : NULL;
  g->data.time = d->time ? g->time : NULL;
  g->data.group = d->group ? g->group : NULL;
  return BL_OK;
}

static void cut(const bl_cmat *X, const int64_t *column, const bl_mat *to)
{
  for (size_t i = 0; i < X->rows; i++)
    for (size_t j = 0; j < to->cols; j++) bl_row(to, i)[j] = bl_crow(X, i)[column[j]];
}

static bl_status take_features(bl_ctx *ctx, const bl_estimator *self, size_t j, bag *g)
{
  const state *s = self->state;
  if (!s->features) return BL_OK;
  const int64_t *column = s->features + j * s->n_drawn;
  const bl_texts *names = g->data.feature_names;
  bl_status status = bl_mat_new(ctx, g->data.X.rows, s->n_drawn, &g->cut);
  for (size_t k = 0; !status && names && k < s->n_drawn; k++)
    status = bl_texts_add(ctx, &g->names, names->v[column[k]]);
  if (!status) status = bl_composite_blocks(ctx, &self->blocks, column, s->n_drawn, &g->blocks);
  if (status) return status;
  cut(&g->data.X, column, &g->cut);
  g->data.X = bl_mat_view(&g->cut);
  if (names) g->data.feature_names = &g->names;
  g->data.blocks = &g->blocks;
  return BL_OK;
}

/* Seeds of its own for the estimator and all that it holds. */
static bl_status reseed(bl_ctx *ctx, bl_estimator *e, bl_rng *r)
{
  char seed[16];
  snprintf(seed, sizeof seed, "%u", bl_rng_u32(r));
  bl_status s = bl_opts_find(e->cls->opts, "random_state")
                    ? bl_opts_set(ctx, e->cls->name, e->cls->opts, e->params, "random_state", seed)
                    : BL_OK;
  for (size_t i = 0; !s && i < e->n_children; i++) s = reseed(ctx, e->child[i], r);
  return s;
}

static bl_status fit_one(bl_ctx *ctx, void *arg, size_t j)
{
  const bags *b = arg;
  const bl_estimator *proto = b->self->child[0];
  bl_estimator **e = &b->self->learnt[j];
  bag g = {0};
  bl_rng r = bl_rng_make((uint64_t)((const params *)b->self->params)->random_state, "bagging estimators", j);
  bl_status s = bl_estimator_clone(ctx, proto, e);
  if (!s) s = reseed(ctx, *e, &r);
  if (!s) s = take_rows(ctx, b, j, bl_estimator_tags(proto) & BL_TAG_WEIGHTS, &g);
  if (!s) s = take_features(ctx, b->self, j, &g);
  if (!s && (s = bl_fit(ctx, *e, &g.data)) != BL_OK) s = bl_fail_in(ctx, s, "bagging: estimator %zu: ", j);
  bag_free(ctx, &g);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bags b = {.self = self, .t = t};
  bl_status s = count_of(ctx, "max_samples", p->max_samples, t->X.rows, &b.n_rows);
  if (!s) s = count_of(ctx, "max_features", p->max_features, t->X.cols, &b.n_features);
  if (p->given) b.n_rows = p->given->n_rows, b.n_features = p->given->n_features;
  if (!s) s = bl_estimator_learn_children(ctx, self, (size_t)p->n_estimators);
  if (!s) s = draw_features(ctx, &b);
  return s ? s : bl_pool_for(ctx, self->n_learnt, 1e9, fit_one, &b); /* a fit is worth a thread */
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  if (op != BL_PREDICT_PROBA || kind_of(self) != BL_CLASSIFIER) return 0;
  return self->fitted ? self->n_classes : 1;
}

/* By probabilities, by votes, or by numbers: all learnt ones are of one kind. */
static bl_op asked_of(const bl_estimator *self)
{
  bool p = kind_of(self) == BL_CLASSIFIER && bl_op_width(self->learnt[0], BL_PREDICT_PROBA);
  return p ? BL_PREDICT_PROBA : BL_PREDICT;
}

typedef struct room {
  double *one, *sum; /* [rows x k] */
  uint32_t *code;    /* [learnt x k]: the bag's code of each class that an estimator knows */
  bl_mat cut;
  size_t k, n;
  bl_applier *applier[];
} room;

static void map_classes(const bl_estimator *self, const bl_estimator *e, uint32_t *code)
{
  for (size_t c = 0, k = 0; c < e->n_classes; c++) {
    while (k < self->n_classes && self->classes[k] < e->classes[c]) k++;
    code[c] = (uint32_t)k;
  }
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const state *st = self->state;
  size_t n = self->n_learnt, k = kind_of(self) == BL_CLASSIFIER ? self->n_classes : 1;
  double *tail;
  room *r = *out = bl_kit_room(ctx, sizeof(room) + n * sizeof(bl_applier *), 2 * rows * k + n * k, &tail);
  if (!r) return bl_fail_nomem(ctx, "bagging");
  r->k = k;
  r->one = tail;
  r->sum = tail + rows * k;
  r->code = (uint32_t *)(void *)(tail + 2 * rows * k);
  bl_status s = st->features ? bl_mat_new(ctx, rows, st->n_drawn, &r->cut) : BL_OK;
  for (; !s && ops && r->n < n; r->n++) {
    map_classes(self, self->learnt[r->n], r->code + r->n * k);
    s = bl_applier_new(ctx, self->learnt[r->n], BL_ASK(asked_of(self)), rows, NULL, &r->applier[r->n]);
  }
  return s;
}

static void release(bl_ctx *ctx, void *made)
{
  room *r = made;
  bl_mat_free(ctx, &r->cut);
  for (size_t i = 0; i < r->n; i++) bl_applier_free(ctx, r->applier[i]);
}

/* Adds what the j-th estimator says of all rows. */
static void add(const bl_estimator *self, const room *r, size_t j, bl_op op, size_t rows)
{
  const uint32_t *code = r->code + j * r->k;
  size_t own = self->learnt[j]->n_classes;
  for (size_t i = 0; i < rows; i++) {
    double *sum = r->sum + i * r->k;
    if (kind_of(self) != BL_CLASSIFIER) *sum += r->one[i];
    else if (op == BL_PREDICT) sum[code[(size_t)r->one[i]]] += 1;
    else
      for (size_t c = 0; c < own; c++) sum[code[c]] += r->one[i * own + c];
  }
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  const room *r = made;
  const state *st = self->state;
  bl_op op = asked_of(self);
  bl_answer asked = {.first_row = out->first_row};
  bl_cmat view = *X;
  bl_status s = BL_OK;
  asked.v[op] = r->one;
  memset(r->sum, 0, X->rows * r->k * sizeof *r->sum);
  for (size_t j = 0; !s && j < r->n; j++) {
    if (st->features) {
      cut(X, st->features + j * st->n_drawn, &r->cut);
      view = bl_mat_view(&r->cut);
      view.rows = X->rows;
    }
    s = bl_applier_codes(ctx, r->applier[j], &view, &asked);
    if (!s) add(self, r, j, op, X->rows);
  }
  for (size_t i = 0; !s && i < X->rows * r->k; i++) r->sum[i] /= (double)self->n_learnt;
  if (!s && out->v[BL_PREDICT_PROBA]) memcpy(out->v[BL_PREDICT_PROBA], r->sum, X->rows * r->k * sizeof *r->sum);
  for (size_t i = 0; !s && out->v[BL_PREDICT] && i < X->rows; i++)
    out->v[BL_PREDICT][i] =
        kind_of(self) == BL_CLASSIFIER ? (double)bl_composite_top(r->sum + i * r->k, r->k) : r->sum[i];
  return s;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *st = self->state;
  size_t cols = st->features ? st->n_drawn : self->n_features;
  if (!self->n_children || !self->n_learnt || (st->features && st->n_bags != self->n_learnt))
    return bl_fail(ctx, BL_E_FORMAT, "bagging: %zu estimators, columns for %zu", self->n_learnt, st->n_bags);
  for (size_t i = 0; st->features && i < st->n_bags * st->n_drawn; i++)
    if (st->features[i] < 0 || (size_t)st->features[i] >= self->n_features)
      return bl_fail(ctx, BL_E_FORMAT, "bagging: column %lld of %zu", (long long)st->features[i], self->n_features);
  bl_status s = BL_OK;
  for (size_t j = 0; !s && j < self->n_learnt; j++) {
    s = bl_composite_check(ctx, self, self->learnt[j], kind_of(self), cols);
    if (!s && !bl_op_width(self->learnt[j], asked_of(self)))
      s = bl_fail(ctx, BL_E_FORMAT, "bagging: estimator %zu is unlike the first", j);
  }
  return s;
}

/* clang-format off */
const bl_estimator_class bl_estimator_bagging = {
    .name = "bagging", .summary = "one estimator, trained many times on rows and columns drawn at random",
    .source = "Breiman 1996; scikit-learn BaggingClassifier, BaggingRegressor", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_RANDOM, .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields,
    .state_size = sizeof(state), .fit = fit, .width = width, .prepare = prepare, .release = release, .apply = apply,
    .check = check, .kind_of = kind_of, .tags_of = tags_of, .check_children = check_children};
/* clang-format on */
