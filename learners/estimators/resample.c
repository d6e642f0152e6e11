/* resample: an estimator taught a balanced choice of its rows. It acts in fit alone: predictions are made for every row as
 * it comes, and the rows that scores are of are never drawn or made up.
 *
 * Rows that are drawn keep their weight and their group, so that what is held inside by groups stays honest. `smote` makes
 * rows between a row and one of its nearest neighbours of the same class (Chawla et al. 2002); one that is made up has
 * weight, group and time of the row that it starts from. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "composite.h"
#include "estimator_private.h"
#include "neighbours.h"

enum { OVER, UNDER, SMOTE };
static const char *const methods[] = {"over", "under", "smote", NULL};
typedef struct params {
  int method;
  int64_t k_neighbors, random_state;
} params;

static const bl_opt opts[] = {
    BL_CHILD(estimator, "the classifier that is taught"),
    BL_ENUM(
        params, method, "over", methods,
        "rows of smaller classes drawn again, of larger ones left out, or rows made up between those of small ones"),
    BL_INT(params, k_neighbors, "5", 1, 1000, "",
           "smote: neighbours that a row may be joined with, fewer in a small class"),
    BL_INT(params, random_state, "0", 0, 9007199254740992.0, "", "seed of what is drawn"), BL_OPT_END};

static unsigned tags_of(const bl_estimator *self)
{
  const unsigned from_child =
      BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_BINARY | BL_TAG_COVARIANCE_ROWS | BL_TAG_POOR_SCORE | BL_TAG_CATEGORIES;
  return BL_TAG_RANDOM | bl_composite_tags(self, from_child, 0);
}

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_estimator *e = self->child[0];
  if (bl_estimator_kind(e) != BL_CLASSIFIER)
    return bl_fail(ctx, BL_E_CONFIG, "resample: %s is a %s; it takes a classifier, for classes are what it balances",
                   e->cls->name, bl_kind_name(bl_estimator_kind(e)));
  if (bl_estimator_tags(e) & BL_TAG_ORDERED)
    return bl_fail(ctx, BL_E_CONFIG, "resample: %s learns from rows in their order, which rows that are drawn have not",
                   e->cls->name);
  return BL_OK;
}

/* ---- drawing ----------------------------------------------------------------------------------------------------- */

/* The rows that the estimator is taught: row from[i], moved by share[i] of the way to row to[i]. */
typedef struct drawn {
  size_t n;
  uint32_t *from, *to;
  double *share;
} drawn;

typedef struct class_rows {
  const uint32_t *row;
  size_t n;
} class_rows;

typedef struct near {
  uint32_t *of; /* [n x k] */
  size_t k;
} near;

/* The row itself is the nearest; of rows that are the same it need not be the first. */
static void take_near(void *arg, size_t i, const uint32_t *index, const double *distance)
{
  const near *n = arg;
  size_t taken = 0;
  (void)distance;
  for (size_t j = 0; j < n->k + 1 && taken < n->k; j++)
    if (index[j] != i) n->of[i * n->k + taken++] = index[j];
}

/* Nearest others of each row of one class. */
static bl_status find_near(bl_ctx *ctx, const bl_cmat *X, const class_rows *c, near *out)
{
  bl_mat own = {0};
  bl_neighbours_room *room = NULL;
  bl_cmat view = *X;
  uint32_t *index = bl_calloc(ctx, c->n, sizeof *index);
  out->of = bl_calloc(ctx, c->n, out->k * sizeof *out->of);
  bl_status s = index && out->of ? BL_OK : bl_fail_nomem(ctx, "resample");
  for (size_t i = 0; !s && i < c->n; i++) index[i] = X->index ? X->index[c->row[i]] : c->row[i];
  view.index = index;
  view.rows = c->n;
  if (!s) s = bl_mat_copy(ctx, &view, &own);
  bl_neighbours m = {own.v, c->n, X->cols, out->k + 1, BL_EUCLIDEAN, 2};
  bl_cmat all = bl_mat_view(&own);
  if (!s) s = bl_neighbours_prepare(ctx, &m, c->n, &room);
  if (!s) bl_neighbours_find(&m, room, &all, take_near, out);
  bl_free(ctx, room);
  bl_free(ctx, index);
  bl_mat_free(ctx, &own);
  return s;
}

