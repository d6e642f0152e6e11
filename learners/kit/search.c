#include "search.h"

#include <math.h>

#include "baleen/cross_validate.h"
#include "baleen/sort.h"
#include "composite.h"
#include "estimator_private.h"
#include "inner_folds.h"
#include "param_grid.h"

enum {
  BATCH = 64, /* points tried together: those that begin alike share their first steps */
  TOLD = 5    /* points whose failures are told one by one */
};

const bl_field bl_search_fields[] = {
    BL_FIELD_VECTOR(bl_search_state, mean_test_score, BL_F64, n_points, "mean of the folds' scores, of each point"),
    BL_FIELD_VECTOR(bl_search_state, std_test_score, BL_F64, n_points, "their population standard deviation"),
    BL_FIELD_VECTOR(bl_search_state, rank_test_score, BL_I64, n_points,
                    "1 for the best; points without a score are last"),
    BL_FIELD_MATRIX(bl_search_state, split_test_score, BL_F64, n_points, n_folds, "score of each point in each fold"),
    BL_FIELD_SCALAR(bl_search_state, best_index, BL_I64, "the point that was chosen, from 0"),
    BL_FIELD_END};

/* ---- what it is -------------------------------------------------------------------------------------------------- */

bl_kind bl_search_kind_of(const bl_estimator *self)
{
  return self->n_children ? bl_estimator_kind(self->child[0]) : BL_CLASSIFIER;
}

unsigned bl_search_tags_of(const bl_estimator *self)
{
  const unsigned from_child = BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_BINARY | BL_TAG_COVARIANCE_ROWS |
                              BL_TAG_POOR_SCORE | BL_TAG_CATEGORIES | BL_TAG_NONNEGATIVE | BL_TAG_POSITIVE_Y |
                              BL_TAG_RANDOM;
  return (self->cls->tags & BL_TAG_RANDOM) | bl_composite_tags(self, from_child, 0);
}

/* The metric that `scoring` names, f1 or {f1: {average: macro}}, or the one of the kind. */
static bl_status scoring_of(bl_ctx *ctx, const bl_estimator *self, bl_metric *out)
{
  const bl_search_params *p = self->params;
  const bl_flow *f = &p->scoring, *opts = NULL;
  bool classes = bl_search_kind_of(self) == BL_CLASSIFIER;
  const char *name = bl_flow_is_null(f) ? (classes ? "accuracy" : "r2") : f->kind == BL_FLOW_SCALAR ? f->text : NULL;
  if (f->kind == BL_FLOW_MAP && f->n == 1) name = f->key->text, opts = f->child;
  if (!name || (opts && opts->kind != BL_FLOW_MAP && !bl_flow_is_null(opts)))
    return bl_fail(ctx, BL_E_CONFIG, "%s: scoring is one metric: its name, or {name: {option: value}}",
                   self->cls->name);
  bl_status s = bl_metric_new(ctx, name, out);
  for (size_t i = 0; !s && opts && i < opts->n; i++)
    s = bl_opts_set_flow(ctx, name, out->cls->opts, out->params, opts->key[i].text, &opts->child[i]);
  if (!s) s = bl_metric_suits(ctx, out->cls, classes ? BL_CLASSES : BL_NUMBERS);
  return s ? bl_fail_in(ctx, s == BL_E_UNSUPPORTED ? BL_E_CONFIG : s, "%s: scoring: ", self->cls->name) : BL_OK;
}

bl_status bl_search_check_children(bl_ctx *ctx, const bl_estimator *self)
{
  bl_metric metric = {0};
  const char *child = self->child[0]->cls->name;
  bl_kind kind = bl_search_kind_of(self);
  if (kind != BL_CLASSIFIER && kind != BL_REGRESSOR)
    return bl_fail(ctx, BL_E_CONFIG, "%s: %s is a %s; it takes a classifier or a regressor", self->cls->name, child,
                   bl_kind_name(kind));
  if (bl_estimator_tags(self->child[0]) & BL_TAG_ORDERED)
    return bl_fail(ctx, BL_E_CONFIG, "%s: %s learns from rows in their order, which rows of a fold have not",
                   self->cls->name, child);
  bl_status s = scoring_of(ctx, self, &metric);
  bl_metric_free(ctx, &metric);
  return s;
}

/* ---- trying ------------------------------------------------------------------------------------------------------ */

typedef struct search {
  bl_estimator *self;
  const bl_train *t;
  const bl_flow *grid;
  bl_folds folds;
  bl_metric metric;
  bl_search_state *state;
  size_t n_told;
  bl_status first; /* how the first of those failed that cannot be chosen */
  bl_buf first_text;
} search;

