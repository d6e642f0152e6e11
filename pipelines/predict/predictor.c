/* predictor.c: the model of a predictor, and rows through it. */
#include <string.h>

#include "baleen/text.h"
#include "nan_rows.h"
#include "predictor_private.h"
#include "targets.h"

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static bl_status name_scores(bl_ctx *ctx, bl_predictor *p)
{
  const bl_estimator *e = p->estimator;
  bl_status s = BL_OK;
  if (p->scores == BL_SCORE_SAMPLES) return bl_texts_add(ctx, &p->score_names, "anomaly_score");
  const char *what = p->scores == BL_PREDICT_PROBA ? "p" : "score";
  char number[32];
  for (size_t k = 0; !s && p->scores != BL_N_OPS && k < e->n_classes; k++)
    s = bl_texts_addf(ctx, &p->score_names, "%s_%s", what,
                      e->class_names.n ? e->class_names.v[k] : bl_format_real(e->classes[k], number));
  for (size_t k = 0; !s && e->n_targets > 1 && k < e->n_targets; k++)
    s = bl_texts_add(ctx, &p->targets, e->class_names.n ? e->class_names.v[k] : bl_format_real((double)k, number));
  return s;
}

static bl_status load(bl_ctx *ctx, const char *path, bl_predictor *p)
{
  bl_meta meta = {0};
  bl_status s = bl_model_load(ctx, path, &p->estimator, &meta);
  if (!s) s = bl_model_recipe_read(ctx, path, &meta, &p->recipe);
  bl_meta_free(ctx, &meta);
  if (!s && bl_op_width(p->estimator, BL_PREDICT_PROBA)) p->scores = BL_PREDICT_PROBA;
  else if (!s && bl_op_width(p->estimator, BL_SCORE_SAMPLES)) p->scores = BL_SCORE_SAMPLES;
  else if (!s && p->estimator->n_targets > 1 && bl_op_width(p->estimator, BL_DECISION)) p->scores = BL_DECISION;
  return s ? s : name_scores(ctx, p);
}

bl_status bl_predictor_open(bl_ctx *ctx, const char *model_path, bl_predictor **out)
{
  *out = NULL;
  bl_predictor *p = bl_calloc(ctx, 1, sizeof *p);
  if (!p) return bl_fail_nomem(ctx, "a predictor");
  p->scores = BL_N_OPS;
  bl_stock_init(&p->stock, &p->recipe.rows);
  bl_status s = load(ctx, model_path, p);
  if (!s) *out = p;
  else bl_predictor_close(ctx, p);
  return s;
}

static void free_rows(bl_ctx *ctx, bl_predictor *p)
{
  bl_applier_free(ctx, p->applier);
  p->applier = NULL;
  bl_free(ctx, p->rows.v);
  bl_free(ctx, p->rows.span);
  bl_free(ctx, p->rows.prediction);
  bl_free(ctx, p->rows.score);
  p->rows = (bl_waiting_rows){0};
}

void bl_predictor_close(bl_ctx *ctx, bl_predictor *p)
{
  if (!p) return;
  bl_predictor_forget(ctx, p);
  bl_stock_free(ctx, &p->stock);
  free_rows(ctx, p);
  bl_estimator_free(ctx, p->estimator);
  bl_model_recipe_free(ctx, &p->recipe);
  bl_texts_free(ctx, &p->score_names);
  bl_texts_free(ctx, &p->targets);
  bl_free(ctx, p);
}

/* ---- what it is -------------------------------------------------------------------------------------------------- */

const bl_texts *bl_predictor_scores(const bl_predictor *p) { return &p->score_names; }
bool bl_predictor_is_of_tables(const bl_predictor *p) { return p->recipe.table; }
const bl_blocks *bl_predictor_blocks(const bl_predictor *p) { return &p->estimator->blocks; }
const bl_texts *bl_predictor_features(const bl_predictor *p) { return &p->estimator->feature_names; }

const bl_texts *bl_predictor_targets(const bl_predictor *p) { return &p->targets; }

bool bl_predictor_has_labels(const bl_predictor *p)
{
  return p->targets.n && bl_estimator_kind(p->estimator) == BL_CLASSIFIER;
}

static bl_status several_numbers(bl_ctx *ctx, const double *v, size_t n, bl_buf *out)
{
  char number[32];
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < n; k++)
    s = bl_buf_printf(ctx, out, "%s%s", k ? BL_BETWEEN_LABELS : "", bl_format_real(v[k], number));
  return s;
}

