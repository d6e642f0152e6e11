/* Cross-validation: the call. Each item of the pool is a fold of the models that begin alike (fold.c); it writes to its
 * own slots only, so results do not depend on threads.
 *
 * Outlier detectors are scored against two classes, the second of which (the larger value) means anomaly: a predicted
 * outlier is that class, and the decision is minus score_samples, so that higher is more anomalous and roc_auc and
 * average_precision read as they do for classifiers. */
#include "baleen/cross_validate.h"

#include <math.h>
#include <stdlib.h>

#include "baleen/pool.h"
#include "baleen/sort.h"
#include "cross_validate_private.h"
#include "grams.h"
#include "metric_private.h"

/* ---- classes ----------------------------------------------------------------------------------------------------- */

size_t bl_cv_code(const bl_cv *cv, double value)
{
  const double *at = bsearch(&value, cv->classes, cv->n_classes, sizeof value, bl_by_size);
  return at ? (size_t)(at - cv->classes) : cv->n_classes;
}

static bl_status count_labels(bl_ctx *ctx, bl_cv *cv)
{
  if (!(cv->classes = bl_calloc(ctx, cv->n_targets, sizeof *cv->classes))) return bl_fail_nomem(ctx, "labels");
  for (; cv->n_classes < cv->n_targets; cv->n_classes++) cv->classes[cv->n_classes] = (double)cv->n_classes;
  return BL_OK;
}

static bl_status find_classes(bl_ctx *ctx, const bl_data *data, bl_cv_model *r)
{
  size_t n = data->X.rows;
  bl_cv *cv = r->out;
  if (cv->n_targets > 1 && r->kind == BL_CLASSIFIER) return count_labels(ctx, cv);
  cv->classes = bl_calloc(ctx, n, sizeof *cv->classes);
  r->code = bl_calloc(ctx, n, sizeof *r->code);
  if (!cv->classes || !r->code) return bl_fail_nomem(ctx, "classes");
  for (size_t i = 0; i < n; i++) cv->classes[i] = data->y[i] + 0.0; /* -0 becomes 0 */
  bl_sort(cv->classes, n);
  for (size_t i = 0; i < n; i++)
    if (!i || cv->classes[i] > cv->classes[cv->n_classes - 1]) cv->classes[cv->n_classes++] = cv->classes[i];
  for (size_t i = 0; i < n; i++) r->code[i] = (double)bl_cv_code(cv, data->y[i]);
  if (r->kind == BL_CLASSIFIER || cv->n_classes == 2) return BL_OK;
  return bl_fail(ctx, BL_E_CLASSES,
                 "cross_validate: an outlier detector is scored against two classes, the second of which "
                 "is anomalous; the labels have %zu",
                 cv->n_classes);
}

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

static bl_status check_folds(bl_ctx *ctx, const bl_cv_call *c)
{
  const bl_data *d = c->data;
  if (!c->folds->n) return bl_fail(ctx, BL_E_SHAPE, "cross_validate: no folds");
  for (size_t f = 0; f < c->folds->n; f++) {
    const bl_fold *v = &c->folds->v[f];
    if (!v->n_train || !v->n_test)
      return bl_fail(ctx, BL_E_SHAPE, "cross_validate: fold %zu has an empty side", bl_fold_number(c->folds, f));
    for (size_t i = 0; i < v->n_train + v->n_test; i++) {
      size_t row = i < v->n_train ? v->train[i] : v->test[i - v->n_train];
      if (row >= d->X.rows)
        return bl_fail(ctx, BL_E_SHAPE,
                       "cross_validate: fold %zu names row %zu, the data have %zu; split these very data",
                       bl_fold_number(c->folds, f), row, d->X.rows);
    }
  }
  return BL_OK;
}

/* Whether a model of this kind can be judged by these data, and by which classes. */
static bl_status check_kind(bl_ctx *ctx, const bl_cv_call *c, bl_cv_model *r)
{
  const bl_data *d = c->data;
  size_t n_metrics = r->out->n_metrics, k = r->out->n_targets;
  if (r->kind == BL_TRANSFORMER)
    return bl_fail(ctx, BL_E_UNSUPPORTED,
                   "cross_validate: %s only transforms; end the chain with a classifier, a "
                   "regressor or an outlier detector",
                   r->candidate->estimator->cls->name);
  if (r->kind == BL_CLUSTERER)
    return bl_fail(
        ctx, BL_E_UNSUPPORTED,
        "cross_validate: %s finds clusters, for which rows held out have no truth; put it before a classifier, "
        "a regressor or an outlier detector",
        r->candidate->estimator->cls->name);
  if (d->n_targets > 1 && r->kind == BL_OUTLIER_DETECTOR)
    return bl_fail(ctx, BL_E_UNSUPPORTED,
                   "cross_validate: an outlier detector is scored against one target, but y has %zu", d->n_targets);
  if (!d->y && r->kind != BL_OUTLIER_DETECTOR)
    return bl_fail(ctx, BL_E_ARG, "cross_validate: a %s learns from %s, and none were given", bl_kind_name(r->kind),
                   r->kind == BL_CLASSIFIER ? "labels" : "targets");
  if (!d->y && n_metrics)
    return bl_fail(ctx, BL_E_ARG,
                   "cross_validate: %s needs labels to score an outlier detector against; give labels, or "
                   "ask for no metric",
                   c->metrics[0].cls->name);
  for (size_t i = 0; d->y && i < d->X.rows * k; i++)
    if (!isfinite(d->y[i]))
      return bl_fail(ctx, BL_E_NONFINITE, "cross_validate: y of row %zu is %g; leave the row out", i / k, d->y[i]);
  bool classes = d->y && (r->kind == BL_CLASSIFIER || (r->kind == BL_OUTLIER_DETECTOR && n_metrics));
  return classes ? find_classes(ctx, d, r) : BL_OK;
}

