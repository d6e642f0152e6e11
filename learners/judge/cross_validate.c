/* Cross-validation. Each fold is one item of the pool: clone, fit on its training rows, apply to its test rows, score;
 * it writes to its own slots only, so results do not depend on threads.
 *
 * Outlier detectors are scored against two classes, the second of which (the larger value) means anomaly: a predicted
 * outlier is that class, and the decision is minus score_samples, so that higher is more anomalous and roc_auc and
 * average_precision read as they do for classifiers. */
#include "baleen/cross_validate.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baleen/pool.h"
#include "metric_private.h"

typedef struct run {
  const bl_estimator *proto;
  const bl_data *data;
  const bl_folds *folds;
  const bl_metric *metrics;
  bl_cv *out;
  bl_kind kind;
  size_t *first; /* [n_folds] where the fold's rows begin in out's row arrays */
  double *code;  /* [data rows] y as class codes; NULL when there are no classes */
  char **error;  /* [n_folds] NULL: none */
  atomic_size_t done;
} run;

/* The rows of one side of a fold. */
typedef struct side {
  bl_data data;
  uint32_t *index;
  double *y, *weight;
  int32_t *group;
} side;

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- one side of a fold ------------------------------------------------------------------------------------------ */

static void side_free(bl_ctx *ctx, side *s)
{
  bl_free(ctx, s->index);
  bl_free(ctx, s->y);
  bl_free(ctx, s->weight);
  bl_free(ctx, s->group);
}

static bl_status side_new(bl_ctx *ctx, const bl_data *d, const uint32_t *row, size_t n, side *s)
{
  *s = (side){.data = *d};
  s->index = bl_calloc(ctx, n, sizeof *s->index);
  if (d->y) s->y = bl_calloc(ctx, n, sizeof *s->y);
  if (d->weight) s->weight = bl_calloc(ctx, n, sizeof *s->weight);
  if (d->group) s->group = bl_calloc(ctx, n, sizeof *s->group);
  if (!s->index || (d->y && !s->y) || (d->weight && !s->weight) || (d->group && !s->group))
    return bl_fail_nomem(ctx, "a fold");
  for (size_t i = 0; i < n; i++) {
    s->index[i] = d->X.index ? d->X.index[row[i]] : row[i];
    if (s->y) s->y[i] = d->y[row[i]];
    if (s->weight) s->weight[i] = d->weight[row[i]];
    if (s->group) s->group[i] = d->group[row[i]];
  }
  s->data.X.index = s->index;
  s->data.X.rows = n;
  s->data.y = s->y;
  s->data.weight = s->weight;
  s->data.group = s->group;
  return BL_OK;
}

/* ---- classes ----------------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Index of a class value, or n_classes when it is none. */
static size_t code_of(const bl_cv *cv, double value)
{
  const double *at = bsearch(&value, cv->classes, cv->n_classes, sizeof value, ascending);
  return at ? (size_t)(at - cv->classes) : cv->n_classes;
}

static bl_status find_classes(bl_ctx *ctx, run *r)
{
  size_t n = r->data->X.rows;
  bl_cv *cv = r->out;
  cv->classes = bl_calloc(ctx, n, sizeof *cv->classes);
  r->code = bl_calloc(ctx, n, sizeof *r->code);
  if (!cv->classes || !r->code) return bl_fail_nomem(ctx, "classes");
  for (size_t i = 0; i < n; i++) cv->classes[i] = r->data->y[i] + 0.0; /* -0 becomes 0 */
  qsort(cv->classes, n, sizeof *cv->classes, ascending);
  for (size_t i = 0; i < n; i++)
    if (!i || cv->classes[i] > cv->classes[cv->n_classes - 1]) cv->classes[cv->n_classes++] = cv->classes[i];
  for (size_t i = 0; i < n; i++) r->code[i] = (double)code_of(cv, r->data->y[i]);
  if (r->kind == BL_CLASSIFIER || cv->n_classes == 2) return BL_OK;
  return bl_fail(ctx, BL_E_CLASSES,
                 "cross_validate: an outlier detector is scored against two classes, the second of which "
                 "is anomalous; the labels have %zu",
                 cv->n_classes);
}

