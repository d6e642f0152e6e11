/* Reads a config: YAML to a tree, the tree checked against the tables of every plug-in it names, all mistakes at once. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "baleen/table.h"
#include "baleen/text.h"
#include "config_private.h"

/* ---- mistakes ---------------------------------------------------------------------------------------------------- */

static bl_status note_mistake(bl_mistakes *m, const bl_node *at, const char *text)
{
  char place[600];
  if (at && at->line) snprintf(place, sizeof place, "%s:%zu:%zu: error: %s", m->path, at->line, at->column, text);
  else snprintf(place, sizeof place, at ? "--set: error: %s" : "%s", text); /* without a node the text says where */
  return bl_texts_add(m->ctx, &m->v, place);
}

bl_status bl_mistake(bl_mistakes *m, const bl_node *at, bl_status status)
{
  if (!status || status == BL_E_NOMEM || status == BL_E_INTERNAL || status == BL_E_CANCELLED) return status;
  return note_mistake(m, at, bl_ctx_error(m->ctx));
}

bl_status bl_mistake_say(bl_mistakes *m, const bl_node *at, const char *format, ...)
{
  char text[500];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return note_mistake(m, at, text);
}

static const char *list_at(const void *arg, size_t i) { return ((const char *const *)arg)[i]; }

static bl_status unknown_key(bl_mistakes *m, const bl_node *key, const char *where, const char *const *known)
{
  const char *near = bl_nearest(key->text, list_at, known);
  if (near) return bl_mistake_say(m, key, "unknown key '%s' in %s; did you mean '%s'?", key->text, where, near);
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && known[i]; i++) s = bl_buf_printf(m->ctx, &all, "%s%s", i ? ", " : "", known[i]);
  if (!s) s = bl_mistake_say(m, key, "unknown key '%s' in %s; it takes %s", key->text, where, bl_buf_text(&all));
  bl_buf_free(m->ctx, &all);
  return s;
}

/* ---- options and plug-ins ---------------------------------------------------------------------------------------- */

static bool is_null(const bl_node *n)
{
  return n->kind == BL_NODE_SCALAR && !n->quoted && (!*n->text || !strcmp(n->text, "null") || !strcmp(n->text, "~"));
}

static bool has_choice(const bl_opt *o, const char *name)
{
  for (size_t i = 0; o->choices && o->choices[i]; i++)
    if (!strcmp(o->choices[i], name)) return true;
  return false;
}

/* One option from a node: lists go as flow text, scalars as they stand; YAML's null is "none" where that is a choice. */
static bl_status set_option(bl_mistakes *m, const char *who, const bl_opt *table, void *params, const bl_node *key,
                            const bl_node *value)
{
  const bl_opt *o = bl_opts_find(table, key->text);
  bool list = o && (o->kind == BL_OPT_REALS || o->kind == BL_OPT_TEXTS || o->kind == BL_OPT_RANGES);
  if (o && !list && value->kind != BL_NODE_SCALAR)
    return bl_mistake_say(m, value, "%s: %s takes one value, not a list or map", who, key->text);
  bl_buf text = {0};
  bl_status s = BL_OK;
  if (o && is_null(value) && has_choice(o, "none")) s = bl_buf_puts(m->ctx, &text, "none");
  else if (list || value->kind != BL_NODE_SCALAR) s = bl_node_flow(m->ctx, value, &text);
  else s = bl_buf_puts(m->ctx, &text, value->text);
  if (!s) s = bl_opts_set(m->ctx, who, table, params, key->text, bl_buf_text(&text));
  bl_buf_free(m->ctx, &text);
  return bl_mistake(m, o ? value : key, s);
}

static bl_status set_options(bl_mistakes *m, const char *who, const bl_opt *table, void *params, const bl_node *map)
{
  if (!map || is_null(map)) return BL_OK;
  if (map->kind != BL_NODE_MAP) return bl_mistake_say(m, map, "%s: wanted options as 'name: value'", who);
  for (size_t i = 0; i < map->n; i++) {
    bl_status s = set_option(m, who, table, params, &map->key[i], &map->child[i]);
    if (s) return s;
  }
  return BL_OK;
}

