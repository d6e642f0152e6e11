/* Rows made ready for learners: which rows, what is to be learnt as codes or numbers, who belongs together. */
#include <math.h>
#include <string.h>

#include "baleen/run.h"
#include "baleen/text.h"
#include "config_targets.h"
#include "groups.h"
#include "targets.h"

static bl_task task_of(const bl_config *c)
{
  if (c->rows.task != BL_TASK_AUTO || !c->n_learners)
    return c->rows.task == BL_TASK_AUTO ? BL_TASK_CLASSIFICATION : (bl_task)c->rows.task;
  bl_kind kind = bl_estimator_kind(c->learners[0].estimator);
  if (kind == BL_REGRESSOR) return BL_TASK_REGRESSION;
  return kind == BL_OUTLIER_DETECTOR ? BL_TASK_ANOMALY : BL_TASK_CLASSIFICATION;
}

/* Rows with a label that counts, and within one block of time. */
static bl_status take_rows(bl_ctx *ctx, const bl_config *c, const bl_targets *t, const bl_grouping *g, bl_problem *p)
{
  const bl_dataset *d = g->rows;
  bool by_class = c->rows.classes.n && !bl_targets_several(t);
  size_t unlabelled = 0, across = 0, others = 0;
  p->index = bl_calloc(ctx, d->X.rows, sizeof *p->index);
  if (!p->index) return bl_fail_nomem(ctx, "the rows");
  bool need_label = p->task != BL_TASK_ANOMALY;
  for (size_t i = 0; i < d->X.rows; i++) {
    bool without = !bl_targets_known(t, p, i);
    if (without && need_label) unlabelled++;
    else if (by_class && !without && bl_texts_find(&c->rows.classes, bl_column_text(t->column[0], i)) < 0) others++;
    else if (bl_grouping_across(g, i)) across++;
    else p->index[p->n++] = (uint32_t)i;
  }
  if (unlabelled) bl_log(ctx, BL_LOG_INFO, "%zu rows without a label are left out", unlabelled);
  if (others) bl_log(ctx, BL_LOG_INFO, "%zu rows of classes not asked for are left out", others);
  if (across) bl_log(ctx, BL_LOG_INFO, "%zu rows across a border between blocks of time are left out", across);
  if (p->n) return BL_OK;
  return bl_fail(ctx, BL_E_SHAPE,
                 "no rows to learn from: %zu of %zu have no label (the source's labels says where they come from), "
                 "%zu another class, %zu lie across a border of blocks",
                 unlabelled, d->X.rows, others, across);
}

/* Numbers are not copied: they may well be a file's, and larger than memory. */
static bl_status view_rows(bl_ctx *ctx, const bl_dataset *d, bl_problem *p)
{
  p->X = bl_dataset_view(d);
  if (p->n < p->X.rows) p->X = bl_cmat_rows(&p->X, p->index, p->n);
  bool ones = true;
  p->weight = bl_calloc(ctx, p->n, sizeof *p->weight);
  if (!p->weight) return bl_fail_nomem(ctx, "the weights");
  for (size_t i = 0; i < p->n; i++) ones &= (p->weight[i] = bl_packed_get(&d->weight, p->index[i])) == 1;
  if (!ones) return BL_OK;
  bl_free(ctx, p->weight);
  p->weight = NULL;
  return BL_OK;
}

/* Moves class `from` behind the last one, in names and codes. */
static void move_last(bl_texts *names, int32_t *code, size_t n, int32_t from)
{
  char *name = names->v[from];
  for (size_t k = (size_t)from; k + 1 < names->n; k++) names->v[k] = names->v[k + 1];
  names->v[names->n - 1] = name;
  for (size_t i = 0; i < n; i++) {
    if (code[i] == from) code[i] = (int32_t)names->n - 1;
    else if (code[i] > from) code[i]--;
  }
}

