#include "config_targets.h"

#include <string.h>

const bl_texts *bl_config_targets(const bl_config *c)
{
  const bl_source_class *source = c->source.cls;
  const bl_texts *own = source && source->targets ? source->targets(c->source.params) : NULL;
  bool usual = c->rows.label.n == 1 && !strcmp(c->rows.label.v[0], "label"); /* the config does not say */
  return usual && own && own->n > 1 ? own : &c->rows.label;
}

bool bl_config_several(const bl_config *c) { return bl_config_targets(c)->n > 1 || c->rows.label_separator; }

static const bl_estimator *first_learner(const bl_config *c)
{
  for (size_t i = 0; i < c->n_learners; i++)
    if (c->learners[i].estimator) return c->learners[i].estimator;
  return NULL;
}

static bl_truth truth_of(const bl_config *c)
{
  if (bl_estimator_kind(first_learner(c)) == BL_REGRESSOR) return BL_NUMBERS;
  return bl_config_several(c) ? BL_LABELS : BL_CLASSES;
}

static const char *what_is_learnt(const bl_config *c)
{
  return c->rows.label_separator ? "rows have several labels (rows: label_separator)" : "rows have several targets";
}

/* ---- estimators -------------------------------------------------------------------------------------------------- */

static const bl_flow *node_of_learner(const bl_flow *root, const bl_config *c, size_t i)
{
  const bl_flow *one = bl_flow_get(root, "model"), *all = bl_flow_get(root, "models"),
                *named = all ? bl_flow_get(all, c->learners[i].name) : NULL;
  return named ? named : one ? one : root;
}

static bl_status check_learner(bl_mistakes *m, const bl_flow *root, const bl_config *c, size_t i)
{
  const bl_estimator *e = c->learners[i].estimator;
  bl_kind kind = e ? bl_estimator_kind(e) : BL_TRANSFORMER;
  if (kind == BL_TRANSFORMER || bl_estimator_tags(e) & BL_TAG_TARGETS) return BL_OK;
  bl_buf fit = {0};
  const bl_flow *at = node_of_learner(root, c, i);
  const char *name = c->learners[i].name;
  bl_status s = bl_estimator_suggest(m->ctx, kind, BL_TAG_TARGETS, &fit);
  if (!s && kind == BL_OUTLIER_DETECTOR)
    s = bl_mistake_say(m, at, "model '%s' detects outliers, which takes one label, but %s", name, what_is_learnt(c));
  else if (!s)
    s = bl_mistake_say(m, at, "model '%s' learns one %s, but %s; what learns several: %s%s", name,
                       kind == BL_CLASSIFIER ? "class a row" : "target", what_is_learnt(c), bl_buf_text(&fit),
                       kind == BL_CLASSIFIER ? " (one_vs_rest makes several of any classifier)" : "");
  bl_buf_free(m->ctx, &fit);
  return s;
}

/* ---- metrics ----------------------------------------------------------------------------------------------------- */

/* The i-th metric of rows, or of events, as the config has it. */
static const bl_flow *node_of_metric(const bl_flow *root, size_t i, bool events)
{
  const bl_flow *evaluate = bl_flow_get(root, "evaluate"), *list = evaluate ? bl_flow_get(evaluate, "metrics") : NULL;
  if (!list) return root;
  for (size_t k = 0; list->kind == BL_FLOW_LIST && k < list->n; k++) {
    const bl_flow *n = &list->child[k];
    const char *name = n->kind == BL_FLOW_MAP && n->n ? n->key[0].text : n->kind == BL_FLOW_SCALAR ? n->text : "";
    if ((bl_event_metric_find(name) != NULL) == events && !i--) return n;
  }
  return list;
}

/* Options that do not go with several targets show on two rows that are predicted rightly. */
static bl_status try_metric(bl_ctx *ctx, const bl_metric *metric, bl_truth truth)
{
  static const double two[] = {1, 0, 0, 1};
  bl_scored s = {.n = 2, .n_classes = truth == BL_LABELS ? 2 : 0, .n_targets = 2, .y = two, .pred = two};
  double out;
  if (truth == BL_LABELS) s.proba = s.decision = two;
  bool before = bl_ctx_mute(ctx, true);
  bl_status status = bl_metric_score(ctx, metric, &s, &out);
  bl_ctx_mute(ctx, before);
  return status;
}

