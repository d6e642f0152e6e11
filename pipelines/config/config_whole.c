/* config_whole.c: what the sections of a config say of one another: what is missing, what stands twice, what does not go
 * together, what could not act. */
#include <string.h>

#include "config_private.h"

static const bl_flow *key_of(const bl_flow *map, const char *name)
{
  for (size_t i = 0; map && map->kind == BL_FLOW_MAP && i < map->n; i++)
    if (!strcmp(map->key[i].text, name)) return &map->key[i];
  return NULL;
}

static const bl_flow *below(const bl_flow *map, const char *name) { return map ? bl_flow_get(map, name) : NULL; }

/* ---- source and features ----------------------------------------------------------------------------------------- */

/* A table has rows: what is said of how recordings become rows does nothing. */
static bl_status check_table(bl_mistakes *m, const bl_config *c)
{
  static const char *const idle[] = {"stream", "segments"};
  const bl_flow *features = key_of(&c->tree, "features");
  bl_status s = BL_OK;
  if (features) s = bl_mistake_say(m, features, "features: the source '%s' gives rows already", c->source.cls->name);
  for (size_t i = 0; !s && i < 2; i++)
    if (key_of(&c->tree, idle[i]))
      s = bl_mistake_say(m, key_of(&c->tree, idle[i]),
                         "%s: has no effect on a table, whose rows are there already; leave it out", idle[i]);
  if (!s && c->rows.block_s > 0 && !c->rows.time)
    s = bl_mistake_say(
        m, below(below(&c->tree, "rows"), "block_s"),
        "rows: block_s has no effect on a table, whose rows have no time of a recording; name a column of "
        "times with 'time', or one of blocks with 'block'");
  return s;
}