/* Everything but the positive class becomes one class: an outlier detector knows normal and not. */
static bl_status merge_normal(bl_ctx *ctx, bl_problem *p, int32_t *code, int32_t positive)
{
  char *anomaly = bl_strdup(ctx, p->classes.v[positive]);
  if (!anomaly) return bl_fail_nomem(ctx, "the classes");
  bl_texts_free(ctx, &p->classes);
  bl_status s = bl_texts_add(ctx, &p->classes, "normal");
  if (!s) s = bl_texts_add(ctx, &p->classes, anomaly);
  bl_free(ctx, anomaly);
  for (size_t i = 0; i < p->n; i++) code[i] = code[i] == positive;
  return s;
}

enum { NAMED = 12 }; /* labels that a message lists: it stays readable */

/* A class that no row has: the nearest, or all that there are. */
static bl_status no_class(bl_ctx *ctx, const bl_config *c, const bl_dataset *d, const char *option, const char *name)
{
  const bl_column *label;
  bl_texts there = {0};
  int32_t *code = NULL;
  bl_buf all = {0};
  bl_status s = bl_dataset_column(ctx, d, bl_config_targets(c)->v[0], &label);
  if (!s) s = bl_encode_rows(ctx, label, NULL, d->X.rows, &there, &code);
  const char *near = s ? NULL : bl_nearest(name, bl_text_at, &there);
  for (size_t k = 0; !s && !near && k < there.n && k < NAMED; k++) {
    size_t n = 0;
    for (size_t i = 0; i < d->X.rows; i++) n += code[i] == (int32_t)k;
    s = bl_buf_printf(ctx, &all, "%s%s (%zu)", k ? ", " : "; there are ", there.v[k], n);
  }
  if (!s && !near && there.n > NAMED) s = bl_buf_printf(ctx, &all, " and %zu more", there.n - NAMED);
  if (!s && near) s = bl_buf_printf(ctx, &all, "; did you mean '%s'?", near);
  if (!s) s = bl_fail(ctx, BL_E_CLASSES, "rows: %s: no row is labelled '%s'%s", option, name, bl_buf_text(&all));
  bl_buf_free(ctx, &all);
  bl_texts_free(ctx, &there);
  bl_free(ctx, code);
  return s;
}

static bl_status order_classes(bl_ctx *ctx, const bl_config *c, bl_problem *p, int32_t *code)
{
  if (c->rows.classes.n) { /* in the order that the config gives */
    for (size_t i = 0; i < p->n; i++) code[i] = (int32_t)bl_texts_find(&c->rows.classes, p->classes.v[code[i]]);
    bl_texts_free(ctx, &p->classes);
    bl_status s = bl_texts_copy(ctx, &p->classes, &c->rows.classes);
    if (s) return s;
    for (size_t k = 0; k < p->classes.n; k++) {
      bool present = false;
      for (size_t i = 0; i < p->n && !present; i++) present = code[i] == (int32_t)k;
      if (!present) return no_class(ctx, c, p->rows, "classes", c->rows.classes.v[k]);
    }
  }
  if (!c->rows.positive) return BL_OK;
  long positive = bl_texts_find(&p->classes, c->rows.positive);
  if (positive < 0) return no_class(ctx, c, p->rows, "positive", c->rows.positive);
  if (p->task == BL_TASK_ANOMALY) return merge_normal(ctx, p, code, (int32_t)positive);
  move_last(&p->classes, code, p->n, (int32_t)positive);
  return BL_OK;
}

static bl_status code_classes(bl_ctx *ctx, const bl_config *c, const bl_column *label, bl_problem *p)
{
  int32_t *code = NULL;
  bl_status s = bl_encode_rows(ctx, label, p->index, p->n, &p->classes, &code);
  bool labelled = !s && p->classes.n;
  for (size_t i = 0; labelled && i < p->n; i++)
    if (code[i] < 0) { /* only an outlier detector's rows may go without a label */
      bl_log(ctx, BL_LOG_INFO, "some rows have no label: the labels are not used for scores");
      labelled = false;
    }
  if (labelled && p->task == BL_TASK_ANOMALY && p->classes.n != 2 && !c->rows.positive) {
    bl_log(ctx, BL_LOG_INFO, "%zu labels and no rows: positive: the labels are not used for scores", p->classes.n);
    labelled = false;
  }
  if (labelled) s = order_classes(ctx, c, p, code);
  if (!s && labelled) {
    p->y = bl_calloc(ctx, p->n, sizeof *p->y);
    if (!p->y) s = bl_fail_nomem(ctx, "the labels");
    for (size_t i = 0; !s && i < p->n; i++) p->y[i] = code[i];
  } else {
    bl_texts_free(ctx, &p->classes);
  }
  bl_free(ctx, code);
  return s;
}