/* Tells why a point cannot win. */
static bl_status tell_failure(bl_ctx *ctx, search *s, size_t point, const bl_cv *cv)
{
  size_t f = 0;
  bl_buf text = {0};
  while (f + 1 < cv->n_folds && !isnan(cv->score[f])) f++;
  if (s->n_told >= TOLD) return s->n_told++, BL_OK;
  bl_status status = bl_param_grid_print(ctx, s->grid, point, &text);
  const char *why = cv->status[f] ? cv->errors.v[f] : "the score is undefined";
  if (!s->n_told++) {
    s->first = cv->status[f] ? cv->status[f] : BL_E_CLASSES;
    if (!status) status = bl_buf_puts(ctx, &s->first_text, why);
  }
  if (!status)
    bl_warn(ctx, BL_W_UNDEFINED, "%s: %s cannot be chosen: fold %zu: %s", s->self->cls->name, bl_buf_text(&text),
            bl_fold_number(&s->folds, f), why);
  bl_buf_free(ctx, &text);
  return status;
}

static bl_status keep_scores(bl_ctx *ctx, search *s, size_t point, const bl_cv *cv)
{
  bl_search_state *st = s->state;
  size_t n;
  for (size_t f = 0; f < st->n_folds; f++) st->split_test_score[point * st->n_folds + f] = cv->score[f];
  bl_cv_mean(cv, 0, &st->mean_test_score[point], &st->std_test_score[point], &n);
  if (n == cv->n_folds && isfinite(st->mean_test_score[point])) return BL_OK;
  st->mean_test_score[point] = st->std_test_score[point] = (double)NAN;
  return tell_failure(ctx, s, point, cv);
}

static bl_status try_batch(bl_ctx *ctx, search *s, size_t first, size_t n)
{
  bl_candidate candidate[BATCH] = {{0}};
  bl_estimator *e[BATCH] = {0};
  bl_cv cv[BATCH] = {{0}};
  bl_status status = BL_OK;
  for (size_t i = 0; !status && i < n; i++) {
    status = bl_estimator_clone(ctx, s->self->child[0], &e[i]);
    if (!status) status = bl_param_grid_set(ctx, s->grid, first + i, e[i]);
    candidate[i].estimator = e[i];
  }
  bool muted =
      bl_ctx_mute(ctx, true); /* what warns in some fold of some point says nothing of the one that is chosen */
  if (!status) status = bl_cross_validate_each(ctx, candidate, n, s->t->data, &s->folds, &s->metric, 1, cv);
  bl_ctx_mute(ctx, muted);
  for (size_t i = 0; !status && i < n; i++) status = keep_scores(ctx, s, first + i, &cv[i]);
  for (size_t i = 0; i < n; i++) {
    bl_cv_free(ctx, &cv[i]);
    bl_estimator_free(ctx, e[i]);
  }
  return status;
}

/* How many of n ascending numbers lie above x. */
static size_t above(const double *sorted, size_t n, double x)
{
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t middle = lo + (hi - lo) / 2;
    if (sorted[middle] > x) hi = middle;
    else lo = middle + 1;
  }
  return n - lo;
}

/* Ranks from 1, equal points alike, those without a score last; the first of the best is chosen. */
static bl_status rank(bl_ctx *ctx, const search *s)
{
  bl_search_state *st = s->state;
  double sign = s->metric.cls->greater_is_better ? 1 : -1;
  double *sorted = bl_calloc(ctx, st->n_points, sizeof *sorted);
  size_t n = 0;
  if (!sorted) return bl_fail_nomem(ctx, s->self->cls->name);
  for (size_t i = 0; i < st->n_points; i++)
    if (!isnan(st->mean_test_score[i])) sorted[n++] = sign * st->mean_test_score[i];
  bl_sort(sorted, n);
  st->best_index = -1;
  for (size_t i = 0; i < st->n_points; i++) {
    double own = sign * st->mean_test_score[i];
    st->rank_test_score[i] = 1 + (int64_t)(isnan(own) ? n : above(sorted, n, own));
    if (st->best_index < 0 && n && st->rank_test_score[i] == 1) st->best_index = (int64_t)i;
  }
  bl_free(ctx, sorted);
  if (n) return BL_OK;
  return bl_fail(ctx, s->first, "%s: none of %zu points has a score in all folds; the first: %s", s->self->cls->name,
                 st->n_points, bl_buf_text(&s->first_text));
}

