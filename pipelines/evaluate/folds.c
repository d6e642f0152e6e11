/* folds.c: see folds.h. */
#include "folds.h"

#include <math.h>

#include "baleen/table.h"
#include "baleen/text.h"

enum { MAX_SPLITS = 100000 };

/* Learnt and scored on the same rows: what an outlier detector is asked without labels. */
static bl_status all_rows(bl_ctx *ctx, size_t n, bl_folds *out)
{
  out->v = bl_calloc(ctx, 1, sizeof *out->v);
  if (!out->v) return bl_fail_nomem(ctx, "a fold");
  out->n = 1;
  bl_fold *f = out->v;
  f->train = bl_calloc(ctx, n, sizeof *f->train);
  f->test = bl_calloc(ctx, n, sizeof *f->test);
  if (!f->train || !f->test) return bl_fail_nomem(ctx, "a fold");
  f->n_train = f->n_test = n;
  for (size_t i = 0; i < n; i++) f->train[i] = f->test[i] = (uint32_t)i;
  return BL_OK;
}

static bl_status cell_index(bl_ctx *ctx, const bl_table *t, size_t row, size_t col, size_t below, size_t *out)
{
  double x;
  bl_status s = bl_table_number(ctx, t, row, col, &x);
  if (s) return s;
  if (!(x >= 0 && x < (double)below && x == floor(x)))
    return bl_fail(ctx, BL_E_RANGE, "%s:%zu: %s '%s' is not a whole number below %zu", t->path, t->line[row],
                   t->columns.v[col], bl_table_cell(t, row, col), below);
  *out = (size_t)x;
  return BL_OK;
}

/* A line of the list of splits. */
typedef struct split_row {
  size_t split, row;
} split_row;

/* Splits may be counted from 0 or from 1: what the list does is kept where folds are told of. */
static void count_from_first(split_row *v, size_t n, size_t *n_splits, bool *from_zero)
{
  *from_zero = false;
  for (size_t i = 0; i < n; i++) *from_zero |= v[i].split == 0;
  if (*from_zero || !*n_splits) return;
  for (size_t i = 0; i < n; i++) v[i].split--;
  --*n_splits;
}

static bl_status read_split_rows(bl_ctx *ctx, const bl_table *t, size_t n, split_row **out, size_t *n_splits)
{
  size_t split_col, row_col;
  bl_status s = bl_table_column(ctx, t, "split", &split_col);
  if (!s) s = bl_table_column(ctx, t, "row", &row_col);
  if (s) return s;
  *out = bl_calloc(ctx, t->n_rows, sizeof **out);
  if (!*out) return bl_fail_nomem(ctx, "the folds");
  for (size_t i = 0; !s && i < t->n_rows; i++) {
    split_row *line = &(*out)[i];
    s = cell_index(ctx, t, i, split_col, MAX_SPLITS, &line->split);
    if (!s) s = cell_index(ctx, t, i, row_col, n, &line->row);
    if (!s && line->split >= *n_splits) *n_splits = line->split + 1;
  }
  if (!s && !*n_splits) s = bl_fail(ctx, BL_E_FORMAT, "%s: holds no splits", t->path);
  return s;
}

/* CSV with split,row: the test rows of each split, as counted among the rows that are learnt from. */
static bl_status folds_from_file(bl_ctx *ctx, const bl_config *c, size_t n, bl_folds *out)
{
  bl_table t = {0};
  split_row *lines = NULL;
  uint32_t *test = NULL;
  size_t n_splits = 0;
  const char *file = c->evaluate.split_file;
  char *path = file[0] == '/' ? bl_strdup(ctx, file) : bl_strf(ctx, "%s/%s", c->folder, file);
  bl_status s = path ? bl_table_read(ctx, path, &t) : bl_fail_nomem(ctx, "a path");
  if (!s) s = read_split_rows(ctx, &t, n, &lines, &n_splits);
  if (!s && !(test = bl_calloc(ctx, t.n_rows, sizeof *test))) s = bl_fail_nomem(ctx, "the folds");
  if (!s) count_from_first(lines, t.n_rows, &n_splits, &out->from_zero);
  for (size_t k = 0; !s && k < n_splits; k++) {
    size_t n_test = 0;
    for (size_t i = 0; i < t.n_rows; i++)
      if (lines[i].split == k) test[n_test++] = (uint32_t)lines[i].row;
    if (!n_test || n_test >= n)
      s = bl_fail(ctx, BL_E_FORMAT, "%s: split %zu tests %zu of %zu rows; wanted some, not all", path,
                  bl_fold_number(out, k), n_test, n);
    else s = bl_folds_add(ctx, out, n, test, n_test);
  }
  bl_free(ctx, lines);
  bl_free(ctx, test);
  bl_free(ctx, path);
  bl_table_free(ctx, &t);
  return s;
}