/* Refuses a metric that the estimator cannot serve before anything is fitted. */
static bl_status check_metrics(bl_ctx *ctx, const bl_cv_call *c, const bl_cv_model *r)
{
  const bl_cv *cv = r->out;
  static const double some = 0;
  bool detector = r->kind == BL_OUTLIER_DETECTOR;
  bool decides = bl_op_width(r->candidate->estimator, detector ? BL_SCORE_SAMPLES : BL_DECISION) > 0;
  bl_scored s = {.n = 1,
                 .n_classes = cv->n_classes,
                 .n_targets = cv->n_targets,
                 .y = &some,
                 .pred = &some,
                 .proba = cv->proba ? &some : NULL,
                 .decision = decides ? &some : NULL};
  for (size_t m = 0; m < cv->n_metrics; m++) {
    bl_status e = bl_metric_check(ctx, c->metrics[m].cls, &s);
    if (e) return bl_fail_in(ctx, e, "cross_validate: %s: ", r->candidate->estimator->cls->name);
  }
  return BL_OK;
}

static bl_status make_room(bl_ctx *ctx, const bl_cv_call *c, bl_cv_model *r)
{
  bl_cv *cv = r->out;
  size_t n_folds = c->folds->n, k = cv->n_classes;
  cv->n_folds = n_folds;
  r->first = bl_calloc(ctx, n_folds, sizeof *r->first);
  r->error = bl_calloc(ctx, n_folds, sizeof *r->error);
  if (!r->first || !r->error) return bl_fail_nomem(ctx, "cross-validation");
  for (size_t f = 0; f < n_folds; f++) {
    r->first[f] = cv->n_rows;
    cv->n_rows += c->folds->v[f].n_test;
  }
  bool detector = r->kind == BL_OUTLIER_DETECTOR, labels = k && cv->n_targets > 1;
  size_t n_decisions = labels ? k : 1;
  bool has_proba = k && !detector && bl_op_width(r->candidate->estimator, BL_PREDICT_PROBA);
  bool has_decision = detector ? bl_op_width(r->candidate->estimator, BL_SCORE_SAMPLES)
                               : (k == 2 || labels) && bl_op_width(r->candidate->estimator, BL_DECISION);
  cv->score = bl_calloc(ctx, n_folds * cv->n_metrics, sizeof *cv->score);
  cv->fit_s = bl_calloc(ctx, n_folds, sizeof *cv->fit_s);
  cv->apply_s = bl_calloc(ctx, n_folds, sizeof *cv->apply_s);
  cv->status = bl_calloc(ctx, n_folds, sizeof *cv->status);
  cv->row = bl_calloc(ctx, cv->n_rows, sizeof *cv->row);
  cv->fold = bl_calloc(ctx, cv->n_rows, sizeof *cv->fold);
  cv->pred = bl_calloc(ctx, cv->n_rows, cv->n_targets * sizeof *cv->pred);
  if (has_proba) cv->proba = bl_calloc(ctx, cv->n_rows * k, sizeof *cv->proba);
  if (has_decision) cv->decision = bl_calloc(ctx, cv->n_rows, n_decisions * sizeof *cv->decision);
  if (!cv->score || !cv->fit_s || !cv->apply_s || !cv->status || !cv->row || !cv->fold || !cv->pred ||
      (has_proba && !cv->proba) || (has_decision && !cv->decision))
    return bl_fail_nomem(ctx, "cross-validation");
  for (size_t i = 0; i < n_folds * cv->n_metrics; i++) cv->score[i] = (double)NAN;
  for (size_t f = 0; f < n_folds; f++)
    for (size_t i = 0; i < c->folds->v[f].n_test; i++) {
      cv->row[r->first[f] + i] = c->folds->v[f].test[i];
      cv->fold[r->first[f] + i] = (uint32_t)f;
    }
  return BL_OK;
}

/* ---- the call ---------------------------------------------------------------------------------------------------- */

/* A model that cannot be judged, for the reason that the context has: so it is in every fold. */
static bl_status refuse_model(bl_ctx *ctx, const bl_cv_call *c, bl_cv_model *r, bl_status why)
{
  r->refused = true;
  for (size_t f = 0; f < c->folds->n; f++) {
    r->out->status[f] = why;
    bl_cv_blank_fold(c, r, f);
    if (!(r->error[f] = bl_strdup(ctx, bl_ctx_error(ctx)))) return bl_fail_nomem(ctx, "a message");
  }
  return BL_OK;
}

