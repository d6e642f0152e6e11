/* Reads a config: YAML to a tree, the tree checked against the tables of every plug-in it names, all mistakes at once.
 * Its sections are read by config_sections.c, plug-ins and their options by config_plug.c. */
#include <stdio.h>
#include <string.h>

#include "baleen/file.h"
#include "baleen/text.h"
#include "config_private.h"
#include "config_targets.h"
#include "presets.h"

static const char *const top_keys[] = {"seed", "relative_to", "source", "stream",   "segments", "features",
                                       "rows", "model",       "models", "evaluate", "report",   NULL};

/* Before all else, since the plug-ins' own seeds default to it. */
static bl_status read_seed(bl_mistakes *m, const bl_flow *root, bl_config *c)
{
  static const bl_opt seed[] = {BL_INT(bl_config, seed, "0", 0, 9e15, "", "seed of the run's random draws"),
                                BL_OPT_END};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < root->n; i++)
    if (!strcmp(root->key[i].text, "seed")) s = bl_read_option(m, "config", seed, c, &root->key[i], &root->child[i]);
  snprintf(m->seed, sizeof m->seed, "%lld", (long long)c->seed);
  return s;
}

/* Likewise: where the files lie that the config names. */
static bl_status read_folder(bl_mistakes *m, const bl_flow *root, bl_config *c)
{
  static const bl_opt folder[] = {{"relative_to", BL_OPT_TEXT, offsetof(bl_config, folder), NULL, 0, 0, 0, NULL, "",
                                   "folder that paths in the config are relative to", NULL},
                                  BL_OPT_END};
  bl_config given = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < root->n; i++)
    if (!strcmp(root->key[i].text, "relative_to"))
      s = bl_read_option(m, "config", folder, &given, &root->key[i], &root->child[i]);
  const char *to = given.folder;
  char *path = !to ? NULL : *to == '/' ? bl_strdup(m->ctx, to) : bl_strf(m->ctx, "%s/%s", c->folder, to);
  if (!s && to && !path) s = bl_fail_nomem(m->ctx, "a config");
  if (path) {
    bl_free(m->ctx, c->folder);
    c->folder = path;
  }
  bl_free(m->ctx, given.folder);
  return s;
}

static bl_status read_key(bl_mistakes *m, const bl_flow *key, const bl_flow *value, bl_config *c)
{
  const char *k = key->text;
  if (!strcmp(k, "seed") || !strcmp(k, "relative_to")) return BL_OK;
  if (!strcmp(k, "source")) return bl_read_source(m, value, &c->source);
  if (!strcmp(k, "stream")) return bl_read_options(m, "stream", bl_stream_opts, &c->stream, value);
  if (!strcmp(k, "segments")) {
    bl_segment_free(m->ctx, &c->segment); /* the default's */
    bl_epoch_rules rules;
    bl_status s = bl_read_segment(m, value, &c->segment);
    if (s || !c->segment.cls || !c->segment.cls->rules) return s;
    return bl_mistake(m, value, c->segment.cls->rules(m->ctx, c->segment.params, &rules));
  }
  if (!strcmp(k, "features")) return bl_read_features(m, value, c);
  if (!strcmp(k, "rows")) return bl_read_options(m, "rows", bl_rows_opts, &c->rows, value);
  if (!strcmp(k, "model")) return bl_read_model(m, value, c);
  if (!strcmp(k, "models")) return bl_read_models(m, value, c);
  if (!strcmp(k, "evaluate")) return bl_read_evaluate(m, value, c);
  if (!strcmp(k, "report")) return bl_read_report(m, value, c);
  return bl_mistake_key(m, key, "the config", top_keys);
}

/* What is asked of learners when the config does not say. */
static bl_status default_metrics(bl_mistakes *m, bl_config *c)
{
  static const char *const of_classes[] = {"accuracy", "balanced_accuracy", "f1", "roc_auc", NULL};
  static const char *const of_numbers[] = {"r2", "mean_absolute_error", "root_mean_squared_error", NULL};
  static const char *const of_labels[] = {"f1", "accuracy", "hamming_loss", "label_ranking_average_precision", NULL};
  static const char *const of_outliers[] = {"roc_auc", "average_precision", NULL};
  if (c->n_scores || !c->n_learners || !c->learners[0].estimator) return BL_OK;
  bl_kind kind = bl_estimator_kind(c->learners[0].estimator);
  const char *const *names = kind == BL_REGRESSOR          ? of_numbers
                             : kind == BL_OUTLIER_DETECTOR ? of_outliers
                             : bl_config_several(c)        ? of_labels
                                                           : of_classes;
  for (; *names; names++) {
    bl_flow n = {.kind = BL_FLOW_SCALAR, .text = (char *)(uintptr_t)*names}; /* borrowed for the call */
    bl_status s = bl_add_metric(m, &n, c);
    if (s) return s;
  }
  return BL_OK;
}