/* The config's seed is the default of every plug-in's own. */
static bl_status seed_options(bl_mistakes *m, const char *who, const bl_opt *table, void *params)
{
  static const char *const names[] = {"random_state", "seed"};
  for (size_t i = 0; i < 2; i++) {
    bl_status s = bl_opts_find(table, names[i]) ? bl_opts_set(m->ctx, who, table, params, names[i], m->seed) : BL_OK;
    if (s) return s;
  }
  return BL_OK;
}

/* "name", or {name: {options}}. *name stays NULL when it is neither, which has been noted. */
static bl_status plug_name(bl_mistakes *m, const bl_node *n, const char *what, const bl_node **name,
                           const bl_node **options)
{
  *name = *options = NULL;
  if (n->kind == BL_NODE_SCALAR && *n->text) return *name = n, BL_OK;
  if (n->kind == BL_NODE_MAP && n->n == 1) return *name = &n->key[0], *options = &n->child[0], BL_OK;
  return bl_mistake_say(m, n, "wanted %s: its name, or 'name: {option: value}'", what);
}

/* The same few lines for each kind of plug-in with {cls, params}: look it up, set its options, check that none is missing. */
#define READ_PLUG(kind, what)                                                                                    \
  static bl_status read_##kind(bl_mistakes *m, const bl_node *n, bl_##kind *out)                                 \
  {                                                                                                              \
    const bl_node *name, *options;                                                                               \
    bl_status s = plug_name(m, n, what, &name, &options);                                                        \
    if (s || !name) return s;                                                                                    \
    s = bl_##kind##_new(m->ctx, name->text, out);                                                                \
    if (s) return bl_mistake(m, name, s);                                                                        \
    s = seed_options(m, name->text, out->cls->opts, out->params);                                                \
    if (!s) s = set_options(m, name->text, out->cls->opts, out->params, options);                                \
    return s ? s : bl_mistake(m, name, bl_opts_complete(m->ctx, name->text, out->cls->opts, out->params));       \
  }
READ_PLUG(source, "a source")
READ_PLUG(segment, "a way to cut segments")
READ_PLUG(splitter, "a splitter")
READ_PLUG(metric, "a metric")
READ_PLUG(stage, "a stage")
READ_PLUG(summary, "a summary")

/* ---- features ---------------------------------------------------------------------------------------------------- */

static bl_status read_branch(bl_mistakes *m, const bl_node *name, const bl_node *n, bl_config *c)
{
  static const char *const known[] = {"stages", "summaries", NULL};
  if (n->kind != BL_NODE_MAP)
    return bl_mistake_say(m, n, "branch '%s': wanted 'stages: [...]' and 'summaries: [...]'", name->text);
  bl_branch *b;
  bl_status s = bl_recipe_add_branch(m->ctx, &c->recipe, name->text, &b);
  if (s) return bl_mistake(m, name, s);
  const bl_node *stages = NULL, *summaries = NULL;
  for (size_t i = 0; !s && i < n->n; i++) {
    if (!strcmp(n->key[i].text, "stages")) stages = &n->child[i];
    else if (!strcmp(n->key[i].text, "summaries")) summaries = &n->child[i];
    else s = unknown_key(m, &n->key[i], "a branch of features", known);
  }
  if (!s && stages && stages->kind != BL_NODE_LIST) s = bl_mistake_say(m, stages, "stages: wanted a list");
  else if (stages) {
    for (size_t i = 0; !s && i < stages->n; i++) {
      bl_stage made = {0}, *stage;
      s = read_stage(m, &stages->child[i], &made);
      if (!s && made.cls) {
        s = bl_branch_add_stage(m->ctx, b, made.cls->name, &stage);
        if (!s) {
          bl_stage_free(m->ctx, stage);
          *stage = made;
          made = (bl_stage){0};
        }
      }
      bl_stage_free(m->ctx, &made);
    }
  }
  if (!s && (!summaries || summaries->kind != BL_NODE_LIST || !summaries->n))
    return bl_mistake_say(m, summaries ? summaries : name, "branch '%s' needs 'summaries: [...]', at least one",
                          name->text);
  for (size_t i = 0; !s && summaries && i < summaries->n; i++) {
    bl_summary made = {0}, *summary;
    s = read_summary(m, &summaries->child[i], &made);
    if (!s && made.cls) {
      s = bl_branch_add_summary(m->ctx, b, made.cls->name, &summary);
      if (!s) {
        bl_summary_free(m->ctx, summary);
        *summary = made;
        made = (bl_summary){0};
      }
    }
    bl_summary_free(m->ctx, &made);
  }
  return s;
}