static bl_status prepare_model(bl_ctx *ctx, const bl_cv_call *c, bl_cv_model *r)
{
  bl_status why = check_kind(ctx, c, r);
  if (why == BL_E_NOMEM || (why && !c->all_may_fail)) return why;
  bl_status s = make_room(ctx, c, r);
  if (!s && !why) why = check_metrics(ctx, c, r);
  if (s || !why) return s;
  return c->all_may_fail && why != BL_E_NOMEM ? refuse_model(ctx, c, r, why) : why;
}

/* The folds' messages in order; unless all may fail, an error when no fold is left. */
static bl_status sum_up(bl_ctx *ctx, const bl_cv_call *c, bl_cv_model *r)
{
  bl_cv *cv = r->out;
  size_t failed = 0;
  for (size_t f = 0; f < cv->n_folds; f++) {
    failed += cv->status[f] != BL_OK;
    bl_status s = bl_texts_add(ctx, &cv->errors, r->error[f] ? r->error[f] : "");
    if (s) return s;
  }
  if (failed == cv->n_folds && !c->all_may_fail)
    return bl_fail(ctx, cv->status[0], "cross_validate: all %zu folds failed; the first: %s", failed, cv->errors.v[0]);
  return BL_OK;
}

/* Says which of several models it was. */
static bl_status of_model(bl_ctx *ctx, const bl_cv_model *r, bl_status s)
{
  const char *name = r->candidate->name;
  return s && name ? bl_fail_in(ctx, s, "model '%s': ", name) : s;
}

static void free_model(bl_ctx *ctx, const bl_cv_call *c, bl_cv_model *r)
{
  for (size_t f = 0; r->error && f < c->folds->n; f++) bl_free(ctx, r->error[f]);
  bl_free(ctx, r->error);
  bl_free(ctx, r->first);
  bl_free(ctx, r->code);
}

static bl_status validate(bl_ctx *ctx, const bl_candidate *candidates, size_t n, const bl_data *data,
                          const bl_folds *folds, const bl_metric *metrics, size_t n_metrics, bool all_may_fail,
                          bl_cv *out)
{
  bl_data d = *data;
  bl_grams *own = NULL;
  bl_cv_call c = {.data = &d, .folds = folds, .metrics = metrics, .n_models = n, .all_may_fail = all_may_fail};
  bl_status s = bl_grams_are_of(d.grams, &d.X) ? BL_OK : bl_grams_new(ctx, &d.X, &own);
  if (own) d.grams = own;
  if (!s) s = (c.model = bl_calloc(ctx, n, sizeof *c.model)) ? BL_OK : bl_fail_nomem(ctx, "cross-validation");
  for (size_t m = 0; m < n; m++)
    out[m] = (bl_cv){.n_metrics = n_metrics, .n_targets = data->n_targets > 1 ? data->n_targets : 1};
  for (size_t m = 0; c.model && m < n; m++)
    c.model[m] =
        (bl_cv_model){.candidate = &candidates[m], .out = &out[m], .kind = bl_estimator_kind(candidates[m].estimator)};
  if (!s) s = check_folds(ctx, &c);
  for (size_t m = 0; !s && m < n; m++) s = of_model(ctx, &c.model[m], prepare_model(ctx, &c, &c.model[m]));
  if (!s) s = bl_shared_steps_find(ctx, candidates, n, data->weight != NULL, &c.shared);
  /* a fold is worth a thread however small it is */
  if (!s) s = bl_pool_for(ctx, c.shared.n_families * folds->n, 1e9, bl_cv_fold, &c);
  for (size_t m = 0; !s && m < n; m++) s = of_model(ctx, &c.model[m], sum_up(ctx, &c, &c.model[m]));
  for (size_t m = 0; c.model && m < n; m++) free_model(ctx, &c, &c.model[m]);
  bl_shared_steps_free(ctx, &c.shared);
  bl_free(ctx, c.model);
  bl_grams_free(ctx, own);
  for (size_t m = 0; s && m < n; m++) bl_cv_free(ctx, &out[m]);
  return s;
}

bl_status bl_cross_validate_all(bl_ctx *ctx, const bl_candidate *candidates, size_t n, const bl_data *data,
                                const bl_folds *folds, const bl_metric *metrics, size_t n_metrics, bl_cv *out)
{
  return validate(ctx, candidates, n, data, folds, metrics, n_metrics, false, out);
}

bl_status bl_cross_validate_each(bl_ctx *ctx, const bl_candidate *candidates, size_t n, const bl_data *data,
                                 const bl_folds *folds, const bl_metric *metrics, size_t n_metrics, bl_cv *out)
{
  return validate(ctx, candidates, n, data, folds, metrics, n_metrics, true, out);
}

bl_status bl_cross_validate(bl_ctx *ctx, const bl_estimator *proto, const bl_data *data, const bl_folds *folds,
                            const bl_metric *metrics, size_t n_metrics, bl_cv *out)
{
  return bl_cross_validate_all(ctx, &(bl_candidate){NULL, proto}, 1, data, folds, metrics, n_metrics, out);
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
