/* What a run says on the terminal when it is done: tables that fit in a window. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "live.h"
#include "run_files.h"
#include "worst.h"

static int widest(const bl_results *r, const bl_config *c, int at_least)
{
  size_t w = (size_t)at_least;
  for (size_t i = 0; i < r->n; i++)
    if (strlen(r->v[i].name) > w) w = strlen(r->v[i].name);
  for (size_t i = 0; i < c->n_published; i++)
    if (strlen(c->published[i].name) + 12 > w) w = strlen(c->published[i].name) + 12;
  return (int)(w > 40 ? 40 : w);
}

static const char *cell(char buf[24], double x)
{
  if (isnan(x)) return "-";
  snprintf(buf, 24, fabs(x) < 1000 ? "%.4f" : "%.4g", x);
  return buf;
}

static int score_width(const bl_config *c, size_t metric)
{
  size_t n = strlen(c->score_names[metric]);
  return n > 18 ? (int)n : 18;
}

static bl_status score_row(bl_ctx *ctx, const bl_config *c, const bl_result *x, int width, bl_buf *out)
{
  char a[24], b[24];
  bl_status s = bl_buf_printf(ctx, out, "  %-*s", width, x->name);
  for (size_t m = 0; !s && m < c->n_scores; m++) {
    char both[64];
    snprintf(both, sizeof both, "%s (%s)", cell(a, x->mean[m]), cell(b, x->sd[m]));
    s = bl_buf_printf(ctx, out, "  %*s", score_width(c, m), both);
  }
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

static bl_status score_table(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  const bl_config *c = r->config;
  int w = widest(r->results, c, 8);
  bl_status s = bl_buf_printf(ctx, out, "\nScores, mean over %zu folds (sd):\n  %-*s", r->results->folds.n, w, "model");
  for (size_t m = 0; !s && m < c->n_scores; m++)
    s = bl_buf_printf(ctx, out, "  %*s", score_width(c, m), c->score_names[m]);
  if (!s) s = bl_buf_puts(ctx, out, "\n");
  for (size_t i = 0; !s && i < r->results->n; i++) s = score_row(ctx, c, &r->results->v[i], w, out);
  if (!s && r->results->chance.name) s = score_row(ctx, c, &r->results->chance, w, out);
  return s;
}

/* Scores are means over the folds that went well: the others must not go unseen. */
static bl_status failed_folds(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; i < r->results->n; i++) {
    const bl_result *x = &r->results->v[i];
    for (size_t k = 0; !s && k < x->cv.n_folds; k++)
      if (x->cv.status[k])
        s = bl_buf_printf(ctx, out, "  %s: fold %zu FAILED: %s\n", x->name, bl_fold_number(&r->results->folds, k),
                          x->cv.errors.v[k]);
  }
  return s;
}

/* Which group each fold tests, where it is one: leave-one-group-out says little without. */
static bl_status fold_groups(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  const bl_folds *f = &r->results->folds;
  bl_status s = BL_OK;
  for (size_t k = 0; k < f->n; k++)
    if (!*bl_tested_group(r->problem, &f->v[k])) return BL_OK;
  for (size_t k = 0; !s && k < f->n; k++)
    s = bl_buf_printf(ctx, out, "%s%zu tests %s", k ? ", " : "  fold ", bl_fold_number(f, k),
                      bl_tested_group(r->problem, &f->v[k]));
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

/* Per fold, with published numbers beside ours. */
static bl_status fold_table(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  const bl_config *c = r->config;
  size_t metric = bl_config_main_metric(c), n_folds = r->results->folds.n;
  if (n_folds < 2 || n_folds > 12 || !c->n_scores) return BL_OK;
  int w = widest(r->results, c, 8);
  char buf[24];
  bl_status s = bl_buf_printf(ctx, out, "\n%s by fold:\n  %-*s", c->score_names[metric], w, "model");
  for (size_t k = 0; !s && k < n_folds; k++)
    s = bl_buf_printf(ctx, out, " %7zu", bl_fold_number(&r->results->folds, k));
  if (!s) s = bl_buf_puts(ctx, out, "     mean\n");
  for (size_t i = 0; !s && i < r->results->n; i++) {
    const bl_result *x = &r->results->v[i];
    s = bl_buf_printf(ctx, out, "  %-*s", w, x->name);
    for (size_t k = 0; !s && k < n_folds; k++)
      s = bl_buf_printf(ctx, out, " %7s", cell(buf, x->cv.n_metrics ? x->cv.score[k * x->cv.n_metrics + metric] : NAN));
    if (!s) s = bl_buf_printf(ctx, out, "  %7s\n", cell(buf, x->mean[metric]));
  }
  for (size_t i = 0; !s && i < c->n_published; i++) {
    const bl_published *p = &c->published[i];
    double sum = 0;
    char name[64];
    snprintf(name, sizeof name, "%.50s, published", p->name);
    s = bl_buf_printf(ctx, out, "  %-*s", w, name);
    for (size_t k = 0; !s && k < n_folds; k++)
      s = bl_buf_printf(ctx, out, " %7s", cell(buf, k < p->folds.n ? p->folds.v[k] : NAN));
    for (size_t k = 0; k < p->folds.n; k++) sum += p->folds.v[k];
    if (!s) s = bl_buf_printf(ctx, out, "  %7s\n", cell(buf, p->folds.n ? sum / (double)p->folds.n : NAN));
  }
  return s ? s : fold_groups(ctx, r, out);
}

static bl_status part_table(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  const bl_config *c = r->config;
  const bl_result *first = &r->results->v[0];
  if (!first->n_parts) return BL_OK;
  char buf[24];
  bl_status s = bl_buf_printf(ctx, out, "\n%s by %s, over all out-of-fold predictions:\n  %-24s %6s", c->score_names[0],
                              c->evaluate.by, c->evaluate.by, "rows");
  for (size_t i = 0; !s && i < r->results->n; i++) s = bl_buf_printf(ctx, out, "  %20.20s", r->results->v[i].name);
  if (!s) s = bl_buf_puts(ctx, out, "\n");
  for (size_t k = 0; !s && k < first->n_parts; k++) {
    s = bl_buf_printf(ctx, out, "  %-24s %6zu", first->parts[k].name, first->parts[k].n);
    for (size_t i = 0; !s && i < r->results->n; i++)
      s = bl_buf_printf(ctx, out, "  %20s", cell(buf, r->results->v[i].parts[k].score[0]));
    if (!s) s = bl_buf_puts(ctx, out, "\n");
  }
  return s;
}

static bl_status event_lines(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < r->results->n; i++) {
    const bl_event_tally *e = &r->results->v[i].events;
    if (e->hours > 0)
      s = bl_buf_printf(ctx, out, "%s%s: %zu detections, %zu true events, %.4g hours listened to\n", i ? "" : "\n",
                        r->results->v[i].name, e->n_found, e->n_true, e->hours);
  }
  return s;
}

