/* Every learner cross-validated on the same folds, and scored. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "asset_leak.h"
#include "baleen/gather.h"
#include "baleen/run.h"
#include "baleen/text.h"
#include "certainty.h"
#include "chance.h"
#include "folds.h"
#include "patterns.h"
#include "pooled.h"

/* ---- scores over all out-of-fold predictions --------------------------------------------------------------------- */

/* A metric that cannot be had here (no scores, one class) is NaN; memory running out is an error. */
static bl_status score_all(bl_ctx *ctx, const bl_config *c, const bl_scored *x, double *out)
{
  for (size_t m = c->n_metrics; m < c->n_scores; m++) out[m] = NAN; /* of events: see detections.c */
  for (size_t m = 0; m < c->n_metrics; m++) {
    bl_status s = bl_metric_score(ctx, &c->metrics[m], x, &out[m]);
    if (s == BL_E_NOMEM || s == BL_E_CANCELLED) return s;
    if (s) out[m] = NAN;
  }
  return BL_OK;
}

static bl_status roc_of(bl_ctx *ctx, const bl_scored *x, bl_curve *out)
{
  if (bl_truth_of(x) != BL_CLASSES || x->n_classes != 2 || !(x->decision || x->proba)) return BL_OK;
  double *score = NULL;
  if (!x->decision) {
    score = bl_calloc(ctx, x->n, sizeof *score);
    if (!score) return bl_fail_nomem(ctx, "a curve");
    for (size_t i = 0; i < x->n; i++) score[i] = x->proba[2 * i + 1];
  }
  bl_status s = bl_roc_curve(ctx, x->n, x->y, x->decision ? x->decision : score, x->weight, out);
  bl_free(ctx, score);
  return s == BL_E_CLASSES ? BL_OK : s;
}

/* ---- parts: the same scores by a column -------------------------------------------------------------------------- */

static bl_status add_part(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_result *r, const char *name,
                          const uint32_t *entry, size_t n)
{
  bl_pooled g;
  double *score = bl_calloc(ctx, c->n_scores, sizeof *score);
  char *copy = bl_strdup(ctx, name);
  bl_status s = score && copy ? bl_pool_entries(ctx, p, &r->cv, entry, n, &g) : bl_fail_nomem(ctx, "scores by part");
  if (score && copy) {
    if (!s) s = score_all(ctx, c, &g.scored, score);
    bl_pooled_free(ctx, &g);
  }
  bl_part *v = s ? NULL : bl_realloc(ctx, r->parts, r->n_parts + 1, sizeof *v);
  if (!s && !v) s = bl_fail_nomem(ctx, "scores by part");
  if (s) {
    bl_free(ctx, score);
    bl_free(ctx, copy);
    return s;
  }
  r->parts = v;
  v[r->n_parts++] = (bl_part){copy, n, score};
  return BL_OK;
}

/* Entries whose value lies in a part, and those without a value: a noise clip has no signal-to-noise ratio, and is what
 * every level of it is told from. */
static bl_status one_part(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_result *r, const bl_column *column,
                          const char *name, const char *value, double lo, double hi, bool last, uint32_t *entry)
{
  size_t n = 0, with_value = 0;
  for (size_t e = 0; e < r->cv.n_rows; e++) {
    const char *mine = bl_column_text(column, p->index[r->cv.row[e]]);
    double x;
    bool none = !*mine, in;
    if (value) in = !strcmp(mine, value);
    else in = !none && bl_parse_real(mine, &x) && x >= lo && (x < hi || (last && x == hi));
    if (!none && !in) continue;
    with_value += !none;
    entry[n++] = (uint32_t)e;
  }
  return with_value ? add_part(ctx, c, p, r, name, entry, n) : BL_OK;
}