/* ---- applying a fitted fold -------------------------------------------------------------------------------------- */

static bl_status apply_proba(bl_ctx *ctx, const run *r, const bl_estimator *e, const bl_data *test, double *to)
{
  size_t n = test->X.rows, all = r->out->n_classes, own = e->n_classes;
  for (size_t i = 0; i < n * all; i++) to[i] = 0;
  double *v = bl_calloc(ctx, n * own, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "probabilities");
  bl_status s = bl_apply(ctx, e, BL_PREDICT_PROBA, &test->X, test->feature_names, v);
  for (size_t k = 0; !s && k < own; k++) {
    size_t column = code_of(r->out, e->classes[k]);
    for (size_t i = 0; i < n; i++) to[i * all + column] = v[i * own + k];
  }
  bl_free(ctx, v);
  return s;
}

/* Predictions of a detector: class values when there are classes, else -1 and +1 as they come. */
static bl_status apply_detector(bl_ctx *ctx, const run *r, const bl_estimator *e, const bl_data *test, double *pred,
                                double *decision)
{
  bl_status s = bl_apply(ctx, e, BL_PREDICT, &test->X, test->feature_names, pred);
  if (!s && decision) s = bl_apply(ctx, e, BL_SCORE_SAMPLES, &test->X, test->feature_names, decision);
  for (size_t i = 0; !s && i < test->X.rows; i++) {
    if (r->out->n_classes) pred[i] = r->out->classes[pred[i] < 0];
    if (decision) decision[i] = -decision[i];
  }
  return s;
}

/* *wide gets a decision of [n x n_classes] for three classes or more, for the metrics of this fold alone. */
static bl_status apply_fold(bl_ctx *ctx, const run *r, const bl_estimator *e, const bl_data *test, size_t first,
                            double **wide)
{
  bl_cv *cv = r->out;
  double *pred = cv->pred + first, *decision = cv->decision ? cv->decision + first : NULL;
  if (r->kind == BL_OUTLIER_DETECTOR) return apply_detector(ctx, r, e, test, pred, decision);
  bl_status s = bl_apply(ctx, e, BL_PREDICT, &test->X, test->feature_names, pred);
  if (!s && cv->proba) s = apply_proba(ctx, r, e, test, cv->proba + first * cv->n_classes);
  if (s || !cv->n_classes) return s;
  size_t width = bl_op_width(e, BL_DECISION);
  if (decision && width == 1) return bl_apply(ctx, e, BL_DECISION, &test->X, test->feature_names, decision);
  if (width < 3 || width != cv->n_classes || e->n_classes != cv->n_classes) return BL_OK;
  *wide = bl_calloc(ctx, test->X.rows * width, sizeof **wide);
  if (!*wide) return bl_fail_nomem(ctx, "decisions");
  return bl_apply(ctx, e, BL_DECISION, &test->X, test->feature_names, *wide);
}

static bl_status score_fold(bl_ctx *ctx, const run *r, size_t f, const side *test, const double *wide)
{
  bl_cv *cv = r->out;
  if (!cv->n_metrics) return BL_OK;
  const bl_fold *fold = &r->folds->v[f];
  size_t n = fold->n_test, first = r->first[f];
  bl_scored s = {.n = n, .n_classes = cv->n_classes, .y = test->y, .pred = cv->pred + first, .weight = test->weight};
  double *code = NULL;
  if (cv->n_classes) {
    if (!(code = bl_calloc(ctx, 2 * n, sizeof *code))) return bl_fail_nomem(ctx, "scores");
    for (size_t i = 0; i < n; i++) {
      code[i] = r->code[fold->test[i]];
      code[n + i] = (double)code_of(cv, s.pred[i]);
    }
    s.y = code;
    s.pred = code + n;
    s.proba = cv->proba ? cv->proba + first * cv->n_classes : NULL;
    s.decision = wide ? wide : cv->decision ? cv->decision + first : NULL;
  }
  bl_status status = BL_OK;
  for (size_t m = 0; m < cv->n_metrics && status != BL_E_NOMEM && status != BL_E_CANCELLED; m++) {
    double *to = &cv->score[f * cv->n_metrics + m];
    bl_status one = bl_metric_score(ctx, &r->metrics[m], &s, to);
    if (one) *to = (double)NAN, status = one;
  }
  bl_free(ctx, code);
  return status;
}