static bl_status read_features(bl_mistakes *m, const bl_node *n, bl_config *c)
{
  if (n->kind != BL_NODE_MAP || !n->n)
    return bl_mistake_say(m, n, "features: wanted named branches, as in 'logmel: {stages: [...], summaries: [...]}'");
  for (size_t i = 0; i < n->n; i++) {
    bl_status s = read_branch(m, &n->key[i], &n->child[i], c);
    if (s) return s;
  }
  return BL_OK;
}

/* ---- learners ---------------------------------------------------------------------------------------------------- */

static bl_status read_step(bl_mistakes *m, const bl_node *n, bl_estimator **out)
{
  const bl_node *name, *options;
  bl_status s = plug_name(m, n, "an estimator", &name, &options);
  if (s || !name) return s;
  s = bl_estimator_new(m->ctx, name->text, out);
  if (s) return bl_mistake(m, name, s);
  s = seed_options(m, name->text, (*out)->cls->opts, (*out)->params);
  if (!s) s = set_options(m, name->text, (*out)->cls->opts, (*out)->params, options);
  return s ? s : bl_mistake(m, name, bl_opts_complete(m->ctx, name->text, (*out)->cls->opts, (*out)->params));
}

static bl_status read_estimator(bl_mistakes *m, const bl_node *n, bl_estimator **out)
{
  *out = NULL;
  if (n->kind != BL_NODE_LIST) return read_step(m, n, out);
  if (!n->n) return bl_mistake_say(m, n, "model: an empty list; wanted steps, as in [standard_scaler, lda]");
  bl_status s = bl_estimator_new(m->ctx, "chain", out);
  for (size_t i = 0; !s && i < n->n; i++) {
    bl_estimator *step = NULL;
    s = read_step(m, &n->child[i], &step);
    if (!s && step) s = bl_mistake(m, &n->child[i], bl_estimator_add_child(m->ctx, *out, NULL, step));
    else bl_estimator_free(m->ctx, step);
  }
  return s;
}

static bl_status add_learner(bl_mistakes *m, const char *name, const bl_node *n, bl_config *c)
{
  bl_learner *v = bl_realloc(m->ctx, c->learners, c->n_learners + 1, sizeof *v);
  if (!v) return bl_fail_nomem(m->ctx, "the learners");
  c->learners = v;
  bl_learner *l = &v[c->n_learners++];
  *l = (bl_learner){0};
  l->name = bl_strdup(m->ctx, name);
  if (!l->name) return bl_fail_nomem(m->ctx, "the learners");
  size_t mistakes = m->v.n;
  bl_status s = read_estimator(m, n, &l->estimator);
  if (m->v.n > mistakes) { /* half a chain would only draw more complaints */
    bl_estimator_free(m->ctx, l->estimator);
    l->estimator = NULL;
  }
  return s;
}

/* A model without a name is called by its last step. */
static const char *model_name(const bl_node *n)
{
  if (n->kind == BL_NODE_LIST && n->n) n = &n->child[n->n - 1];
  if (n->kind == BL_NODE_SCALAR) return n->text;
  return n->kind == BL_NODE_MAP && n->n == 1 ? n->key[0].text : "model";
}