static void add(drawn *d, uint32_t from, uint32_t to, double share)
{
  d->from[d->n] = from;
  d->to[d->n] = to;
  d->share[d->n++] = share;
}

/* Fills a class up to `want` rows by ones between its own. A class of one row is drawn again. */
static bl_status make_up(bl_ctx *ctx, const params *p, const bl_cmat *X, const class_rows *c, size_t want, bl_rng *r,
                         drawn *d)
{
  near n = {NULL, c->n - 1 < (size_t)p->k_neighbors ? c->n - 1 : (size_t)p->k_neighbors};
  bl_status s = n.k && want > c->n ? find_near(ctx, X, c, &n) : BL_OK;
  for (size_t i = c->n; !s && i < want; i++) {
    size_t at = (size_t)bl_rng_below(r, c->n);
    uint32_t other = n.k ? n.of[at * n.k + (size_t)bl_rng_below(r, n.k)] : (uint32_t)at;
    add(d, c->row[at], c->row[other], bl_rng_uniform(r));
  }
  bl_free(ctx, n.of);
  return s;
}

static bl_status draw_class(bl_ctx *ctx, const params *p, const bl_cmat *X, const class_rows *c, size_t want, bl_rng *r,
                            drawn *d)
{
  if (p->method == UNDER) {
    uint32_t *order = bl_calloc(ctx, c->n, sizeof *order);
    if (!order) return bl_fail_nomem(ctx, "resample");
    for (size_t i = 0; i < c->n; i++) order[i] = c->row[i];
    bl_rng_shuffle(r, order, c->n);
    for (size_t i = 0; i < want; i++) add(d, order[i], order[i], 0);
    bl_free(ctx, order);
    return BL_OK;
  }
  for (size_t i = 0; i < c->n; i++) add(d, c->row[i], c->row[i], 0);
  if (p->method == SMOTE) return make_up(ctx, p, X, c, want, r, d);
  for (size_t i = c->n; i < want; i++) {
    uint32_t row = c->row[bl_rng_below(r, c->n)];
    add(d, row, row, 0);
  }
  return BL_OK;
}

/* Each class gets as many rows as the largest has, or with `under` as the smallest. */
static bl_status draw(bl_ctx *ctx, const params *p, const bl_train *t, drawn *d)
{
  size_t k = t->n_classes, n = t->X.rows, *count = bl_calloc(ctx, k, sizeof *count), want = 0;
  uint32_t *row = bl_calloc(ctx, n, sizeof *row);
  bl_status s = count && row ? BL_OK : bl_fail_nomem(ctx, "resample");
  for (size_t i = 0; !s && i < n; i++) count[(size_t)t->y[i]]++;
  for (size_t c = 0; !s && c < k; c++)
    if (!c || (p->method == UNDER ? count[c] < want : count[c] > want)) want = count[c];
  size_t room = want * k;
  d->from = bl_calloc(ctx, room, sizeof *d->from);
  d->to = bl_calloc(ctx, room, sizeof *d->to);
  d->share = bl_calloc(ctx, room, sizeof *d->share);
  if (!s && (!d->from || !d->to || !d->share)) s = bl_fail_nomem(ctx, "resample");
  for (size_t c = 0; !s && c < k; c++) {
    bl_rng r = bl_rng_make((uint64_t)p->random_state, "resample", c);
    class_rows own = {row, 0};
    for (size_t i = 0; i < n; i++)
      if ((size_t)t->y[i] == c) row[own.n++] = (uint32_t)i;
    s = draw_class(ctx, p, &t->X, &own, want, &r, d);
  }
  bl_free(ctx, count);
  bl_free(ctx, row);
  return s;
}

/* ---- teaching ---------------------------------------------------------------------------------------------------- */

/* The drawn rows with what belongs to them. */
typedef struct rows {
  bl_mat X;
  double *y, *weight, *time;
  int32_t *group;
} rows;