static bl_status check_source(bl_mistakes *m, const bl_config *c)
{
  const bl_flow *root = &c->tree;
  if (!bl_flow_get(root, "source"))
    return bl_mistake_say(m, root, "'source' is missing: where do recordings or rows come from?");
  if (!c->source.cls) return BL_OK;
  if (c->source.cls->load) return check_table(m, c);
  if (bl_flow_get(root, "features")) return BL_OK;
  return bl_mistake_say(m, root, "'features' is missing: what is to be computed from the recordings?");
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

static const bl_flow *model_node(const bl_config *c, size_t i)
{
  const bl_flow *models = bl_flow_get(&c->tree, "models");
  if (!models) return bl_flow_get(&c->tree, "model");
  return models->kind == BL_FLOW_MAP && i < models->n ? &models->key[i] : models;
}

/* Which kind of learner each task is for; BL_N_KINDS: any. */
static bl_kind kind_for(bl_task task)
{
  switch (task) {
  case BL_TASK_CLASSIFICATION: return BL_CLASSIFIER;
  case BL_TASK_REGRESSION: return BL_REGRESSOR;
  case BL_TASK_ANOMALY: return BL_OUTLIER_DETECTOR;
  case BL_TASK_AUTO: break;
  }
  return BL_N_KINDS;
}

static bl_status check_models(bl_mistakes *m, const bl_config *c)
{
  const bl_flow *root = &c->tree, *model = key_of(root, "model");
  const bl_estimator *first = c->n_learners ? c->learners[0].estimator : NULL;
  bl_kind wanted = kind_for((bl_task)c->rows.task);
  bl_status s = BL_OK;
  if (model && key_of(root, "models"))
    s = bl_mistake_say(m, model, "'model' and 'models' are two answers to one question; keep one");
  for (size_t i = 0; !s && i < c->n_learners; i++) {
    const bl_estimator *e = c->learners[i].estimator;
    const char *name = c->learners[i].name;
    if (!e) continue;
    bl_kind kind = bl_estimator_kind(e);
    if (kind == BL_TRANSFORMER)
      s = bl_mistake_say(m, model_node(c, i),
                         "model '%s' ends in a transformer, which predicts nothing; add a classifier, regressor or "
                         "outlier detector",
                         name);
    else if (kind == BL_CLUSTERER)
      s = bl_mistake_say(
          m, model_node(c, i),
          "model '%s' ends in a clusterer, whose clusters have no truth to be scored by; put it before a "
          "classifier, regressor or outlier detector",
          name);
    else if (first && kind != bl_estimator_kind(first))
      s = bl_mistake_say(m, model_node(c, i), "model '%s' is a %s but '%s' is a %s: one run solves one problem", name,
                         bl_kind_name(kind), c->learners[0].name, bl_kind_name(bl_estimator_kind(first)));
    else if (wanted != BL_N_KINDS && kind != wanted)
      s = bl_mistake_say(m, below(below(root, "rows"), "task"),
                         "rows: task: model '%s' is a %s; leave task out, or take a %s", name, bl_kind_name(kind),
                         bl_kind_name(wanted));
  }
  return s;
}

/* ---- what has no effect ------------------------------------------------------------------------------------------ */

/* Each option of a section that is given, but for `but`, which acts all the same. */
static bl_status check_idle(bl_mistakes *m, const bl_config *c, const char *section, const bl_opt *table,
                            const void *params, const char *but, const char *without)
{
  bl_status s = BL_OK;
  for (const bl_opt *o = table; !s && o->name; o++) {
    if (but && !strcmp(o->name, but)) continue;
    const bl_flow *at = below(below(&c->tree, section), o->name);
    if (at) s = bl_mistake(m, at, bl_opts_refuse_idle(m->ctx, section, table, params, o->name, without));
  }
  return s;
}

static bl_status check_without_model(bl_mistakes *m, const bl_config *c)
{
  const bl_flow *evaluate = key_of(&c->tree, "evaluate");
  bl_status s = BL_OK;
  if (evaluate)
    s = bl_mistake_say(m, evaluate, "evaluate: there is no model to evaluate; add 'model: ...', or leave evaluate out");
  if (!s) s = check_idle(m, c, "rows", bl_rows_opts, &c->rows, "nan", "a model");
  return s ? s : check_idle(m, c, "report", bl_report_opts, &c->report, NULL, "a model");
}

static bl_status check_classes(bl_mistakes *m, const bl_config *c, bool numbers)
{
  static const char *const names[] = {"positive", "classes"};
  const bl_flow *rows = bl_flow_get(&c->tree, "rows");
  const bl_rows_params *p = &c->rows;
  bl_status s = BL_OK;
  for (size_t i = 0; numbers && !s && i < 2; i++)
    if (below(rows, names[i]))
      s = bl_mistake(m, below(rows, names[i]),
                     bl_opts_refuse_idle(m->ctx, "rows", bl_rows_opts, p, names[i], "classes to learn"));
  if (!s && !numbers && p->positive && p->classes.n && bl_texts_find(&p->classes, p->positive) < 0)
    s = bl_mistake_say(m, below(rows, "positive"),
                       "rows: positive: '%s' is none of the classes to keep; add it to 'classes'", p->positive);
  return s;
}

/* ---- evaluate ---------------------------------------------------------------------------------------------------- */

static bl_status check_published(bl_mistakes *m, const bl_config *c)
{
  const char *metric = c->report.published_metric;
  if (!c->n_published || !metric || !c->n_metrics) return BL_OK;
  bl_buf there = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; i < c->n_metrics; i++)
    if (!strcmp(c->score_names[i], metric) || !strcmp(c->metrics[i].cls->name, metric)) return BL_OK;
  for (size_t i = 0; !s && i < c->n_metrics; i++)
    s = bl_buf_printf(m->ctx, &there, "%s%s", i ? ", " : "", c->score_names[i]);
  if (!s)
    s = bl_mistake_say(
        m, key_of(bl_flow_get(&c->tree, "report"), "published"),
        "report: published_metric: '%s' is not among the metrics of this run (%s); add it there, or name "
        "the one that the published numbers are of",
        metric, bl_buf_text(&there));
  bl_buf_free(m->ctx, &there);
  return s;
}

static bl_status check_evaluate(bl_mistakes *m, const bl_config *c)
{
  const bl_flow *evaluate = bl_flow_get(&c->tree, "evaluate");
  const bl_estimator *e = c->learners[0].estimator;
  bool numbers = bl_estimator_kind(e) == BL_REGRESSOR;
  bl_status s = check_classes(m, c, numbers);
  if (!s && !c->evaluate.by && below(evaluate, "by_edges"))
    s = bl_mistake(m, below(evaluate, "by_edges"),
                   bl_opts_refuse_idle(m->ctx, "evaluate", bl_evaluate_opts, &c->evaluate, "by_edges", "by"));
  bool given = c->splitter.cls && c->splitter.cls->needs & BL_SPLIT_GIVEN;
  if (!s && !given && below(evaluate, "fold"))
    s = bl_mistake(
        m, below(evaluate, "fold"),
        bl_opts_refuse_idle(m->ctx, "evaluate", bl_evaluate_opts, &c->evaluate, "fold", "split: predefined"));
  return s ? s : check_published(m, c);
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

bl_status bl_config_check_whole(bl_mistakes *m, const bl_config *c)
{
  bool whole = true;
  bl_status s = check_source(m, c);
  if (!s) s = check_models(m, c);
  if (!s && !key_of(&c->tree, "model") && !key_of(&c->tree, "models")) return check_without_model(m, c);
  for (size_t i = 0; i < c->n_learners; i++) whole = whole && c->learners[i].estimator;
  return !s && whole && c->n_learners ? check_evaluate(m, c) : s;
}