static size_t column_of(const char *name) { return strlen(name) > 9 ? strlen(name) : 9; }

/* Each of several targets alone, a table a learner. */
static bl_status target_tables(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  enum { MOST = 16 };
  const bl_texts *names = &r->problem->targets;
  bl_status s = BL_OK;
  char buf[24];
  for (size_t i = 0; !s && i < r->results->n; i++) {
    const bl_target_scores *t = &r->results->v[i].by_target;
    if (!t->n) continue;
    s = bl_buf_printf(ctx, out, "\n%s by %s, over all out-of-fold predictions:\n  %-20s", r->results->v[i].name,
                      bl_problem_labels(r->problem) ? "label" : "target", "");
    for (size_t k = 0; !s && k < t->n; k++)
      s = bl_buf_printf(ctx, out, "  %*s", (int)column_of(t->names[k]), t->names[k]);
    if (!s) s = bl_buf_puts(ctx, out, "\n");
    for (size_t c = 0; !s && c < names->n && c < MOST; c++) {
      s = bl_buf_printf(ctx, out, "  %-20.20s", names->v[c]);
      for (size_t k = 0; !s && k < t->n; k++) {
        double x = t->v[c * t->n + k];
        if (bl_problem_labels(r->problem) && k < 3) snprintf(buf, sizeof buf, "%g", x);
        s = bl_buf_printf(ctx, out, "  %*s", (int)column_of(t->names[k]),
                          bl_problem_labels(r->problem) && k < 3 ? buf : cell(buf, x));
      }
      if (!s) s = bl_buf_puts(ctx, out, "\n");
    }
    if (!s && names->n > MOST) s = bl_buf_printf(ctx, out, "  ... %zu more, see metrics.json\n", names->n - MOST);
  }
  return s;
}

static bl_status confusion_table(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  const bl_texts *classes = &r->problem->classes;
  if (classes->n > 12) return BL_OK;
  bl_status s = BL_OK;
  size_t longest = 0;
  for (size_t k = 0; k < classes->n; k++)
    if (strlen(classes->v[k]) > longest) longest = strlen(classes->v[k]);
  int w = longest > 30 ? 30 : longest < 8 ? 8 : (int)longest, column = classes->n > 4 && w > 12 ? 12 : w;
  for (size_t i = 0; !s && i < r->results->n; i++) {
    const bl_result *x = &r->results->v[i];
    if (!x->confusion) continue;
    s = bl_buf_printf(ctx, out, "\nConfusion of %s (rows: truth, columns: prediction):\n  %-*s", x->name, w, "");
    for (size_t k = 0; !s && k < classes->n; k++) s = bl_buf_printf(ctx, out, "  %*.*s", column, column, classes->v[k]);
    if (!s) s = bl_buf_puts(ctx, out, "\n");
    for (size_t a = 0; !s && a < classes->n; a++) {
      s = bl_buf_printf(ctx, out, "  %-*.*s", w, w, classes->v[a]);
      for (size_t b = 0; !s && b < classes->n; b++)
        s = bl_buf_printf(ctx, out, "  %*g", column, x->confusion[a * classes->n + b]);
      if (!s) s = bl_buf_puts(ctx, out, "\n");
    }
  }
  return s;
}

