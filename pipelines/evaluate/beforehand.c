/* beforehand.c: see beforehand.h. */
#include "beforehand.h"

#include <string.h>

#include "asset_leak.h"
#include "config_private.h"
#include "folds.h"

static bl_mistakes mistakes_of(bl_ctx *ctx, const bl_config *c)
{
  return (bl_mistakes){.ctx = ctx, .path = c->path, .folder = c->folder, .set = &c->set};
}

static const bl_flow *below(const bl_flow *at, const char *name) { return at ? bl_flow_get(at, name) : NULL; }

/* ---- one failure ------------------------------------------------------------------------------------------------- */

static bool is_placed(const char *text) { return strstr(text, ": error: ") != NULL; }

/* The context's text with the place before it that it speaks of within `at`. */
static bl_status place_at(bl_ctx *ctx, const bl_config *c, const bl_flow *at, bl_status s)
{
  bl_mistakes m = mistakes_of(ctx, c);
  if (!c->tree.n || is_placed(bl_ctx_error(ctx))) return s;
  bl_status noted = bl_mistake_within(&m, at, s);
  s = noted ? noted : bl_fail(ctx, s, "%s", m.v.v[0]);
  bl_texts_free(ctx, &m.v);
  return s;
}

bl_status bl_check_place(bl_ctx *ctx, const bl_config *c, const char *section, bl_status s)
{
  switch (s) {
  case BL_E_SHAPE:
  case BL_E_RANGE:
  case BL_E_CLASSES:
  case BL_E_UNSUPPORTED:
  case BL_E_CONFIG: s = BL_E_CONFIG; break;
  case BL_E_LEAKAGE: break;
  default: return s;
  }
  /* without a place of its own a text stands as it is: line 1 would say nothing */
  bool found = bl_flow_blamed(&c->tree, bl_ctx_error(ctx)) != &c->tree;
  const bl_flow *at = found ? &c->tree : section ? bl_flow_get(&c->tree, section) : NULL;
  return at ? place_at(ctx, c, at, s) : s;
}

/* ---- the recipe -------------------------------------------------------------------------------------------------- */

typedef struct slips {
  bl_mistakes m;
  const bl_config *config;
  const bl_stream *in;
  const char *example;
} slips;

/* Where a stage or summary stands. */
static const bl_flow *node_of(const bl_config *c, const bl_branch *branch, const bl_stage *stage,
                              const bl_summary *summary)
{
  const bl_flow *features = bl_flow_get(&c->tree, "features"), *b = below(features, branch->name);
  const bl_flow *list = below(b, stage ? "stages" : "summaries");
  size_t i = stage ? (size_t)(stage - branch->stages) : (size_t)(summary - branch->summaries);
  return list && list->kind == BL_FLOW_LIST && i < list->n ? &list->child[i] : features;
}

static bl_status on_slip(void *user, bl_ctx *ctx, const bl_branch *branch, const bl_stage *stage,
                         const bl_summary *summary, bl_status status)
{
  slips *g = user;
  const bl_stream *in = g->in;
  bl_fail(ctx, status, "%s (%s: %zu channel%s at %g Hz)", bl_ctx_error(ctx), g->example, in->n_channels,
          in->n_channels == 1 ? "" : "s", in->rate_hz);
  return bl_mistake_within(&g->m, node_of(g->config, branch, stage, summary), status);
}

bl_status bl_check_recipe(bl_ctx *ctx, const bl_config *c, const bl_stream *in, const char *example)
{
  slips g = {.m = mistakes_of(ctx, c), .config = c, .in = in, .example = example};
  bl_feature_names names;
  bl_status s = bl_recipe_shape(ctx, &c->recipe, in, on_slip, &g, &names);
  bl_feature_names_free(ctx, &names);
  if (!s) s = bl_mistakes_refuse(&g.m);
  bl_texts_free(ctx, &g.m.v);
  return s;
}

/* ---- learning ---------------------------------------------------------------------------------------------------- */

static const bl_flow *model_at(const bl_config *c, size_t i)
{
  const bl_flow *models = bl_flow_get(&c->tree, "models");
  if (!models) return bl_flow_get(&c->tree, "model");
  return models->kind == BL_FLOW_MAP && i < models->n ? &models->child[i] : models;
}

static const bl_flow *split_at(const bl_config *c)
{
  const bl_flow *evaluate = bl_flow_get(&c->tree, "evaluate"), *split = below(evaluate, "split");
  if (!split) split = below(evaluate, "split_file");
  return split ? split : model_at(c, 0);
}

static bl_status say_aside(bl_ctx *ctx, const bl_rows_known *known, bl_status s)
{
  return s && known->aside ? bl_fail(ctx, s, "%s; %s", bl_ctx_error(ctx), known->aside) : s;
}