static bl_status make_room(bl_ctx *ctx, search *s)
{
  bl_search_state *st = s->state;
  st->n_folds = s->folds.n;
  st->mean_test_score = bl_calloc(ctx, st->n_points, sizeof *st->mean_test_score);
  st->std_test_score = bl_calloc(ctx, st->n_points, sizeof *st->std_test_score);
  st->rank_test_score = bl_calloc(ctx, st->n_points, sizeof *st->rank_test_score);
  st->split_test_score = bl_calloc(ctx, st->n_points, st->n_folds * sizeof *st->split_test_score);
  bool made = st->mean_test_score && st->std_test_score && st->rank_test_score && st->split_test_score;
  return made ? BL_OK : bl_fail_nomem(ctx, s->self->cls->name);
}

/* The best point, taught all rows. */
static bl_status teach_winner(bl_ctx *ctx, const search *s)
{
  bl_estimator *self = s->self;
  bl_buf text = {0};
  bl_status status = bl_estimator_learn_children(ctx, self, 1);
  if (!status) status = bl_estimator_clone(ctx, self->child[0], &self->learnt[0]);
  if (!status) status = bl_param_grid_set(ctx, s->grid, (size_t)s->state->best_index, self->learnt[0]);
  if (!status) status = bl_param_grid_print(ctx, s->grid, (size_t)s->state->best_index, &text);
  if (!status)
    bl_log(ctx, BL_LOG_INFO, "%s: %s of %zu points, %s %.4g", self->cls->name, bl_buf_text(&text), s->state->n_points,
           s->metric.cls->name, s->state->mean_test_score[s->state->best_index]);
  bl_buf_free(ctx, &text);
  return status ? status : bl_composite_in(ctx, self, 0, bl_composite_fit(ctx, self->learnt[0], s->t->data));
}

bl_status bl_search_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, const bl_flow *grid)
{
  const bl_search_params *p = self->params;
  search s = {.self = self, .t = t, .grid = grid, .state = self->state, .first = BL_E_CLASSES};
  bl_status status = bl_param_grid_count(ctx, self->cls->name, grid, &s.state->n_points);
  if (!status) status = scoring_of(ctx, self, &s.metric);
  if (!status) status = bl_inner_folds(ctx, self->cls->name, t, (size_t)p->cv, &s.folds);
  if (!status) status = make_room(ctx, &s);
  for (size_t i = 0; !status && i < s.state->n_points; i += BATCH) {
    size_t left = s.state->n_points - i;
    status = try_batch(ctx, &s, i, left < BATCH ? left : BATCH);
  }
  if (!status && s.n_told > TOLD)
    bl_warn(ctx, BL_W_UNDEFINED, "%s: %zu more points cannot be chosen", self->cls->name, s.n_told - TOLD);
  if (!status) status = rank(ctx, &s);
  if (!status) status = teach_winner(ctx, &s);
  bl_metric_free(ctx, &s.metric);
  bl_folds_free(ctx, &s.folds);
  bl_buf_free(ctx, &s.first_text);
  return status;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

size_t bl_search_width(const bl_estimator *self, bl_op op)
{
  if (op == BL_TRANSFORM || !self->n_children) return 0;
  return bl_op_width(self->n_learnt ? self->learnt[0] : self->child[0], op);
}

typedef struct room {
  bl_applier *applier;
} room;

bl_status bl_search_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  room *r = *out = bl_calloc(ctx, 1, sizeof *r);
  if (!r) return bl_fail_nomem(ctx, self->cls->name);
  return bl_composite_in(ctx, self, 0, bl_applier_new(ctx, self->learnt[0], ops, rows, NULL, &r->applier));
}

void bl_search_release(bl_ctx *ctx, void *made) { bl_applier_free(ctx, ((room *)made)->applier); }

/* The winner has learnt from every class, and so has the same codes. */
bl_status bl_search_apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  return bl_composite_in(ctx, self, 0, bl_applier_codes(ctx, ((room *)made)->applier, X, out));
}

bl_status bl_search_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_search_state *st = self->state;
  if (self->n_learnt != 1 || !st->mean_test_score || st->best_index < 0 || (size_t)st->best_index >= st->n_points)
    return bl_fail(ctx, BL_E_FORMAT, "%s: point %lld of %zu", self->cls->name, (long long)st->best_index, st->n_points);
  bl_status s = bl_estimator_complete(ctx, self);
  if (!s) s = bl_composite_check(ctx, self, self->learnt[0], bl_search_kind_of(self), self->n_features);
  if (!s && (self->learnt[0]->n_classes != self->n_classes || self->learnt[0]->n_targets != self->n_targets))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: %zu classes, but its estimator has %zu, or another number of targets",
                self->cls->name, self->n_classes, self->learnt[0]->n_classes);
  return s;
}