static bl_status read_models(bl_mistakes *m, const bl_node *n, bl_config *c)
{
  if (n->kind != BL_NODE_MAP || !n->n)
    return bl_mistake_say(m, n, "models: wanted named chains, as in 'knn: [standard_scaler, knn]'");
  for (size_t i = 0; i < n->n; i++) {
    const char *name = n->key[i].text;
    if (!*name || strpbrk(name, "/\\") || name[0] == '.') {
      bl_status s = bl_mistake_say(m, &n->key[i], "'%s' cannot name a model: it becomes part of file names", name);
      if (s) return s;
      continue;
    }
    bl_status s = add_learner(m, name, &n->child[i], c);
    if (s) return s;
  }
  return BL_OK;
}

/* ---- evaluate, report -------------------------------------------------------------------------------------------- */

static bl_status add_metric(bl_mistakes *m, const bl_node *n, bl_config *c)
{
  bl_metric made = {0};
  bl_status s = read_metric(m, n, &made);
  if (s || !made.cls) {
    bl_metric_free(m->ctx, &made);
    return s;
  }
  bl_metric *v = bl_realloc(m->ctx, c->metrics, c->n_metrics + 1, sizeof *v);
  if (v) c->metrics = v;
  char **names = v ? bl_realloc(m->ctx, c->metric_names, c->n_metrics + 1, sizeof *names) : NULL;
  if (names) c->metric_names = names;
  bl_buf name = {0};
  if (!names) s = bl_fail_nomem(m->ctx, "the metrics");
  if (!s) s = bl_buf_puts(m->ctx, &name, made.cls->name);
  if (!s && n->kind == BL_NODE_MAP) s = bl_node_flow(m->ctx, &n->child[0], &name);
  if (!s) {
    names[c->n_metrics] = bl_strdup(m->ctx, bl_buf_text(&name));
    if (!names[c->n_metrics]) s = bl_fail_nomem(m->ctx, "the metrics");
    else {
      c->metrics[c->n_metrics++] = made;
      made = (bl_metric){0};
    }
  }
  bl_buf_free(m->ctx, &name);
  bl_metric_free(m->ctx, &made);
  return s;
}

/* Keys of a section beside those of its option table, for the list of what is allowed. */
static bl_status section_key(bl_mistakes *m, const bl_node *key, const bl_node *value, const char *section,
                             const bl_opt *table, void *params, const char *const *also)
{
  if (bl_opts_find(table, key->text)) return set_option(m, section, table, params, key, value);
  const char *known[32];
  size_t n = 0;
  for (; *also; also++) known[n++] = *also;
  for (const bl_opt *o = table; o->name && n < 31; o++) known[n++] = o->name;
  known[n] = NULL;
  char where[64];
  snprintf(where, sizeof where, "'%s'", section);
  return unknown_key(m, key, where, known);
}

static bl_status read_evaluate(bl_mistakes *m, const bl_node *n, bl_config *c)
{
  static const char *const also[] = {"split", "metrics", NULL};
  if (n->kind != BL_NODE_MAP) return bl_mistake_say(m, n, "evaluate: wanted 'split: ...', 'metrics: [...]'");
  const bl_node *split = bl_node_get(n, "split");
  for (size_t i = 0; i < n->n; i++) {
    const bl_node *key = &n->key[i], *value = &n->child[i];
    bl_status s = BL_OK;
    if (!strcmp(key->text, "split")) {
      c->has_split = true;
      if (!(value->kind == BL_NODE_SCALAR && !strcmp(value->text, "none"))) s = read_splitter(m, value, &c->splitter);
    } else if (!strcmp(key->text, "metrics")) {
      if (value->kind == BL_NODE_SCALAR) s = add_metric(m, value, c);
      else if (value->kind != BL_NODE_LIST) s = bl_mistake_say(m, value, "metrics: wanted a list, as in [accuracy, f1]");
      for (size_t k = 0; !s && value->kind == BL_NODE_LIST && k < value->n; k++) s = add_metric(m, &value->child[k], c);
    } else {
      s = section_key(m, key, value, "evaluate", bl_evaluate_opts, &c->evaluate, also);
    }
    if (s) return s;
  }
  if (split && c->evaluate.split_file)
    return bl_mistake_say(m, split, "evaluate: 'split' and 'split_file' are two answers to one question; keep one");
  if (c->evaluate.split_file) c->has_split = true;
  return BL_OK;
}