/* What a failed fold leaves: no number that could be taken for a result. */
static void blank_fold(const run *r, size_t f)
{
  bl_cv *cv = r->out;
  for (size_t i = r->first[f]; i < r->first[f] + r->folds->v[f].n_test; i++) {
    cv->pred[i] = (double)NAN;
    if (cv->decision) cv->decision[i] = (double)NAN;
    for (size_t k = 0; cv->proba && k < cv->n_classes; k++) cv->proba[i * cv->n_classes + k] = (double)NAN;
  }
}

static bl_status do_fold(bl_ctx *ctx, void *arg, size_t f)
{
  run *r = arg;
  const bl_fold *fold = &r->folds->v[f];
  bl_estimator *e = NULL;
  double *wide = NULL, t0 = now_s(), t1 = t0;
  side train = {0}, test = {0};
  bool applied = false;
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (!s) s = bl_estimator_clone(ctx, r->proto, &e);
  if (!s) s = side_new(ctx, r->data, fold->train, fold->n_train, &train);
  if (!s) s = side_new(ctx, r->data, fold->test, fold->n_test, &test);
  if (s) goto done;
  t0 = now_s();
  s = bl_fit(ctx, e, &train.data);
  t1 = now_s();
  r->out->fit_s[f] = t1 - t0;
  if (!s) s = apply_fold(ctx, r, e, &test.data, r->first[f], &wide);
  r->out->apply_s[f] = now_s() - t1;
  applied = !s;
  if (!s) s = score_fold(ctx, r, f, &test, wide);
done:
  if (!applied) blank_fold(r, f);
  bl_free(ctx, wide);
  side_free(ctx, &train);
  side_free(ctx, &test);
  bl_estimator_free(ctx, e);
  if (s == BL_E_NOMEM || s == BL_E_CANCELLED) return s; /* these are the whole call's, not the fold's */
  if (s && !(r->error[f] = bl_strdup(ctx, bl_ctx_error(ctx)))) return bl_fail_nomem(ctx, "a message");
  r->out->status[f] = s;
  bl_progress(ctx, "folds", (double)(atomic_fetch_add(&r->done, 1) + 1), (double)r->folds->n);
  return BL_OK;
}

/* ---- the call ---------------------------------------------------------------------------------------------------- */