static bl_status parse_times(bl_ctx *ctx, const bl_grouping *g, bl_problem *p)
{
  if (!g->time) return BL_OK;
  if (!(p->time = bl_calloc(ctx, p->n, sizeof *p->time))) return bl_fail_nomem(ctx, "the times");
  for (size_t i = 0; i < p->n; i++) {
    const char *text = bl_column_text(g->time, p->index[i]);
    if (!bl_parse_real(text, &p->time[i]) || !isfinite(p->time[i]))
      return bl_fail(ctx, BL_E_FORMAT, "%s (row %u): rows: time: '%s' is no finite number; give each row its seconds",
                     bl_column_text(&p->rows->recording, p->index[i]), p->index[i], text);
  }
  return BL_OK;
}

static bl_status code_folds(bl_ctx *ctx, const bl_config *c, const bl_dataset *d, bl_problem *p)
{
  if (!c->splitter.cls || !(c->splitter.cls->needs & BL_SPLIT_GIVEN)) return BL_OK;
  const bl_column *column;
  bl_texts values = {0};
  bl_status s = bl_dataset_column(ctx, d, c->evaluate.fold, &column);
  if (s) return bl_fail_in(ctx, s, "evaluate: fold: ");
  s = bl_encode_rows(ctx, column, p->index, p->n, &values, &p->fold);
  bl_texts_free(ctx, &values);
  return s;
}

bl_status bl_problem_make(bl_ctx *ctx, const bl_config *c, const bl_dataset *rows, bl_problem *out)
{
  *out = (bl_problem){.rows = rows, .task = task_of(c), .n_targets = 1};
  bl_targets t;
  bl_grouping g;
  bl_status s = bl_targets_find(ctx, c, rows, &t);
  if (!s) s = bl_grouping_find(ctx, c, rows, &g);
  if (!s) s = take_rows(ctx, c, &t, &g, out);
  if (!s) s = view_rows(ctx, rows, out);
  if (!s && out->task == BL_TASK_REGRESSION) s = bl_targets_numbers(ctx, &t, out);
  else if (!s) s = bl_targets_several(&t) ? bl_targets_labels(ctx, c, &t, out) : code_classes(ctx, c, t.column[0], out);
  bl_targets_free(ctx, &t);
  if (!s) s = parse_times(ctx, &g, out);
  if (!s) s = bl_grouping_code(ctx, &g, out);
  if (!s) s = code_folds(ctx, c, rows, out);
  if (s) bl_problem_free(ctx, out);
  return s;
}

const char *bl_tested_group(const bl_problem *p, const bl_fold *f)
{
  if (!p->grouped || !p->group || !f->n_test) return "";
  int32_t group = p->group[f->test[0]];
  for (size_t i = 1; i < f->n_test; i++)
    if (p->group[f->test[i]] != group) return "";
  return group >= 0 && (size_t)group < p->groups.n ? p->groups.v[group] : "";
}

void bl_problem_free(bl_ctx *ctx, bl_problem *p)
{
  bl_free(ctx, p->index);
  bl_free(ctx, p->y);
  bl_free(ctx, p->group);
  bl_free(ctx, p->fold);
  bl_free(ctx, p->time);
  bl_free(ctx, p->weight);
  bl_texts_free(ctx, &p->classes);
  bl_texts_free(ctx, &p->targets);
  bl_texts_free(ctx, &p->groups);
  *p = (bl_problem){0};
}