static bl_status check_metric(bl_mistakes *m, const bl_flow *root, const bl_config *c, size_t i)
{
  bl_truth truth = truth_of(c);
  bl_status s = bl_metric_suits(m->ctx, c->metrics[i].cls, truth);
  if (!s && bl_config_several(c)) s = try_metric(m->ctx, &c->metrics[i], truth);
  return bl_mistake(m, node_of_metric(root, i, false), s);
}

/* Detections are made of rows that a classifier names, in recordings. */
static bl_status check_event_metrics(bl_mistakes *m, const bl_flow *root, const bl_config *c)
{
  static const char *const of_events[] = {"event_threshold", "event_gap_s", "event_min_s"};
  const bl_flow *evaluate = bl_flow_get(root, "evaluate");
  const bl_evaluate_params *e = &c->evaluate;
  const bool is_set[] = {e->event_threshold.word<0, e->event_gap_s> 0, e->event_min_s > 0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && evaluate && !c->n_event_metrics && i < 3; i++)
    if (is_set[i] && bl_flow_get(evaluate, of_events[i]))
      s = bl_mistake_say(m, bl_flow_get(evaluate, of_events[i]),
                         "evaluate: %s does nothing without a metric of events, such as event_f1", of_events[i]);
  if (s || !c->n_event_metrics) return s;
  const bl_flow *at = node_of_metric(root, 0, true);
  const char *name = c->event_metrics[0].cls->name;
  if (c->source.cls && c->source.cls->load)
    return bl_mistake_say(m, at, "%s: scores detections in recordings, and the source '%s' has none", name,
                          c->source.cls->name);
  if (bl_estimator_kind(first_learner(c)) != BL_CLASSIFIER)
    return bl_mistake_say(m, at, "%s: scores what a classifier names, and the model is a %s", name,
                          bl_kind_name(bl_estimator_kind(first_learner(c))));
  return BL_OK;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static bl_status check_rows(bl_mistakes *m, const bl_flow *root, const bl_config *c)
{
  const bl_flow *rows = bl_flow_get(root, "rows");
  bl_kind kind = bl_estimator_kind(first_learner(c));
  const bl_flow *separator = rows ? bl_flow_get(rows, "label_separator") : NULL,
                *positive = rows ? bl_flow_get(rows, "positive") : NULL;
  bl_status s = BL_OK;
  if (separator && !*c->rows.label_separator)
    return bl_mistake_say(m, separator, "rows: label_separator is empty; give what stands between labels, such as ';'");
  if (separator && kind == BL_REGRESSOR)
    s = bl_mistake_say(m, separator,
                       "rows: label_separator stands between labels; a regressor's targets have a column "
                       "each: rows: {label: [a, b]}");
  if (!s && separator && bl_config_targets(c)->n > 1)
    s = bl_mistake_say(m, separator,
                       "rows: label_separator and several columns of labels are two answers to one "
                       "question; keep one");
  if (!s && positive && kind == BL_CLASSIFIER)
    s = bl_mistake_say(m, positive, "rows: positive: of several labels a row each is told from none; leave it out");
  return s;
}

static bl_status check_split(bl_mistakes *m, const bl_flow *root, const bl_config *c)
{
  const bl_flow *evaluate = bl_flow_get(root, "evaluate"), *split = evaluate ? bl_flow_get(evaluate, "split") : NULL;
  if (!split || !c->splitter.cls || !(c->splitter.cls->needs & BL_SPLIT_LABELS)) return BL_OK;
  bool groups = c->splitter.cls->needs & BL_SPLIT_GROUPS;
  return bl_mistake_say(m, split, "split: %s goes by one class a row, but %s; take %s", c->splitter.cls->name,
                        what_is_learnt(c),
                        groups ? "group_k_fold" : "k_fold, or group_k_fold where rows belong together");
}

bl_status bl_check_targets(bl_mistakes *m, const bl_flow *root, const bl_config *c)
{
  bl_status s = BL_OK;
  if (!first_learner(c)) return BL_OK;
  for (size_t i = 0; !s && i < c->n_metrics; i++) s = check_metric(m, root, c, i);
  if (!s) s = check_event_metrics(m, root, c);
  if (s || !bl_config_several(c)) return s;
  s = check_rows(m, root, c);
  for (size_t i = 0; !s && i < c->n_learners; i++) s = check_learner(m, root, c, i);
  return s ? s : check_split(m, root, c);
}