/* A classifier learns nothing from one class. */
static bl_status check_classes(bl_ctx *ctx, const bl_config *c, const bl_problem *p)
{
  if (p->task != BL_TASK_CLASSIFICATION || p->classes.n != 1) return BL_OK;
  const char *end = c->segment.cls->tags & BL_SEGMENT_AT_EVENTS ? "; name events of two kinds at least" : "";
  return bl_fail(ctx, BL_E_CLASSES, "all %zu rows are of one class (%s), and two at least are needed to learn from%s",
                 p->n, p->classes.v[0], end);
}

static bl_status check_by(bl_ctx *ctx, const bl_config *c, const bl_dataset *rows)
{
  const bl_column *column;
  if (!c->evaluate.by) return BL_OK;
  bl_status s = bl_dataset_column(ctx, rows, c->evaluate.by, &column);
  return s ? bl_fail_in(ctx, s, "evaluate: by: ") : s;
}

/* How many rows the poorest fold learns from. */
static size_t fewest(const bl_folds *f, size_t n)
{
  for (size_t k = 0; k < f->n; k++)
    if (f->v[k].n_train < n) n = f->v[k].n_train;
  return n;
}

static bl_status check_models(bl_mistakes *m, const bl_config *c, const bl_rows_known *known, size_t rows)
{
  bl_outlook of = {
      .rows = known->cut ? 0 : rows, .cols = known->names->n, .names = known->names, .blocks = known->blocks};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < c->n_learners; i++) {
    s = bl_estimator_foresee(m->ctx, c->learners[i].estimator, &of);
    s = bl_mistake_within(m, model_at(c, i), s);
  }
  return s;
}

/* Folds that cannot be made are a mistake; *leak is the text of a refusal. */
static bl_status check_split(bl_mistakes *m, const bl_config *c, const bl_problem *p, const bl_rows_known *known,
                             size_t *rows, char **leak)
{
  bl_folds folds = {0};
  bl_ctx *ctx = m->ctx;
  bl_status s = bl_make_folds(ctx, c, p, &folds);
  if (!s) s = bl_refuse_asset_leak(ctx, c, p, &folds);
  *rows = fewest(&folds, p->n);
  bl_folds_free(ctx, &folds);
  /* a list of splits counts rows as they will be, and of these some may be left out yet */
  if (c->evaluate.split_file && known->foreseen && s != BL_E_IO)
    return s == BL_E_NOMEM || s == BL_E_CANCELLED ? s : BL_OK;
  if (s == BL_E_LEAKAGE) {
    place_at(ctx, c, split_at(c), s);
    *leak = bl_strdup(ctx, bl_ctx_error(ctx));
    return *leak ? BL_OK : bl_fail_nomem(ctx, "a refusal");
  }
  if (known->cut && s != BL_E_NOMEM && s != BL_E_CANCELLED) return BL_OK;
  return bl_mistake_within(m, split_at(c), say_aside(ctx, known, s));
}

/* What is to be learnt: in the words of the section that says it, else at the model that asks for it. */
static bl_status check_rows(bl_mistakes *m, const bl_config *c, const bl_rows_known *known, bl_problem *p)
{
  bl_ctx *ctx = m->ctx;
  bl_status s = bl_problem_make(ctx, c, known->rows, p);
  const bl_flow *at = s ? bl_flow_blamed(&c->tree, bl_ctx_error(ctx)) : NULL;
  if (!s && (s = check_classes(ctx, c, p))) at = model_at(c, 0);
  if (!s && (s = check_by(ctx, c, known->rows))) at = bl_flow_blamed(&c->tree, bl_ctx_error(ctx));
  if (!s || s == BL_E_NOMEM || s == BL_E_CANCELLED) return s;
  return known->cut ? BL_OK : bl_mistake(m, at == &c->tree ? model_at(c, 0) : at, say_aside(ctx, known, s));
}

static bl_status check_all(bl_mistakes *m, const bl_config *c, const bl_rows_known *known, char **leak)
{
  bl_problem p = {0};
  size_t rows = 0;
  bl_status s = check_rows(m, c, known, &p);
  bool made = p.rows; /* it is not where rows that are not known yet decide what there is to learn */
  if (!s && made && !m->v.n) s = check_split(m, c, &p, known, &rows, leak);
  if (!s) s = check_models(m, c, known, rows);
  bl_problem_free(m->ctx, &p);
  return s;
}

bl_status bl_check_learning(bl_ctx *ctx, const bl_config *c, const bl_rows_known *known)
{
  if (!c->n_learners || !c->tree.n) return BL_OK;
  bl_mistakes m = mistakes_of(ctx, c);
  char *leak = NULL;
  bool before = bl_ctx_mute(ctx, true); /* the run itself tells what there is to note */
  bl_status s = check_all(&m, c, known, &leak);
  bl_ctx_mute(ctx, before);
  if (!s && leak && !m.v.n) s = bl_fail(ctx, BL_E_LEAKAGE, "%s", leak);
  if (!s) s = bl_mistakes_refuse(&m);
  bl_texts_free(ctx, &m.v);
  bl_free(ctx, leak);
  return s;
}
