/* One fold of the models that share their beginnings: both sides are made once, the shared steps fitted once, then each
 * model learns from its training rows, is applied once to its test rows, and scored. Writes to the fold's own slots
 * only. */
#include <math.h>
#include <string.h>

#include "baleen/memory.h"
#include "cross_validate_private.h"
#include "fold_clock.h"
#include "some_rows.h"

/* ---- applying ---------------------------------------------------------------------------------------------------- */

/* Probabilities of the classes that the fold saw, into the columns of all; 0 for those it never saw. */
static void spread(const bl_cv *cv, const bl_estimator *e, const double *own, size_t n, double *to)
{
  memset(to, 0, n * cv->n_classes * sizeof *to);
  for (size_t k = 0; k < e->n_classes; k++) {
    size_t column = bl_cv_code(cv, e->classes[k]);
    for (size_t i = 0; i < n; i++) to[i * cv->n_classes + column] = own[i * e->n_classes + k];
  }
}

/* Predictions of a detector: class values when there are classes, else -1 and +1 as they come. */
static bl_status apply_detector(bl_ctx *ctx, const bl_cv *cv, const bl_estimator *e, const bl_data *test, double *pred,
                                double *decision)
{
  bl_answer out = {.v = {[BL_PREDICT] = pred, [BL_SCORE_SAMPLES] = decision}};
  bl_status s = bl_apply_all(ctx, e, &test->X, test->feature_names, &out);
  for (size_t i = 0; !s && i < test->X.rows; i++) {
    if (cv->n_classes) pred[i] = cv->classes[pred[i] < 0];
    if (decision) decision[i] = -decision[i];
  }
  return s;
}

/* All that the scores and the predictions need, in one pass. *wide gets a decision of [n x n_classes] for three classes
 * or more, for the metrics of this fold alone. */
static bl_status apply_model(bl_ctx *ctx, const bl_cv_model *r, const bl_estimator *e, const bl_data *test,
                             size_t first, double **wide)
{
  bl_cv *cv = r->out;
  size_t n = test->X.rows, all = cv->n_classes, width = all ? bl_op_width(e, BL_DECISION) : 0;
  bool labels = all && cv->n_targets > 1;
  double *decision = cv->decision ? cv->decision + first * (labels ? all : 1) : NULL,
         *proba = cv->proba ? cv->proba + first * all : NULL;
  if (r->kind == BL_OUTLIER_DETECTOR) return apply_detector(ctx, cv, e, test, cv->pred + first, decision);
  bool whole = e->n_classes == all, is_wide = !labels && width >= 3 && width == all && whole;
  double *own = proba && !whole ? bl_calloc(ctx, n * e->n_classes, sizeof *own) : NULL;
  if (is_wide) *wide = bl_calloc(ctx, n * width, sizeof **wide);
  bl_status s = (proba && !whole && !own) || (is_wide && !*wide) ? bl_fail_nomem(ctx, "predictions") : BL_OK;
  bl_answer out = {.v = {[BL_PREDICT] = cv->pred + first * cv->n_targets, [BL_PREDICT_PROBA] = own ? own : proba}};
  out.v[BL_DECISION] = is_wide ? *wide : width == 1 || labels ? decision : NULL;
  if (!s) s = bl_apply_all(ctx, e, &test->X, test->feature_names, &out);
  if (!s && own) spread(cv, e, own, n, proba);
  bl_free(ctx, own);
  return s;
}

/* ---- scoring ----------------------------------------------------------------------------------------------------- */

static bl_status score_fold(bl_ctx *ctx, const bl_cv_call *c, const bl_cv_model *r, size_t f, const bl_some_rows *test,
                            const double *wide)
{
  bl_cv *cv = r->out;
  if (!cv->n_metrics) return BL_OK;
  const bl_fold *fold = &c->folds->v[f];
  size_t n = fold->n_test, first = r->first[f], k = cv->n_targets;
  bl_scored s = {.n = n,
                 .n_classes = cv->n_classes,
                 .n_targets = k,
                 .y = test->y,
                 .pred = cv->pred + first * k,
                 .weight = test->weight};
  double *code = NULL;
  if (cv->n_classes && k > 1) {
    s.proba = cv->proba ? cv->proba + first * k : NULL;
    s.decision = cv->decision ? cv->decision + first * k : NULL;
  } else if (cv->n_classes) {
    if (!(code = bl_calloc(ctx, 2 * n, sizeof *code))) return bl_fail_nomem(ctx, "scores");
    for (size_t i = 0; i < n; i++) {
      code[i] = r->code[fold->test[i]];
      code[n + i] = (double)bl_cv_code(cv, s.pred[i]);
    }
    s.y = code;
    s.pred = code + n;
    s.proba = cv->proba ? cv->proba + first * cv->n_classes : NULL;
    s.decision = wide ? wide : cv->decision ? cv->decision + first : NULL;
  }
  bl_status status = BL_OK;
  for (size_t m = 0; m < cv->n_metrics && status != BL_E_NOMEM && status != BL_E_CANCELLED; m++) {
    double *to = &cv->score[f * cv->n_metrics + m];
    bl_status one = bl_metric_score(ctx, &c->metrics[m], &s, to);
    if (one) *to = (double)NAN, status = one;
  }
  bl_free(ctx, code);
  return status;
}