static bl_status make_rows(bl_ctx *ctx, const bl_data *d, const drawn *w, rows *out)
{
  bl_status s = bl_mat_new(ctx, w->n, d->X.cols, &out->X);
  out->y = bl_calloc(ctx, w->n, sizeof *out->y);
  out->weight = d->weight ? bl_calloc(ctx, w->n, sizeof *out->weight) : NULL;
  out->time = d->time ? bl_calloc(ctx, w->n, sizeof *out->time) : NULL;
  out->group = d->group ? bl_calloc(ctx, w->n, sizeof *out->group) : NULL;
  if (!s && (!out->y || (d->weight && !out->weight) || (d->time && !out->time) || (d->group && !out->group)))
    s = bl_fail_nomem(ctx, "resample");
  for (size_t i = 0; !s && i < w->n; i++) {
    const float *a = bl_crow(&d->X, w->from[i]), *b = bl_crow(&d->X, w->to[i]);
    float *x = bl_row(&out->X, i);
    for (size_t j = 0; j < d->X.cols; j++)
      x[j] = w->share[i] > 0 ? (float)((double)a[j] + w->share[i] * ((double)b[j] - (double)a[j])) : a[j];
    out->y[i] = d->y[w->from[i]];
    if (out->weight) out->weight[i] = d->weight[w->from[i]];
    if (out->time) out->time[i] = d->time[w->from[i]];
    if (out->group) out->group[i] = d->group[w->from[i]];
  }
  return s;
}

static bl_status refuse_between(bl_ctx *ctx, const params *p, const bl_train *t)
{
  const bl_block *c = p->method == SMOTE ? bl_blocks_category(t->data->blocks) : NULL;
  size_t row, col;
  if (c)
    return bl_fail(ctx, BL_E_SHAPE, "resample: smote has nothing between two categories ('%s'); encode them before it",
                   c->name);
  if (p->method == SMOTE && !bl_cmat_finite(&t->X, &row, &col))
    return bl_fail(ctx, BL_E_NONFINITE,
                   "resample: smote has no neighbours of row %zu, whose column %zu is NaN; fill gaps "
                   "before it",
                   row, col);
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  drawn w = {0};
  rows made = {0};
  bl_status s = refuse_between(ctx, p, t);
  if (!s) s = draw(ctx, p, t, &w);
  if (!s) s = make_rows(ctx, t->data, &w, &made);
  bl_data d = *t->data;
  d.X = bl_mat_view(&made.X);
  d.y = made.y;
  d.weight = made.weight;
  d.group = made.group;
  d.time = made.time;
  if (!s) s = bl_composite_in(ctx, self, 0, bl_composite_fit(ctx, self->child[0], &d));
  bl_free(ctx, w.from);
  bl_free(ctx, w.to);
  bl_free(ctx, w.share);
  bl_mat_free(ctx, &made.X);
  bl_free(ctx, made.y);
  bl_free(ctx, made.weight);
  bl_free(ctx, made.time);
  bl_free(ctx, made.group);
  return s;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  return self->n_children && op != BL_TRANSFORM ? bl_op_width(self->child[0], op) : 0;
}

typedef struct room {
  bl_applier *applier;
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t n_rows, void **out)
{
  room *r = *out = bl_calloc(ctx, 1, sizeof *r);
  if (!r) return bl_fail_nomem(ctx, "resample");
  return bl_composite_in(ctx, self, 0, bl_applier_new(ctx, self->child[0], ops, n_rows, NULL, &r->applier));
}

static void release(bl_ctx *ctx, void *made) { bl_applier_free(ctx, ((room *)made)->applier); }

/* Its estimator has learnt from every class, and so has the same codes. */
static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  return bl_composite_in(ctx, self, 0, bl_applier_codes(ctx, ((room *)made)->applier, X, out));
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  bl_status s = bl_estimator_complete(ctx, self);
  if (!s) s = bl_composite_check(ctx, self, self->child[0], BL_CLASSIFIER, self->n_features);
  if (!s && self->child[0]->n_classes != self->n_classes)
    s = bl_fail(ctx, BL_E_FORMAT, "resample: %zu classes, but its estimator has %zu", self->n_classes,
                self->child[0]->n_classes);
  return s;
}

/* clang-format off */
const bl_estimator_class bl_estimator_resample = {
    .name = "resample", .summary = "a classifier taught as many rows of each class",
    .source = "imbalanced-learn RandomOverSampler, RandomUnderSampler, SMOTE; Chawla et al. 2002",
    .kind = BL_CLASSIFIER, .tags = BL_TAG_RANDOM, .tags_of = tags_of, .check_children = check_children, .state_version = 1,
    .opts = opts, .params_size = sizeof(params),
    .fit = fit, .width = width, .prepare = prepare, .release = release, .apply = apply, .check = check};
/* clang-format on */