static bl_status entry_line(bl_ctx *ctx, const bl_run_parts *r, const bl_cv *cv, const bl_worst *w, bl_buf *out)
{
  const bl_dataset *d = r->problem->rows;
  size_t row = r->problem->index[w->row];
  bl_status s = bl_buf_printf(ctx, out, "  %8.4f  %s", bl_entry_score(r->problem, cv, w->entry),
                              bl_column_text(&d->recording, row));
  if (!s && !isnan(bl_packed_get(&d->start_s, row)) && r->config->segment.cls &&
      !(r->config->segment.cls->tags & BL_SEGMENT_WHOLE))
    s = bl_buf_printf(ctx, out, " at %.2f s", bl_packed_get(&d->start_s, row));
  if (!s && *bl_column_text(&d->label, row)) s = bl_buf_printf(ctx, out, "  [%s]", bl_column_text(&d->label, row));
  for (size_t i = 0; !s && i < r->config->report.list.n; i++) {
    const bl_column *column;
    s = bl_dataset_column(ctx, d, r->config->report.list.v[i], &column);
    const char *text = s ? "" : bl_column_text(column, row);
    if (*text) s = bl_buf_printf(ctx, out, "  %s %s", r->config->report.list.v[i], text);
  }
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

static bl_status entry_list(bl_ctx *ctx, const bl_run_parts *r, const bl_result *x, bl_worst_kind kind,
                            const char *title, bl_buf *out)
{
  bl_worst *list;
  size_t n, most = (size_t)r->config->evaluate.n_worst;
  bl_status s = bl_worst_entries(ctx, r->problem, &x->cv, kind, &list, &n);
  if (!s && n && most)
    s = bl_buf_printf(ctx, out, "\n%s, %s (%s, recording):\n", x->name, title, bl_entry_score_name(r->problem, &x->cv));
  for (size_t i = 0; !s && i < n && i < most; i++) s = entry_line(ctx, r, &x->cv, &list[i], out);
  bl_free(ctx, list);
  return s;
}

static bl_status lists(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  const bl_problem *p = r->problem;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < r->results->n; i++) {
    const bl_result *x = &r->results->v[i];
    if (p->task == BL_TASK_ANOMALY)
      s = entry_list(ctx, r, x, BL_WORST_RANKED, "the most unusual, most unusual first", out);
    else if (p->task == BL_TASK_CLASSIFICATION && !bl_problem_labels(p) && p->classes.n == 2 && i == 0) {
      s = entry_list(ctx, r, x, BL_WORST_MISSES, "strongest misses", out);
      if (!s) s = entry_list(ctx, r, x, BL_WORST_FALSE_ALARMS, "strongest false alarms", out);
    }
  }
  return s;
}

static bl_status live_line(bl_ctx *ctx, const bl_live *l, bl_buf *out)
{
  bl_status s = bl_live_text(ctx, l, out);
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

bl_status bl_run_text(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out)
{
  const bl_extraction *x = r->extraction;
  bl_status s = BL_OK;
  if (x->n_outcomes) s = bl_buf_printf(ctx, out, "%zu recordings, %.1f minutes, ", x->n_outcomes, x->seconds / 60);
  if (!s) s = bl_buf_printf(ctx, out, "%zu rows of %zu features", x->rows.X.rows, x->rows.X.cols);
  if (!s && r->problem) {
    const bl_problem *p = r->problem;
    if (p->classes.n)
      s = bl_buf_printf(ctx, out, ", %zu %s, %zu groups", p->classes.n, bl_problem_labels(p) ? "labels" : "classes",
                        p->groups.n);
    else if (p->n_targets > 1) s = bl_buf_printf(ctx, out, ", %zu targets, %zu groups", p->n_targets, p->groups.n);
  }
  if (!s) s = bl_buf_puts(ctx, out, "\n");
  size_t n_skipped = x->n_dropped;
  for (size_t i = 0; i < x->n_outcomes; i++) n_skipped += x->outcomes[i].n_skipped;
  if (!s && n_skipped)
    s = bl_buf_printf(ctx, out, "%zu %s%s skipped, see dropped.csv\n", n_skipped, x->n_outcomes ? "segment" : "row",
                      n_skipped == 1 ? "" : "s");
  if (!s && x->live.known) s = live_line(ctx, &x->live, out);
  if (!s && x->n_failed) s = bl_buf_printf(ctx, out, "%zu recordings FAILED:\n", x->n_failed);
  for (size_t i = 0; !s && x->n_failed && i < x->n_outcomes; i++)
    if (x->outcomes[i].status) s = bl_buf_printf(ctx, out, "  %s\n", x->outcomes[i].message);
  if (s || !r->problem || !r->results->n) return s;
  if (r->problem->y) {
    s = score_table(ctx, r, out);
    if (!s) s = failed_folds(ctx, r, out);
    if (!s) s = fold_table(ctx, r, out);
    if (!s) s = part_table(ctx, r, out);
    if (!s) s = event_lines(ctx, r, out);
    if (!s) s = target_tables(ctx, r, out);
    if (!s) s = confusion_table(ctx, r, out);
  }
  return s ? s : lists(ctx, r, out);
}