static bl_status check_call(bl_ctx *ctx, const run *r, size_t n_metrics)
{
  const bl_data *d = r->data;
  if (!r->folds->n) return bl_fail(ctx, BL_E_SHAPE, "cross_validate: no folds");
  for (size_t f = 0; f < r->folds->n; f++) {
    const bl_fold *v = &r->folds->v[f];
    if (!v->n_train || !v->n_test) return bl_fail(ctx, BL_E_SHAPE, "cross_validate: fold %zu has an empty side", f);
    for (size_t i = 0; i < v->n_train + v->n_test; i++) {
      size_t row = i < v->n_train ? v->train[i] : v->test[i - v->n_train];
      if (row >= d->X.rows)
        return bl_fail(ctx, BL_E_SHAPE,
                       "cross_validate: fold %zu names row %zu, the data have %zu; split these very data", f, row,
                       d->X.rows);
    }
  }
  if (r->kind == BL_TRANSFORMER)
    return bl_fail(ctx, BL_E_UNSUPPORTED,
                   "cross_validate: %s only transforms; end the chain with a classifier, a "
                   "regressor or an outlier detector",
                   r->proto->cls->name);
  if (!d->y && r->kind != BL_OUTLIER_DETECTOR)
    return bl_fail(ctx, BL_E_ARG, "cross_validate: a %s learns from %s, and none were given", bl_kind_name(r->kind),
                   r->kind == BL_CLASSIFIER ? "labels" : "targets");
  if (!d->y && n_metrics)
    return bl_fail(ctx, BL_E_ARG,
                   "cross_validate: %s needs labels to score an outlier detector against; give labels, or "
                   "ask for no metric",
                   r->metrics[0].cls->name);
  for (size_t i = 0; d->y && i < d->X.rows; i++)
    if (!isfinite(d->y[i]))
      return bl_fail(ctx, BL_E_NONFINITE, "cross_validate: y of row %zu is %g; leave the row out", i, d->y[i]);
  return BL_OK;
}

/* Refuses a metric that the estimator cannot serve before anything is fitted. */
static bl_status check_metrics(bl_ctx *ctx, const run *r)
{
  const bl_cv *cv = r->out;
  static const double some = 0;
  bool detector = r->kind == BL_OUTLIER_DETECTOR;
  bool decides = bl_op_width(r->proto, detector ? BL_SCORE_SAMPLES : BL_DECISION) > 0;
  bl_scored s = {.n = 1,
                 .n_classes = cv->n_classes,
                 .y = &some,
                 .pred = &some,
                 .proba = cv->proba ? &some : NULL,
                 .decision = decides ? &some : NULL};
  for (size_t m = 0; m < cv->n_metrics; m++) {
    bl_status e = bl_metric_check(ctx, r->metrics[m].cls, &s);
    if (e) return bl_fail_in(ctx, e, "cross_validate: %s: ", r->proto->cls->name);
  }
  return BL_OK;
}

static bl_status make_room(bl_ctx *ctx, run *r)
{
  bl_cv *cv = r->out;
  size_t n_folds = r->folds->n, k = cv->n_classes;
  cv->n_folds = n_folds;
  r->first = bl_calloc(ctx, n_folds, sizeof *r->first);
  r->error = bl_calloc(ctx, n_folds, sizeof *r->error);
  if (!r->first || !r->error) return bl_fail_nomem(ctx, "cross-validation");
  for (size_t f = 0; f < n_folds; f++) {
    r->first[f] = cv->n_rows;
    cv->n_rows += r->folds->v[f].n_test;
  }
  bool detector = r->kind == BL_OUTLIER_DETECTOR;
  bool has_proba = k && !detector && bl_op_width(r->proto, BL_PREDICT_PROBA);
  bool has_decision = detector ? bl_op_width(r->proto, BL_SCORE_SAMPLES) : k == 2 && bl_op_width(r->proto, BL_DECISION);
  cv->score = bl_calloc(ctx, n_folds * cv->n_metrics, sizeof *cv->score);
  cv->fit_s = bl_calloc(ctx, n_folds, sizeof *cv->fit_s);
  cv->apply_s = bl_calloc(ctx, n_folds, sizeof *cv->apply_s);
  cv->status = bl_calloc(ctx, n_folds, sizeof *cv->status);
  cv->row = bl_calloc(ctx, cv->n_rows, sizeof *cv->row);
  cv->fold = bl_calloc(ctx, cv->n_rows, sizeof *cv->fold);
  cv->pred = bl_calloc(ctx, cv->n_rows, sizeof *cv->pred);
  if (has_proba) cv->proba = bl_calloc(ctx, cv->n_rows * k, sizeof *cv->proba);
  if (has_decision) cv->decision = bl_calloc(ctx, cv->n_rows, sizeof *cv->decision);
  if (!cv->score || !cv->fit_s || !cv->apply_s || !cv->status || !cv->row || !cv->fold || !cv->pred ||
      (has_proba && !cv->proba) || (has_decision && !cv->decision))
    return bl_fail_nomem(ctx, "cross-validation");
  for (size_t i = 0; i < n_folds * cv->n_metrics; i++) cv->score[i] = (double)NAN;
  for (size_t f = 0; f < n_folds; f++)
    for (size_t i = 0; i < r->folds->v[f].n_test; i++) {
      cv->row[r->first[f] + i] = r->folds->v[f].test[i];
      cv->fold[r->first[f] + i] = (uint32_t)f;
    }
  return BL_OK;
}