static bl_status read_published(bl_mistakes *m, const bl_node *n, bl_config *c)
{
  static const bl_opt row[] = {BL_REALS(bl_published, folds, "[]", -1e300, 1e300, "", ""), BL_OPT_END};
  if (n->kind != BL_NODE_MAP) return bl_mistake_say(m, n, "published: wanted 'name: [score of each fold]'");
  for (size_t i = 0; i < n->n; i++) {
    bl_published *v = bl_realloc(m->ctx, c->published, c->n_published + 1, sizeof *v);
    if (!v) return bl_fail_nomem(m->ctx, "published scores");
    c->published = v;
    bl_published *p = &v[c->n_published++];
    *p = (bl_published){0};
    if (!(p->name = bl_strdup(m->ctx, n->key[i].text))) return bl_fail_nomem(m->ctx, "published scores");
    bl_node key = {.kind = BL_NODE_SCALAR, .text = (char *)(uintptr_t) "folds"}; /* borrowed for the call */
    bl_status s = set_option(m, n->key[i].text, row, p, &key, &n->child[i]);
    if (s) return s;
  }
  return BL_OK;
}

static bl_status read_report(bl_mistakes *m, const bl_node *n, bl_config *c)
{
  static const char *const also[] = {"published", NULL};
  if (n->kind != BL_NODE_MAP) return bl_mistake_say(m, n, "report: wanted 'title: ...', 'text: ...'");
  for (size_t i = 0; i < n->n; i++) {
    bl_status s = !strcmp(n->key[i].text, "published")
                      ? read_published(m, &n->child[i], c)
                      : section_key(m, &n->key[i], &n->child[i], "report", bl_report_opts, &c->report, also);
    if (s) return s;
  }
  return BL_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static const char *const top_keys[] = {"seed",  "source", "stream",   "segments", "features", "rows",
                                       "model", "models", "evaluate", "report",   NULL};

/* Before all else, since the plug-ins' own seeds default to it. */
static bl_status read_seed(bl_mistakes *m, const bl_node *root, bl_config *c)
{
  static const bl_opt seed[] = {BL_INT(bl_config, seed, "0", 0, 9e15, "", "seed of the run's random draws"), BL_OPT_END};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < root->n; i++)
    if (!strcmp(root->key[i].text, "seed")) s = set_option(m, "config", seed, c, &root->key[i], &root->child[i]);
  snprintf(m->seed, sizeof m->seed, "%lld", (long long)c->seed);
  return s;
}

static bl_status read_key(bl_mistakes *m, const bl_node *key, const bl_node *value, bl_config *c)
{
  const char *k = key->text;
  if (!strcmp(k, "seed")) return BL_OK;
  if (!strcmp(k, "source")) return read_source(m, value, &c->source);
  if (!strcmp(k, "stream")) return set_options(m, "stream", bl_stream_opts, &c->stream, value);
  if (!strcmp(k, "segments")) {
    bl_segment_free(m->ctx, &c->segment); /* the default's */
    bl_epoch_rules rules;
    bl_status s = read_segment(m, value, &c->segment);
    if (s || !c->segment.cls || !c->segment.cls->rules) return s;
    return bl_mistake(m, value, c->segment.cls->rules(m->ctx, c->segment.params, &rules));
  }
  if (!strcmp(k, "features")) return read_features(m, value, c);
  if (!strcmp(k, "rows")) return set_options(m, "rows", bl_rows_opts, &c->rows, value);
  if (!strcmp(k, "model")) return add_learner(m, model_name(value), value, c);
  if (!strcmp(k, "models")) return read_models(m, value, c);
  if (!strcmp(k, "evaluate")) return read_evaluate(m, value, c);
  if (!strcmp(k, "report")) return read_report(m, value, c);
  return unknown_key(m, key, "the config", top_keys);
}