/* Where the config does not say: by class for classifiers, by group where rows belong together. */
static const char *default_splitter(const bl_problem *p)
{
  bool classes = p->task == BL_TASK_CLASSIFICATION && !bl_problem_labels(p);
  if (p->grouped && p->groups.n < 5) return "leave_one_group_out"; /* too few for the five folds of the others */
  if (p->grouped) return classes ? "stratified_group_k_fold" : "group_k_fold";
  return classes ? "stratified_k_fold" : "k_fold";
}

static bl_status by_splitter(bl_ctx *ctx, const bl_splitter *s, const bl_problem *p, bl_folds *out)
{
  int32_t *label = NULL;
  if (p->task == BL_TASK_CLASSIFICATION && p->y && !bl_problem_labels(p)) {
    label = bl_calloc(ctx, p->n, sizeof *label);
    if (!label) return bl_fail_nomem(ctx, "the labels");
    for (size_t i = 0; i < p->n; i++) label[i] = (int32_t)p->y[i];
  }
  bl_split_data d = {.n = p->n, .label = label, .group = p->group, .fold = p->fold, .time = p->time};
  bl_status status = bl_split(ctx, s, &d, out);
  bl_free(ctx, label);
  return status;
}

static const char *example_row(const bl_problem *p, int32_t group)
{
  for (size_t i = 0; i < p->n; i++)
    if (p->group[i] == group) return p->groups.v[group];
  return "";
}

/* The rule that no other tool keeps: rows of one recording do not stand on both sides of a split. */
static bl_status refuse_leakage(bl_ctx *ctx, const bl_config *c, const bl_problem *p, const bl_folds *folds,
                                const char *splitter, bool plain)
{
  size_t fold;
  int32_t which;
  bool leaks = bl_folds_leak(folds, p->n, p->group, &fold, &which);
  if (c->evaluate.allow_leakage) {
    if (leaks)
      bl_log(ctx, BL_LOG_WARN,
             "rows of one group ('%s') stand on both sides of a split, as the config allows: scores flatter",
             example_row(p, which));
    return BL_OK;
  }
  if (plain && p->grouped && !leaks) fold = 0, which = p->group[0];
  if (!leaks && !(plain && p->grouped)) return BL_OK;
  return bl_fail(
      ctx, BL_E_LEAKAGE,
      "refused: %zu rows come from %zu recordings or groups, and %s %s them apart: rows of '%s' %s on both sides "
      "of fold %zu, and the score would flatter. Use split: group_k_fold, stratified_group_k_fold or "
      "leave_one_group_out, or say evaluate: {allow_leakage: true}",
      p->n, p->groups.n, splitter, leaks ? "tears" : "may tear", example_row(p, which), leaks ? "stand" : "could stand",
      bl_fold_number(folds, fold));
}

bl_status bl_make_folds(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_folds *out)
{
  if (c->evaluate.split_file) {
    bl_status s = folds_from_file(ctx, c, p->n, out);
    return s ? s : refuse_leakage(ctx, c, p, out, "the list of splits", false);
  }
  if (c->has_split && !c->splitter.cls) {
    if (p->task != BL_TASK_ANOMALY && !c->evaluate.allow_leakage)
      return bl_fail(ctx, BL_E_LEAKAGE,
                     "refused: split: none scores a model on the rows it learnt from; that is for "
                     "outlier detectors. Name a splitter, or say evaluate: {allow_leakage: true}");
    return all_rows(ctx, p->n, out);
  }
  if (c->splitter.cls) {
    bool plain = !(c->splitter.cls->needs & (BL_SPLIT_GROUPS | BL_SPLIT_GIVEN | BL_SPLIT_TIMES));
    bl_status s = by_splitter(ctx, &c->splitter, p, out);
    return s ? s : refuse_leakage(ctx, c, p, out, c->splitter.cls->name, plain);
  }
  bl_splitter made;
  bl_status s = bl_splitter_new(ctx, default_splitter(p), &made);
  if (s) return s;
  s = by_splitter(ctx, &made, p, out);
  if (!s) bl_log(ctx, BL_LOG_INFO, "no split is given: %s is taken", made.cls->name);
  if (!s) s = refuse_leakage(ctx, c, p, out, made.cls->name, false);
  bl_splitter_free(ctx, &made);
  return s;
}