bl_status bl_predictor_answer(bl_ctx *ctx, const bl_predictor *p, const double *prediction, bl_buf *out)
{
  const bl_estimator *e = p->estimator;
  bl_kind kind = bl_estimator_kind(e);
  if (bl_predictor_has_labels(p)) return bl_labels_join(ctx, &p->targets, prediction, out);
  if (kind == BL_OUTLIER_DETECTOR) return bl_buf_puts(ctx, out, *prediction < 0 ? "outlier" : "inlier");
  for (size_t k = 0; kind == BL_CLASSIFIER && k < e->class_names.n; k++)
    if (e->classes[k] == *prediction) return bl_buf_puts(ctx, out, e->class_names.v[k]);
  return several_numbers(ctx, prediction, p->targets.n ? p->targets.n : 1, out);
}

const char *bl_predictor_needs_whole(const bl_predictor *p)
{
  const bl_recipe *r = &p->recipe.rows.recipe;
  if (p->recipe.table) return NULL;
  for (size_t b = 0; b < r->n_branches; b++)
    for (size_t k = 0; k < r->branches[b].n_stages; k++)
      if (r->branches[b].stages[k].cls->tags & BL_STAGE_WHOLE) return r->branches[b].stages[k].cls->name;
  return p->recipe.rows.segment.cls->tags & BL_SEGMENT_WHOLE ? "segments: whole" : NULL;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* Predictions a row. */
static size_t n_answers(const bl_predictor *p) { return p->targets.n ? p->targets.n : 1; }

bl_status bl_predictor_room(bl_ctx *ctx, bl_predictor *p, size_t n, const bl_texts *names)
{
  bl_waiting_rows *w = &p->rows;
  if (p->applier && w->room == n && (!names || bl_texts_equal(names, &p->estimator->feature_names))) return BL_OK;
  free_rows(ctx, p);
  unsigned ops = BL_ASK(BL_PREDICT) | (p->scores == BL_N_OPS ? 0 : BL_ASK(p->scores));
  w->v = bl_calloc(ctx, n * p->estimator->n_features, sizeof *w->v);
  w->span = bl_calloc(ctx, n, sizeof *w->span);
  w->prediction = bl_calloc(ctx, n, n_answers(p) * sizeof *w->prediction);
  w->score = bl_calloc(ctx, n * (p->score_names.n + 1), sizeof *w->score);
  w->room = n;
  if (!w->v || !w->span || !w->prediction || !w->score) return bl_fail_nomem(ctx, "predictions");
  return bl_applier_new(ctx, p->estimator, ops, n, names, &p->applier);
}

/* The n rows that wait, through the model. */
static bl_status apply(bl_ctx *ctx, bl_predictor *p, size_t n)
{
  bl_waiting_rows *w = &p->rows;
  size_t width = p->estimator->n_features;
  bl_cmat X = {.v = w->v, .rows = n, .cols = width, .stride = width};
  bl_answer answer = {.v[BL_PREDICT] = w->prediction};
  if (p->scores != BL_N_OPS) answer.v[p->scores] = w->score;
  bl_status s = bl_applier_run(ctx, p->applier, &X, &answer);
  for (size_t i = 0; p->scores == BL_SCORE_SAMPLES && i < n; i++) w->score[i] = -w->score[i];
  return bl_name_nan_option(ctx, s, &p->recipe.rows, &X);
}

bl_status bl_predictor_row(bl_ctx *ctx, bl_predictor *p, const float *row, const double **prediction,
                           const double **scores)
{
  bl_status s = bl_predictor_room(ctx, p, 1, NULL);
  if (s) return s;
  memcpy(p->rows.v, row, p->estimator->n_features * sizeof *row);
  s = apply(ctx, p, 1);
  *prediction = p->rows.prediction;
  *scores = p->rows.score;
  return s;
}

bl_status bl_predictor_flush(bl_ctx *ctx, bl_predictor *p)
{
  bl_waiting_rows *w = &p->rows;
  size_t n = w->n;
  w->n = 0;
  bl_status s = n ? apply(ctx, p, n) : BL_OK;
  for (size_t i = 0; !s && i < n; i++) {
    s = p->what.on_scores(p->what.user, ctx, &w->span[i], w->prediction + i * n_answers(p),
                          w->score + i * p->score_names.n);
    p->n_rows += !s;
  }
  return s;
}

bl_status bl_predictor_add(bl_ctx *ctx, bl_predictor *p, const bl_span *span, const float *row)
{
  bl_waiting_rows *w = &p->rows;
  size_t width = p->estimator->n_features;
  memcpy(w->v + w->n * width, row, width * sizeof *row);
  w->span[w->n++] = *span;
  return w->n == w->room ? bl_predictor_flush(ctx, p) : BL_OK;
}