static bl_kind last_kind(const bl_estimator *e)
{
  while (e->n_children) e = e->child[e->n_children - 1];
  return e->cls->kind;
}

/* What is asked of learners when the config does not say. */
static bl_status default_metrics(bl_mistakes *m, bl_config *c)
{
  static const char *const of_classes[] = {"accuracy", "balanced_accuracy", "f1", "roc_auc", NULL};
  static const char *const of_numbers[] = {"r2", "mean_absolute_error", "root_mean_squared_error", NULL};
  static const char *const of_outliers[] = {"roc_auc", "average_precision", NULL};
  if (c->n_metrics || !c->n_learners || !c->learners[0].estimator) return BL_OK;
  bl_kind kind = last_kind(c->learners[0].estimator);
  const char *const *names = kind == BL_REGRESSOR ? of_numbers : kind == BL_OUTLIER_DETECTOR ? of_outliers : of_classes;
  for (; *names; names++) {
    bl_node n = {.kind = BL_NODE_SCALAR, .text = (char *)(uintptr_t)*names}; /* borrowed for the call */
    bl_status s = add_metric(m, &n, c);
    if (s) return s;
  }
  return BL_OK;
}

static bl_status check_whole(bl_mistakes *m, const bl_node *root, bl_config *c)
{
  const bl_node *source = bl_node_get(root, "source"), *features = bl_node_get(root, "features");
  bl_status s = BL_OK;
  if (!source) s = bl_mistake_say(m, root, "'source' is missing: where do recordings or rows come from?");
  bool table = c->source.cls && c->source.cls->load;
  if (!s && table && features) s = bl_mistake_say(m, features, "features: the source '%s' gives rows already", c->source.cls->name);
  if (!s && c->source.cls && !table && !features)
    s = bl_mistake_say(m, root, "'features' is missing: what is to be computed from the recordings?");
  if (!s && bl_node_get(root, "model") && bl_node_get(root, "models"))
    s = bl_mistake_say(m, bl_node_get(root, "model"), "'model' and 'models' are two answers to one question; keep one");
  for (size_t i = 1; !s && i < c->n_learners; i++)
    if (c->learners[i].estimator && c->learners[0].estimator &&
        last_kind(c->learners[i].estimator) != last_kind(c->learners[0].estimator))
      s = bl_mistake_say(m, bl_node_get(root, "models"), "model '%s' is a %s but '%s' is a %s: one run solves one problem",
                         c->learners[i].name, bl_kind_name(last_kind(c->learners[i].estimator)), c->learners[0].name,
                         bl_kind_name(last_kind(c->learners[0].estimator)));
  for (size_t i = 0; !s && i < c->n_learners; i++)
    if (c->learners[i].estimator && last_kind(c->learners[i].estimator) == BL_TRANSFORMER)
      s = bl_mistake_say(m, bl_node_get(root, bl_node_get(root, "models") ? "models" : "model"),
                         "model '%s' ends in a transformer, which predicts nothing; add a classifier, regressor or "
                         "outlier detector",
                         c->learners[i].name);
  return s;
}

static bl_status names_of(bl_ctx *ctx, const char *path, bl_config *c)
{
  const char *base = bl_path_base(path), *dot = strrchr(base, '.');
  c->path = bl_strdup(ctx, path);
  c->folder = base == path ? bl_strdup(ctx, ".") : bl_strf(ctx, "%.*s", (int)(base - path > 1 ? base - path - 1 : 1), path);
  c->name = bl_strf(ctx, "%.*s", (int)(dot && dot > base ? dot - base : (long)strlen(base)), base);
  return c->path && c->folder && c->name ? BL_OK : bl_fail_nomem(ctx, "a config");
}

static bl_status defaults(bl_ctx *ctx, bl_config *c)
{
  bl_status s = bl_opts_defaults(ctx, "stream", bl_stream_opts, &c->stream);
  if (!s) s = bl_opts_defaults(ctx, "rows", bl_rows_opts, &c->rows);
  if (!s) s = bl_opts_defaults(ctx, "evaluate", bl_evaluate_opts, &c->evaluate);
  if (!s) s = bl_opts_defaults(ctx, "report", bl_report_opts, &c->report);
  return s ? s : bl_segment_new(ctx, "whole", &c->segment);
}