static bl_status score_parts(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_result *r)
{
  const bl_column *column;
  if (!c->evaluate.by) return BL_OK;
  bl_status s = bl_dataset_column(ctx, p->rows, c->evaluate.by, &column);
  if (s) return bl_fail_in(ctx, s, "evaluate: by: ");
  uint32_t *entry = bl_calloc(ctx, r->cv.n_rows, sizeof *entry);
  bl_texts values = {0};
  int32_t *code = NULL;
  if (!entry) s = bl_fail_nomem(ctx, "scores by part");
  const bl_reals *edge = &c->evaluate.by_edges;
  if (!s && edge->n < 2) {
    s = bl_encode_rows(ctx, column, NULL, column->code.n, &values, &code);
    for (size_t k = 0; !s && k < values.n; k++)
      s = one_part(ctx, c, p, r, column, values.v[k], values.v[k], 0, 0, false, entry);
  }
  for (size_t k = 0; !s && k + 1 < edge->n; k++) {
    char lo[32], hi[32];
    char *name = bl_strf(ctx, "%s to %s", bl_format_real(edge->v[k], lo), bl_format_real(edge->v[k + 1], hi));
    s = name ? one_part(ctx, c, p, r, column, name, NULL, edge->v[k], edge->v[k + 1], k + 2 == edge->n, entry)
             : bl_fail_nomem(ctx, "scores by part");
    bl_free(ctx, name);
  }
  bl_texts_free(ctx, &values);
  bl_free(ctx, code);
  bl_free(ctx, entry);
  return s;
}

/* ---- one learner, all learners ----------------------------------------------------------------------------------- */

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bl_status summarise(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_result *r)
{
  size_t k = p->classes.n;
  r->pooled = bl_calloc(ctx, c->n_scores, sizeof *r->pooled);
  r->mean = bl_calloc(ctx, c->n_scores, sizeof *r->mean);
  r->sd = bl_calloc(ctx, c->n_scores, sizeof *r->sd);
  if (!r->pooled || !r->mean || !r->sd) return bl_fail_nomem(ctx, "the scores");
  for (size_t m = 0; m < c->n_scores; m++) {
    size_t n;
    r->pooled[m] = r->mean[m] = r->sd[m] = NAN;
    if (p->y && m < c->n_metrics) bl_cv_mean(&r->cv, m, &r->mean[m], &r->sd[m], &n);
  }
  if (!p->y) return BL_OK; /* outliers looked for without labels: there is nothing to score against */
  uint32_t *entry = bl_calloc(ctx, r->cv.n_rows, sizeof *entry);
  if (!entry) return bl_fail_nomem(ctx, "the scores");
  for (size_t i = 0; i < r->cv.n_rows; i++) entry[i] = (uint32_t)i;
  bl_pooled g;
  bl_status s = bl_pool_entries(ctx, p, &r->cv, entry, r->cv.n_rows, &g);
  if (!s) s = score_all(ctx, c, &g.scored, r->pooled);
  if (!s && p->task == BL_TASK_CLASSIFICATION && !bl_problem_labels(p)) {
    r->confusion = bl_calloc(ctx, k * k, sizeof *r->confusion);
    s = r->confusion ? bl_confusion(ctx, &g.scored, r->confusion) : bl_fail_nomem(ctx, "a confusion matrix");
  }
  if (!s && p->task != BL_TASK_REGRESSION) s = roc_of(ctx, &g.scored, &r->roc);
  if (!s && p->n_targets > 1) s = bl_score_targets(ctx, p, &g.scored, &r->by_target);
  bl_pooled_free(ctx, &g);
  bl_free(ctx, entry);
  return s ? s : score_parts(ctx, c, p, r);
}

/* What came of one learner's folds: warnings of those that failed, scores. */
static bl_status conclude(bl_ctx *ctx, const bl_config *c, const bl_problem *p, const bl_folds *folds, bl_result *r)
{
  double start = now_s();
  for (size_t k = 0; k < r->cv.n_folds; k++) {
    r->seconds += r->cv.fit_s[k] + r->cv.apply_s[k];
    if (r->cv.status[k])
      bl_warn(ctx, BL_W_SKIPPED, "model '%s': fold %zu failed: %s", r->name, bl_fold_number(folds, k),
              r->cv.errors.v[k]);
  }
  bl_status s = summarise(ctx, c, p, r);
  r->seconds += now_s() - start;
  return s;
}