static bl_status names_of(bl_ctx *ctx, const char *path, bl_config *c)
{
  const char *base = bl_path_base(path), *dot = strrchr(base, '.');
  c->path = bl_strdup(ctx, path);
  c->folder =
      base == path ? bl_strdup(ctx, ".") : bl_strf(ctx, "%.*s", (int)(base - path > 1 ? base - path - 1 : 1), path);
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

static bl_status parse(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_texts *overrides,
                       const bl_texts *frames, bl_config *out)
{
  *out = (bl_config){0};
  bl_flow *root = &out->tree;
  bl_mistakes m = {.ctx = ctx, .path = path, .set = &out->set, .frames = frames};
  bl_status s = bl_yaml_parse(ctx, path, text, n, &m.v, root);
  if (s == BL_E_CONFIG) bl_log(ctx, BL_LOG_ERROR, "%s", bl_ctx_error(ctx));
  if (!s && root->kind != BL_FLOW_MAP)
    s = bl_fail(ctx, BL_E_CONFIG, "%s:1:1: error: a config is a map of sections: source, features, model ...", path);
  if (!s) s = bl_presets_expand(&m, root); /* --set reaches into what they stand for, and may name some */
  if (!s && overrides) s = bl_texts_copy(ctx, &out->set, overrides);
  for (size_t i = 0; !s && i < out->set.n; i++)
    s = bl_mistake(&m, NULL, bl_yaml_override(ctx, root, out->set.v[i], i + 1));
  if (!s && out->set.n) s = bl_presets_expand(&m, root);
  if (!s) s = names_of(ctx, path, out);
  if (!s) s = read_folder(&m, root, out);
  if (!s) m.folder = out->folder;
  if (!s) s = defaults(ctx, out);
  if (!s) s = read_seed(&m, root, out);
  for (size_t i = 0; !s && i < root->n; i++) s = read_key(&m, &root->key[i], &root->child[i], out);
  if (!s) s = default_metrics(&m, out);
  if (!s) s = bl_config_check_whole(&m, out);
  if (!s) s = bl_check_targets(&m, root, out);
  if (!s) s = bl_mistakes_refuse(&m);
  bl_texts_free(ctx, &m.v);
  if (s) bl_config_free(ctx, out);
  return s;
}

bl_status bl_config_parse(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_texts *overrides,
                          bl_config *out)
{
  return parse(ctx, path, text, n, overrides, NULL, out);
}

bl_status bl_config_read_for_frames(bl_ctx *ctx, const char *path, const bl_texts *overrides, const bl_texts *frames,
                                    bl_config *out)
{
  *out = (bl_config){0};
  char *text = NULL;
  size_t n = 0;
  bl_status s = bl_file_read(ctx, path, (size_t)4 << 20, &text, &n);
  if (!s) s = parse(ctx, path, text, n, overrides, frames, out);
  bl_free(ctx, text);
  return s;
}

bl_status bl_config_read(bl_ctx *ctx, const char *path, const bl_texts *overrides, bl_config *out)
{
  return bl_config_read_for_frames(ctx, path, overrides, NULL, out);
}

bool bl_config_greater_is_better(const bl_config *c, size_t m)
{
  return m < c->n_metrics ? c->metrics[m].cls->greater_is_better
                          : c->event_metrics[m - c->n_metrics].cls->greater_is_better;
}

size_t bl_config_main_metric(const bl_config *c)
{
  const char *published = c->report.published_metric;
  for (size_t m = 0; c->n_published && published && m < c->n_metrics; m++)
    if (!strcmp(c->score_names[m], published) || !strcmp(c->metrics[m].cls->name, published)) return m;
  return 0;
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
  for (size_t i = 0; i < c->n_metrics; i++) bl_metric_free(ctx, &c->metrics[i]);
  for (size_t i = 0; i < c->n_event_metrics; i++) bl_event_metric_free(ctx, &c->event_metrics[i]);
  for (size_t i = 0; i < c->n_scores; i++) bl_free(ctx, c->score_names[i]);
  bl_free(ctx, c->metrics);
  bl_free(ctx, c->event_metrics);
  bl_free(ctx, c->score_names);
  bl_opts_release(ctx, bl_evaluate_opts, &c->evaluate);
  bl_opts_release(ctx, bl_report_opts, &c->report);
  for (size_t i = 0; i < c->n_published; i++) {
    bl_free(ctx, c->published[i].name);
    bl_free(ctx, c->published[i].folds.v);
  }
  bl_free(ctx, c->published);
  bl_flow_free(ctx, &c->tree);
  bl_texts_free(ctx, &c->set);
  *c = (bl_config){0};
}