/* One error that holds as many of the mistakes as fit; each is also logged whole. */
static bl_status refuse(bl_ctx *ctx, const bl_texts *mistakes)
{
  for (size_t i = 0; i < mistakes->n; i++) bl_log(ctx, BL_LOG_ERROR, "%s", mistakes->v[i]);
  if (mistakes->n == 1) return bl_fail(ctx, BL_E_CONFIG, "%s", mistakes->v[0]);
  return bl_fail(ctx, BL_E_CONFIG, "%zu mistakes in the config; the first: %s", mistakes->n, mistakes->v[0]);
}

bl_status bl_config_parse(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_texts *overrides,
                          bl_config *out)
{
  *out = (bl_config){0};
  bl_node root = {0};
  bl_mistakes m = {.ctx = ctx, .path = path};
  bl_status s = bl_yaml_parse(ctx, path, text, n, &root);
  if (s == BL_E_CONFIG) bl_log(ctx, BL_LOG_ERROR, "%s", bl_ctx_error(ctx));
  if (!s && root.kind != BL_NODE_MAP)
    s = bl_fail(ctx, BL_E_CONFIG, "%s:1:1: error: a config is a map of sections: source, features, model ...", path);
  for (size_t i = 0; !s && overrides && i < overrides->n; i++)
    s = bl_mistake(&m, NULL, bl_node_override(ctx, &root, overrides->v[i]));
  if (!s) s = names_of(ctx, path, out);
  if (!s) s = defaults(ctx, out);
  if (!s) s = read_seed(&m, &root, out);
  for (size_t i = 0; !s && i < root.n; i++) s = read_key(&m, &root.key[i], &root.child[i], out);
  if (!s) s = default_metrics(&m, out);
  if (!s) s = check_whole(&m, &root, out);
  if (!s && m.v.n) s = refuse(ctx, &m.v);
  bl_texts_free(ctx, &m.v);
  bl_node_free(ctx, &root);
  if (s) bl_config_free(ctx, out);
  return s;
}

bl_status bl_config_read(bl_ctx *ctx, const char *path, const bl_texts *overrides, bl_config *out)
{
  *out = (bl_config){0};
  char *text = NULL;
  size_t n = 0;
  bl_status s = bl_file_read(ctx, path, (size_t)4 << 20, &text, &n);
  if (!s) s = bl_config_parse(ctx, path, text, n, overrides, out);
  bl_free(ctx, text);
  return s;
}

void bl_config_free(bl_ctx *ctx, bl_config *c)
{
  bl_free(ctx, c->path);
  bl_free(ctx, c->folder);
  bl_free(ctx, c->name);
  bl_source_free(ctx, &c->source);
  bl_opts_release(ctx, bl_stream_opts, &c->stream);
  bl_segment_free(ctx, &c->segment);
  bl_recipe_free(ctx, &c->recipe);
  bl_opts_release(ctx, bl_rows_opts, &c->rows);
  for (size_t i = 0; i < c->n_learners; i++) {
    bl_free(ctx, c->learners[i].name);
    bl_estimator_free(ctx, c->learners[i].estimator);
  }
  bl_free(ctx, c->learners);
  bl_splitter_free(ctx, &c->splitter);
  for (size_t i = 0; i < c->n_metrics; i++) {
    bl_metric_free(ctx, &c->metrics[i]);
    bl_free(ctx, c->metric_names[i]);
  }
  bl_free(ctx, c->metrics);
  bl_free(ctx, c->metric_names);
  bl_opts_release(ctx, bl_evaluate_opts, &c->evaluate);
  bl_opts_release(ctx, bl_report_opts, &c->report);
  for (size_t i = 0; i < c->n_published; i++) {
    bl_free(ctx, c->published[i].name);
    bl_free(ctx, c->published[i].folds.v);
  }
  bl_free(ctx, c->published);
  *c = (bl_config){0};
}