/* The folds' messages in order; an error when no fold is left. */
static bl_status sum_up(bl_ctx *ctx, run *r)
{
  bl_cv *cv = r->out;
  size_t failed = 0;
  for (size_t f = 0; f < cv->n_folds; f++) {
    failed += cv->status[f] != BL_OK;
    bl_status s = bl_texts_add(ctx, &cv->errors, r->error[f] ? r->error[f] : "");
    if (s) return s;
  }
  if (failed == cv->n_folds)
    return bl_fail(ctx, cv->status[0], "cross_validate: all %zu folds failed; the first: %s", failed, cv->errors.v[0]);
  return BL_OK;
}

bl_status bl_cross_validate(bl_ctx *ctx, const bl_estimator *proto, const bl_data *data, const bl_folds *folds,
                            const bl_metric *metrics, size_t n_metrics, bl_cv *out)
{
  *out = (bl_cv){.n_metrics = n_metrics};
  run r = {
      .proto = proto, .data = data, .folds = folds, .metrics = metrics, .out = out, .kind = bl_estimator_kind(proto)};
  bool classes = data->y && (r.kind == BL_CLASSIFIER || (r.kind == BL_OUTLIER_DETECTOR && n_metrics));
  bl_status s = check_call(ctx, &r, n_metrics);
  if (!s && classes) s = find_classes(ctx, &r);
  if (!s) s = make_room(ctx, &r);
  if (!s) s = check_metrics(ctx, &r);
  /* a fold is worth a thread however small it is */
  if (!s) s = bl_pool_for(ctx, folds->n, 1e9, do_fold, &r);
  if (!s) s = sum_up(ctx, &r);
  for (size_t f = 0; r.error && f < folds->n; f++) bl_free(ctx, r.error[f]);
  bl_free(ctx, r.error);
  bl_free(ctx, r.first);
  bl_free(ctx, r.code);
  if (s) bl_cv_free(ctx, out);
  return s;
}

void bl_cv_mean(const bl_cv *cv, size_t metric, double *mean, double *sd, size_t *n)
{
  double sum = 0, square = 0;
  size_t count = 0;
  for (size_t f = 0; f < cv->n_folds; f++) {
    double x = cv->score[f * cv->n_metrics + metric];
    if (isnan(x)) continue;
    sum += x;
    count++;
  }
  *n = count;
  *mean = count ? sum / (double)count : (double)NAN;
  for (size_t f = 0; f < cv->n_folds; f++) {
    double d = cv->score[f * cv->n_metrics + metric] - *mean;
    if (!isnan(d)) square += d * d;
  }
  *sd = count ? sqrt(square / (double)count) : (double)NAN;
}

void bl_cv_free(bl_ctx *ctx, bl_cv *cv)
{
  bl_free(ctx, cv->score);
  bl_free(ctx, cv->fit_s);
  bl_free(ctx, cv->apply_s);
  bl_free(ctx, cv->status);
  bl_texts_free(ctx, &cv->errors);
  bl_free(ctx, cv->classes);
  bl_free(ctx, cv->row);
  bl_free(ctx, cv->fold);
  bl_free(ctx, cv->pred);
  bl_free(ctx, cv->proba);
  bl_free(ctx, cv->decision);
  *cv = (bl_cv){0};
}