/* All learners in one call, so that what they have in common is learnt once a fold. */
static bl_status cross_validate(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_results *out)
{
  size_t n = c->n_learners;
  bl_candidate *model = bl_calloc(ctx, n + 1, sizeof *model);
  bl_cv *cv = bl_calloc(ctx, n + 1, sizeof *cv);
  bl_estimator *dummy = NULL;
  bl_data data = {.X = p->X,
                  .y = p->y,
                  .n_targets = p->n_targets,
                  .weight = p->weight,
                  .group = p->group,
                  .time = p->time,
                  .feature_names = &p->rows->features,
                  .blocks = &p->rows->blocks,
                  .class_names = p->targets.n   ? &p->targets
                                 : p->classes.n ? &p->classes
                                                : NULL};
  bl_status s = model && cv ? BL_OK : bl_fail_nomem(ctx, "the results");
  for (size_t i = 0; !s && i < n; i++) {
    model[i] = (bl_candidate){c->learners[i].name, c->learners[i].estimator};
    if (!(out->v[i].name = bl_strdup(ctx, model[i].name))) s = bl_fail_nomem(ctx, "the results");
  }
  if (!s) s = bl_chance_model(ctx, c, p, &dummy);
  if (!s && dummy) {
    model[n] = (bl_candidate){"chance", dummy};
    if (!(out->chance.name = bl_strdup(ctx, "chance"))) s = bl_fail_nomem(ctx, "the results");
  }
  bl_gathered warnings = {0}, *before = bl_ctx_gather(ctx, &warnings); /* of folds that all say the same */
  if (!s)
    s = bl_cross_validate_all(ctx, model, n + (dummy != NULL), &data, &out->folds, c->metrics, p->y ? c->n_metrics : 0,
                              cv);
  bl_ctx_gather(ctx, before);
  bl_gathered_tell(ctx, &warnings);
  for (size_t i = 0; !s && i < n; i++) out->v[i].cv = cv[i];
  if (!s) out->chance.cv = cv[n];
  bl_estimator_free(ctx, dummy);
  bl_free(ctx, model);
  bl_free(ctx, cv);
  return s;
}

bl_status bl_evaluate(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_results *out)
{
  *out = (bl_results){0};
  if (!c->n_learners) return BL_OK;
  bl_status s = bl_make_folds(ctx, c, p, &out->folds);
  if (!s) s = bl_refuse_asset_leak(ctx, c, p, &out->folds);
  if (!s && !(out->v = bl_calloc(ctx, c->n_learners, sizeof *out->v))) s = bl_fail_nomem(ctx, "the results");
  if (!s) out->n = c->n_learners;
  if (!s) s = cross_validate(ctx, c, p, out);
  for (size_t i = 0; !s && i < out->n; i++) s = conclude(ctx, c, p, &out->folds, &out->v[i]);
  if (!s && out->chance.name) s = conclude(ctx, c, p, &out->folds, &out->chance);
  if (!s) s = bl_find_certainty(ctx, c, p, out);
  if (s) bl_results_free(ctx, out);
  return s;
}

static void free_result(bl_ctx *ctx, bl_result *x)
{
  bl_free(ctx, x->name);
  bl_cv_free(ctx, &x->cv);
  bl_free(ctx, x->pooled);
  bl_free(ctx, x->mean);
  bl_free(ctx, x->sd);
  bl_free(ctx, x->confusion);
  bl_curve_free(ctx, &x->roc);
  bl_free(ctx, x->by_target.v);
  for (size_t k = 0; k < x->n_parts; k++) {
    bl_free(ctx, x->parts[k].name);
    bl_free(ctx, x->parts[k].score);
  }
  bl_free(ctx, x->parts);
  bl_patterns_free(ctx, &x->patterns);
}

void bl_results_free(bl_ctx *ctx, bl_results *r)
{
  for (size_t i = 0; i < r->n; i++) free_result(ctx, &r->v[i]);
  free_result(ctx, &r->chance);
  bl_free(ctx, r->leaks.giveaways.v);
  bl_texts_free(ctx, &r->leaks.told);
  bl_free(ctx, r->versus);
  bl_free(ctx, r->v);
  bl_folds_free(ctx, &r->folds);
  *r = (bl_results){0};
}
