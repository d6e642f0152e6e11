/* config_sections.c: the sections of a config that are more than options: features, model, evaluate, report. */
#include <stdio.h>
#include <string.h>

#include "baleen/preset.h"
#include "baleen/text.h"
#include "config_private.h"
#include "presets.h"

/* ---- features ---------------------------------------------------------------------------------------------------- */

/* A stage or summary with its options takes the place of the one with defaults that the branch is given. */
#define ADD_PLUG(kind)                                                                                                 \
  static bl_status add_##kind(bl_mistakes *m, const bl_flow *n, bl_branch *b)                                          \
  {                                                                                                                    \
    bl_##kind made = {0}, *place;                                                                                      \
    bl_status s = bl_read_##kind(m, n, &made);                                                                         \
    if (!s && made.cls) s = bl_branch_add_##kind(m->ctx, b, made.cls->name, &place);                                   \
    if (!s && made.cls) {                                                                                              \
      bl_##kind##_free(m->ctx, place);                                                                                 \
      made.line = n->line;                                                                                             \
      *place = made;                                                                                                   \
      made = (bl_##kind){0};                                                                                           \
    }                                                                                                                  \
    bl_##kind##_free(m->ctx, &made);                                                                                   \
    return s;                                                                                                          \
  }
ADD_PLUG(stage)
ADD_PLUG(summary)

/* The names of stages, *n_stages, and behind them those of presets: of two that are as near a stage was meant. */
static const char *stage_or_preset(const void *n_stages, size_t i)
{
  size_t n = *(const size_t *)n_stages;
  if (i < n) return bl_stage_at(i)->name;
  const bl_preset *p = bl_preset_at(i - n);
  return p ? p->name : NULL;
}

/* The preset that a word among stages may have meant; NULL: none, or rather a stage. */
static const char *preset_near_stage(const bl_flow *n)
{
  size_t n_stages = 0;
  if (n->kind != BL_FLOW_SCALAR || !n->text || bl_stage_find(n->text)) return NULL;
  while (bl_stage_at(n_stages)) n_stages++;
  const char *near = bl_nearest(n->text, stage_or_preset, &n_stages);
  return near && bl_preset_find(near) ? near : NULL;
}

/* A preset's word that is still there: bl_presets_expand() said why it cannot be. A model file's presets are words like
 * any other. */
static bool is_told(const bl_mistakes *m, const bl_flow *n) { return m->v.n && bl_preset_of(n); }

static bl_status read_stages(bl_mistakes *m, const bl_flow *n, bl_branch *b)
{
  bl_status s = BL_OK;
  if (n->kind != BL_FLOW_LIST) return bl_mistake_say(m, n, "stages: wanted a list");
  for (size_t i = 0; !s && i < n->n; i++) {
    const bl_flow *at = &n->child[i];
    if (is_told(m, at)) continue;
    const char *near = preset_near_stage(at);
    s = near ? bl_mistake_say(m, at, "unknown stage '%s'; did you mean the preset '%s'?", at->text, near)
             : add_stage(m, at, b);
  }
  return s;
}

static bl_status read_summaries(bl_mistakes *m, const bl_flow *n, bl_branch *b)
{
  bl_status s = BL_OK;
  if (n->kind != BL_FLOW_LIST || !n->n)
    return bl_mistake_say(m, n, "branch '%s' needs 'summaries: [...]', at least one", b->name);
  for (size_t i = 0; !s && i < n->n; i++) s = add_summary(m, &n->child[i], b);
  return s;
}

/* The preset that a word in place of features, or of a branch, may have meant; NULL: none. */
static const char *near_preset(const bl_flow *n)
{
  if (n->kind != BL_FLOW_SCALAR || !n->text || bl_preset_find(n->text)) return NULL;
  return bl_preset_nearest(n->text);
}

static bl_status read_branch(bl_mistakes *m, const bl_flow *name, const bl_flow *n, bl_config *c)
{
  static const char *const known[] = {"stream", "stages", "summaries", NULL};
  const char *near = near_preset(n);
  if (is_told(m, n)) return BL_OK;
  if (near)
    return bl_mistake_say(m, n, "branch '%s': no preset is called '%s'; did you mean '%s'?", name->text, n->text, near);
  if (n->kind != BL_FLOW_MAP)
    return bl_mistake_say(m, n, "branch '%s': wanted 'stages: [...]' and 'summaries: [...]'", name->text);
  bl_branch *b;
  bl_status s = bl_recipe_add_branch(m->ctx, &c->recipe, name->text, &b);
  if (s) return bl_mistake(m, name, s);
  b->kept = m->frames && (bl_texts_find(m->frames, "all") >= 0 || bl_texts_find(m->frames, name->text) >= 0);
  for (size_t i = 0; !s && i < n->n; i++) {
    const char *key = n->key[i].text;
    if (!strcmp(key, "stream")) s = bl_read_options(m, "stream", bl_branch_stream_opts, &b->stream, &n->child[i]);
    else if (!strcmp(key, "stages")) s = read_stages(m, &n->child[i], b);
    else if (!strcmp(key, "summaries")) s = read_summaries(m, &n->child[i], b);
    else s = bl_mistake_key(m, &n->key[i], "a branch of features", known);
  }
  return s;
}

static bl_status no_features(bl_mistakes *m, const bl_flow *n)
{
  const char *near = near_preset(n);
  if (near) return bl_mistake_say(m, n, "features: no preset is called '%s'; did you mean '%s'?", n->text, near);
  return bl_mistake_say(
      m, n,
      "features: wanted named branches, as in 'logmel: {stages: [...], summaries: [...]}', or a preset: "
      "'baleen list presets' names them");
}

bl_status bl_read_features(bl_mistakes *m, const bl_flow *n, bl_config *c)
{
  if (n->kind != BL_FLOW_MAP || !n->n) return no_features(m, n);
  bl_status s = BL_OK;
  size_t mistakes = m->v.n;
  for (size_t i = 0; !s && i < n->n; i++) s = read_branch(m, &n->key[i], &n->child[i], c);
  bool all = m->v.n == mistakes && c->recipe.n_branches == n->n;
  for (size_t b = 0; !s && all && b < c->recipe.n_branches; b++)
    if (!bl_recipe_is_used(&c->recipe, b))
      s = bl_mistake_say(m, &n->key[b],
                         "branch '%s' needs 'summaries: [...]', at least one; its frames alone are written by 'baleen "
                         "extract --frames %s'",
                         c->recipe.branches[b].name, c->recipe.branches[b].name);
  return s;
}

/* ---- learners ---------------------------------------------------------------------------------------------------- */

static bl_status add_learner(bl_mistakes *m, const char *name, const bl_flow *n, bl_config *c)
{
  bl_learner *v = bl_realloc(m->ctx, c->learners, c->n_learners + 1, sizeof *v);
  if (!v) return bl_fail_nomem(m->ctx, "the learners");
  c->learners = v;
  bl_learner *l = &v[c->n_learners++];
  *l = (bl_learner){0};
  l->name = bl_strdup(m->ctx, name);
  if (!l->name) return bl_fail_nomem(m->ctx, "the learners");
  return bl_read_estimator(m, n, &l->estimator);
}

/* A model without a name is called by its last step. */
static const char *model_name(const bl_flow *n)
{
  if (n->kind == BL_FLOW_LIST && n->n) n = &n->child[n->n - 1];
  if (n->kind == BL_FLOW_SCALAR) return n->text;
  for (size_t i = 0; n->kind == BL_FLOW_MAP && i < n->n; i++)
    if (strcmp(n->key[i].text, "as")) return n->key[i].text;
  return "model";
}

bl_status bl_read_model(bl_mistakes *m, const bl_flow *n, bl_config *c) { return add_learner(m, model_name(n), n, c); }

bl_status bl_read_models(bl_mistakes *m, const bl_flow *n, bl_config *c)
{
  if (n->kind != BL_FLOW_MAP || !n->n)
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

/* "f1", or with options "f1: {average: macro}", at place `at` of the names. */
static bl_status name_score(bl_mistakes *m, const bl_flow *n, const char *metric, size_t at, bl_config *c)
{
  char **names = bl_realloc(m->ctx, c->score_names, c->n_scores + 1, sizeof *names);
  if (!names) return bl_fail_nomem(m->ctx, "the metrics");
  c->score_names = names;
  bl_buf name = {0};
  bl_status s = bl_buf_puts(m->ctx, &name, metric);
  if (!s && n->kind == BL_FLOW_MAP) s = bl_buf_puts(m->ctx, &name, ": ");
  if (!s && n->kind == BL_FLOW_MAP) s = bl_flow_print(m->ctx, &n->child[0], &name);
  char *copy = s ? NULL : bl_strdup(m->ctx, bl_buf_text(&name));
  bl_buf_free(m->ctx, &name);
  if (!copy) return s ? s : bl_fail_nomem(m->ctx, "the metrics");
  memmove(names + at + 1, names + at, (c->n_scores - at) * sizeof *names);
  names[at] = copy;
  c->n_scores++;
  return BL_OK;
}

/* One more metric of a kind; those of rows are named before those of events. */
#define ADD_METRIC(kind, list, count, place)                                                                           \
  static bl_status add_##kind(bl_mistakes *m, const bl_flow *n, bl_config *c)                                          \
  {                                                                                                                    \
    bl_##kind made = {0};                                                                                              \
    bl_status s = bl_read_##kind(m, n, &made);                                                                         \
    bl_##kind *v = s || !made.cls ? NULL : bl_realloc(m->ctx, c->list, c->count + 1, sizeof *v);                       \
    if (v) c->list = v;                                                                                                \
    if (!s && made.cls && !v) s = bl_fail_nomem(m->ctx, "the metrics");                                                \
    if (!s && v) s = name_score(m, n, made.cls->name, place, c);                                                       \
    if (s || !v) bl_##kind##_free(m->ctx, &made);                                                                      \
    else v[c->count++] = made;                                                                                         \
    return s;                                                                                                          \
  }
ADD_METRIC(metric, metrics, n_metrics, c->n_metrics)
ADD_METRIC(event_metric, event_metrics, n_event_metrics, c->n_scores)

bl_status bl_add_metric(bl_mistakes *m, const bl_flow *n, bl_config *c)
{
  const char *name = n->kind == BL_FLOW_MAP && n->n == 1 ? n->key[0].text : n->kind == BL_FLOW_SCALAR ? n->text : "";
  return bl_event_metric_find(name) ? add_event_metric(m, n, c) : add_metric(m, n, c);
}

/* Keys of a section beside those of its option table, for the list of what is allowed. */
static bl_status section_key(bl_mistakes *m, const bl_flow *key, const bl_flow *value, const char *section,
                             const bl_opt *table, void *params, const char *const *also)
{
  if (bl_opts_find(table, key->text)) return bl_read_option(m, section, table, params, key, value);
  const char *known[32];
  size_t n = 0;
  for (; *also; also++) known[n++] = *also;
  for (const bl_opt *o = table; o->name && n < 31; o++) known[n++] = o->name;
  known[n] = NULL;
  char where[64];
  snprintf(where, sizeof where, "'%s'", section);
  return bl_mistake_key(m, key, where, known);
}

bl_status bl_read_evaluate(bl_mistakes *m, const bl_flow *n, bl_config *c)
{
  static const char *const also[] = {"split", "metrics", NULL};
  if (n->kind != BL_FLOW_MAP) return bl_mistake_say(m, n, "evaluate: wanted 'split: ...', 'metrics: [...]'");
  const bl_flow *split = bl_flow_get(n, "split");
  for (size_t i = 0; i < n->n; i++) {
    const bl_flow *key = &n->key[i], *value = &n->child[i];
    bl_status s = BL_OK;
    if (!strcmp(key->text, "split")) {
      c->has_split = true;
      if (!(value->kind == BL_FLOW_SCALAR && !strcmp(value->text, "none")))
        s = bl_read_splitter(m, value, &c->splitter);
    } else if (!strcmp(key->text, "metrics")) {
      if (value->kind == BL_FLOW_SCALAR) s = bl_add_metric(m, value, c);
      else if (value->kind != BL_FLOW_LIST)
        s = bl_mistake_say(m, value, "metrics: wanted a list, as in [accuracy, f1]");
      for (size_t k = 0; !s && value->kind == BL_FLOW_LIST && k < value->n; k++)
        s = bl_add_metric(m, &value->child[k], c);
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

static bl_status read_published(bl_mistakes *m, const bl_flow *n, bl_config *c)
{
  static const bl_opt row[] = {BL_REALS(bl_published, folds, "[]", -1e300, 1e300, "", ""), BL_OPT_END};
  if (n->kind != BL_FLOW_MAP) return bl_mistake_say(m, n, "published: wanted 'name: [score of each fold]'");
  for (size_t i = 0; i < n->n; i++) {
    bl_published *v = bl_realloc(m->ctx, c->published, c->n_published + 1, sizeof *v);
    if (!v) return bl_fail_nomem(m->ctx, "published scores");
    c->published = v;
    bl_published *p = &v[c->n_published++];
    *p = (bl_published){0};
    if (!(p->name = bl_strdup(m->ctx, n->key[i].text))) return bl_fail_nomem(m->ctx, "published scores");
    bl_flow key = {.kind = BL_FLOW_SCALAR, .text = (char *)(uintptr_t) "folds"}; /* borrowed for the call */
    bl_status s = bl_read_option(m, n->key[i].text, row, p, &key, &n->child[i]);
    if (s) return s;
  }
  return BL_OK;
}

bl_status bl_read_report(bl_mistakes *m, const bl_flow *n, bl_config *c)
{
  static const char *const also[] = {"published", NULL};
  if (n->kind != BL_FLOW_MAP) return bl_mistake_say(m, n, "report: wanted 'title: ...', 'text: ...'");
  for (size_t i = 0; i < n->n; i++) {
    bl_status s = !strcmp(n->key[i].text, "published")
                      ? read_published(m, &n->child[i], c)
                      : section_key(m, &n->key[i], &n->child[i], "report", bl_report_opts, &c->report, also);
    if (s) return s;
  }
  return BL_OK;
}