void bl_cv_blank_fold(const bl_cv_call *c, const bl_cv_model *r, size_t f)
{
  bl_cv *cv = r->out;
  size_t decisions = cv->n_classes && cv->n_targets > 1 ? cv->n_classes : 1;
  for (size_t i = r->first[f]; i < r->first[f] + c->folds->v[f].n_test; i++) {
    for (size_t k = 0; k < cv->n_targets; k++) cv->pred[i * cv->n_targets + k] = (double)NAN;
    for (size_t k = 0; cv->decision && k < decisions; k++) cv->decision[i * decisions + k] = (double)NAN;
    for (size_t k = 0; cv->proba && k < cv->n_classes; k++) cv->proba[i * cv->n_classes + k] = (double)NAN;
  }
}

/* ---- one model ---------------------------------------------------------------------------------------------------- */

typedef struct fold_rows {
  bl_some_rows train, test;
  bl_stepped *stepped; /* [shared steps] */
} fold_rows;

/* The model, or what of it is left behind its shared steps, with the rows it learns from and is applied to. */
static bl_status take_model(bl_ctx *ctx, const bl_cv_call *c, size_t m, fold_rows *rows, bl_estimator **e,
                            bl_data *train, bl_data *test, double *fit_s, double *apply_s)
{
  const bl_estimator *proto = c->model[m].candidate->estimator;
  size_t last = c->shared.last[m];
  *train = rows->train.d;
  *test = rows->test.d;
  if (!last) return bl_estimator_clone(ctx, proto, e);
  const bl_stepped *d = &rows->stepped[last - 1];
  bl_status s = bl_shared_step_take(ctx, &c->shared, last - 1, train, test, rows->stepped);
  if (!s && d->status) s = bl_fail(ctx, d->status, "%s", d->error);
  if (!s) s = bl_shared_rest(ctx, proto, c->shared.v[last - 1].depth + 1, e);
  if (s) return s;
  train->X = bl_mat_view(&d->train);
  test->X = bl_mat_view(&d->test);
  train->feature_names = test->feature_names = &d->names;
  train->blocks = test->blocks = &d->blocks;
  train->grams = d->grams;
  if (!(bl_estimator_tags(*e) & BL_TAG_WEIGHTS)) train->weight = NULL;
  *fit_s = d->fit_s;
  *apply_s = d->apply_s;
  return BL_OK;
}

static void tell_progress(bl_ctx *ctx, bl_cv_call *c)
{
  bl_progress(ctx, "folds", (double)(atomic_fetch_add(&c->done, 1) + 1), (double)(c->folds->n * c->n_models));
}

static bl_status one_model(bl_ctx *ctx, bl_cv_call *c, size_t m, size_t f, fold_rows *rows)
{
  bl_cv_model *r = &c->model[m];
  bl_estimator *e = NULL;
  bl_data train, test;
  double *wide = NULL, t0, t1;
  bool applied = false;
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (!s && r->refused) {
    if (c->shared.last[m]) bl_shared_step_leave(ctx, &c->shared, c->shared.last[m] - 1, rows->stepped);
    tell_progress(ctx, c);
    return BL_OK;
  }
  if (!s) s = take_model(ctx, c, m, rows, &e, &train, &test, &r->out->fit_s[f], &r->out->apply_s[f]);
  if (s) goto done;
  t0 = bl_fold_now_s();
  s = bl_fit(ctx, e, &train);
  t1 = bl_fold_now_s();
  r->out->fit_s[f] += t1 - t0;
  if (!s) s = apply_model(ctx, r, e, &test, r->first[f], &wide);
  r->out->apply_s[f] += bl_fold_now_s() - t1;
  applied = !s;
  if (!s) s = score_fold(ctx, c, r, f, &rows->test, wide);
done:
  if (!applied) bl_cv_blank_fold(c, r, f);
  bl_free(ctx, wide);
  bl_estimator_free(ctx, e);
  if (c->shared.last[m]) bl_shared_step_leave(ctx, &c->shared, c->shared.last[m] - 1, rows->stepped);
  if (s == BL_E_NOMEM || s == BL_E_CANCELLED) return s; /* these are the whole call's, not the fold's */
  if (s && !(r->error[f] = bl_strdup(ctx, bl_ctx_error(ctx)))) return bl_fail_nomem(ctx, "a message");
  r->out->status[f] = s;
  tell_progress(ctx, c);
  return BL_OK;
}

bl_status bl_cv_fold(bl_ctx *ctx, void *call, size_t i)
{
  bl_cv_call *c = call;
  size_t family = i / c->folds->n, f = i % c->folds->n;
  const bl_fold *fold = &c->folds->v[f];
  fold_rows rows = {0};
  bl_status s = bl_some_rows_take(ctx, c->data, fold->train, fold->n_train, false, &rows.train);
  if (!s) s = bl_some_rows_take(ctx, c->data, fold->test, fold->n_test, true, &rows.test);
  if (!s && !(rows.stepped = bl_calloc(ctx, c->shared.n, sizeof *rows.stepped))) s = bl_fail_nomem(ctx, "a fold");
  for (size_t m = 0; !s && m < c->n_models; m++)
    if (c->shared.family[m] == family) s = one_model(ctx, c, m, f, &rows);
  for (size_t k = 0; rows.stepped && k < c->shared.n; k++) bl_stepped_free(ctx, &rows.stepped[k]);
  bl_free(ctx, rows.stepped);
  bl_some_rows_free(ctx, &rows.train);
  bl_some_rows_free(ctx, &rows.test);
  return s;
}
