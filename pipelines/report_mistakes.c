/* The strongest mistakes by name: what a person should listen to or look at first. For outlier detectors, the ranked
 * list. A row that stands in several folds is listed once, at its worst. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/text.h"
#include "report_private.h"

typedef struct entry {
  size_t i;      /* out-of-fold entry */
  uint32_t row;  /* of the problem */
  double weight; /* larger comes first */
} entry;

static int by_weight(const void *a, const void *b)
{
  const entry *x = a, *y = b;
  if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
  return x->row != y->row ? (x->row > y->row) - (x->row < y->row) : (x->i > y->i) - (x->i < y->i);
}

typedef enum list_kind { MISSES, FALSE_ALARMS, CONFUSED, RESIDUALS, RANKED } list_kind;

/* How much entry i belongs into the list; NAN: not at all. */
static double weigh(const bl_report *rep, const bl_result *res, list_kind kind, size_t i)
{
  long positive = (long)rep->p->classes.n - 1, truth = bl_report_truth(rep, res, i);
  long said = bl_report_predicted(rep, res, i);
  bool anomaly = rep->p->task == BL_TASK_ANOMALY;
  bool is = truth == positive, told = said == (anomaly ? 1 : positive);
  double score = bl_report_score(rep, res, i);
  switch (kind) {
    case RANKED: return score;
    case RESIDUALS: return rep->p->y ? fabs(res->cv.pred[i] - rep->p->y[res->cv.row[i]]) : NAN;
    case MISSES: return truth >= 0 && is && !told ? (isnan(score) ? 0 : -score) : NAN;
    case FALSE_ALARMS: return truth >= 0 && !is && told ? (isnan(score) ? 0 : score) : NAN;
    case CONFUSED: break;
  }
  if (truth < 0 || said < 0 || truth == said) return NAN;
  for (size_t c = 0; res->cv.proba && c < res->cv.n_classes; c++)
    if (lrint(res->cv.classes[c]) == said) return res->cv.proba[i * res->cv.n_classes + c];
  return 0;
}

/* Sorted, each row once. *n entries; NULL when memory ran out. */
static entry *collect(const bl_report *rep, const bl_result *res, list_kind kind, size_t *n)
{
  entry *list = bl_calloc(rep->ctx, res->cv.n_rows, sizeof *list);
  bool *seen = bl_calloc(rep->ctx, rep->p->n, sizeof *seen);
  *n = 0;
  if (list && seen) {
    size_t all = 0;
    for (size_t i = 0; i < res->cv.n_rows; i++) {
      double w = res->cv.row[i] < rep->p->n ? weigh(rep, res, kind, i) : NAN;
      if (!isnan(w)) list[all++] = (entry){i, res->cv.row[i], w};
    }
    qsort(list, all, sizeof *list, by_weight);
    for (size_t i = 0; i < all; i++)
      if (!seen[list[i].row]) {
        seen[list[i].row] = true;
        list[(*n)++] = list[i];
      }
  } else {
    bl_free(rep->ctx, list);
    list = NULL;
  }
  bl_free(rep->ctx, seen);
  return list;
}

/* The texts of a column by name, NULL when there is none or it is shown anyhow. */
static const bl_texts *column(const bl_dataset *d, const char *name)
{
  if (!strcmp(name, "group")) return &d->group;
  for (size_t i = 0; i < d->n_extra; i++)
    if (!strcmp(d->extra[i].name, name)) return &d->extra[i].v;
  return NULL;
}

static void text_cell(bl_sink *k, const char *text)
{
  bl_sink_puts(k, "<td>");
  bl_sink_html(k, text);
  bl_sink_puts(k, "</td>");
}

/* A number that was drawn or computed has more digits than anybody reads. */
static void value_cell(bl_sink *k, const char *text)
{
  double x;
  bool number = bl_parse_real(text, &x) && isfinite(x);
  bl_sink_puts(k, number ? "<td class=\"n\">" : "<td>");
  if (number && strlen(text) > 8 && strchr(text, '.')) bl_sink_real(k, x);
  else bl_sink_html(k, text);
  bl_sink_puts(k, "</td>");
}

static void real_cell(bl_sink *k, double x, int digits)
{
  bl_sink_puts(k, "<td class=\"n\">");
  bl_sink_fixed(k, x, digits, "&ndash;");
  bl_sink_puts(k, "</td>");
}

/* Seconds as 1:02:03.4, which is what players show. */
static void time_cell(bl_sink *k, double s)
{
  bl_sink_puts(k, "<td class=\"n\">");
  if (isfinite(s) && s >= 0 && s < 1e9) {
    long tenths = lrint(s * 10);
    if (tenths >= 36000) bl_sink_printf(k, "%ld:%02ld:", tenths / 36000, tenths / 600 % 60);
    else bl_sink_printf(k, "%ld:", tenths / 600);
    bl_sink_printf(k, "%02ld.%ld", tenths / 10 % 60, tenths % 10);
  } else bl_sink_puts(k, "&ndash;");
  bl_sink_puts(k, "</td>");
}

static void list_head(const bl_report *rep, const bl_result *res, bl_sink *k, list_kind kind, bool timed)
{
  bl_sink_puts(k, "<thead><tr><th class=\"n\" scope=\"col\">#</th><th scope=\"col\">recording</th>");
  if (timed) bl_sink_puts(k, "<th class=\"n\" scope=\"col\">from</th><th class=\"n\" scope=\"col\">to</th>");
  if (kind == RESIDUALS)
    bl_sink_puts(k, "<th class=\"n\" scope=\"col\">true</th><th class=\"n\" scope=\"col\">predicted</th>"
                    "<th class=\"n\" scope=\"col\">error</th>");
  else {
    if (rep->p->y) bl_sink_puts(k, "<th scope=\"col\">true</th>");
    bl_sink_puts(k, "<th scope=\"col\">predicted</th><th class=\"n\" scope=\"col\">");
    bl_sink_puts(k, kind == CONFUSED ? "probability" : bl_report_score_name(rep, res));
    bl_sink_puts(k, "</th>");
  }
  for (size_t c = 0; c < rep->c->report.list.n; c++) {
    if (!column(rep->p->rows, rep->c->report.list.v[c])) continue;
    bl_sink_puts(k, "<th scope=\"col\">");
    bl_sink_html(k, rep->c->report.list.v[c]);
    bl_sink_puts(k, "</th>");
  }
  bl_sink_puts(k, "</tr></thead><tbody>\n");
}

static void list_line(const bl_report *rep, const bl_result *res, bl_sink *k, list_kind kind, bool timed, size_t place,
                      const entry *e)
{
  const bl_dataset *d = rep->p->rows;
  size_t row = rep->p->index ? rep->p->index[e->row] : e->row;
  bl_sink_printf(k, "<tr><td class=\"n\">%zu</td>", place + 1);
  if (row < d->recording.n && *d->recording.v[row]) text_cell(k, d->recording.v[row]);
  else bl_sink_printf(k, "<td>row %zu</td>", row);
  if (timed) {
    time_cell(k, d->start_s[row]);
    time_cell(k, d->end_s[row]);
  }
  if (kind == RESIDUALS) {
    double truth = rep->p->y[e->row], said = res->cv.pred[e->i];
    real_cell(k, truth, 3);
    real_cell(k, said, 3);
    real_cell(k, said - truth, 3);
  } else {
    long truth = bl_report_truth(rep, res, e->i), said = bl_report_predicted(rep, res, e->i);
    if (rep->p->y) text_cell(k, truth < 0 ? "" : bl_report_class(rep, truth));
    text_cell(k, rep->p->task == BL_TASK_ANOMALY ? (said == 1 ? "outlier" : "inlier") : bl_report_class(rep, said));
    real_cell(k, kind == CONFUSED ? (res->cv.proba ? e->weight : NAN) : bl_report_score(rep, res, e->i), 4);
  }
  for (size_t c = 0; c < rep->c->report.list.n; c++) {
    const bl_texts *v = column(d, rep->c->report.list.v[c]);
    if (v) value_cell(k, row < v->n ? v->v[row] : "");
  }
  bl_sink_puts(k, "</tr>\n");
}

static void list(const bl_report *rep, const bl_result *res, bl_sink *k, list_kind kind, const char *title)
{
  size_t n = 0, most = (size_t)rep->c->evaluate.n_worst;
  if (kind == RANKED || most > BL_REPORT_ROWS) most = BL_REPORT_ROWS;
  entry *all = collect(rep, res, kind, &n);
  if (!all) {
    if (!k->status) k->status = bl_fail_nomem(rep->ctx, "the list of mistakes");
    return;
  }
  bl_sink_printf(k, "<h4>%s</h4>\n", title);
  if (!n) bl_sink_puts(k, "<p>None.</p>\n");
  else {
    const bl_dataset *d = rep->p->rows;
    bool timed = d->start_s && isfinite(d->start_s[rep->p->index ? rep->p->index[all[0].row] : all[0].row]);
    bl_sink_puts(k, "<div class=\"scroll\"><table>");
    list_head(rep, res, k, kind, timed);
    for (size_t i = 0; i < n && i < most; i++) list_line(rep, res, k, kind, timed, i, &all[i]);
    bl_sink_puts(k, "</tbody></table></div>\n");
    if (n > most)
      bl_sink_printf(k, "<p class=\"note\">The first %zu of %zu; all are in <code>predictions.csv</code>.</p>\n", most,
                     n);
  }
  bl_free(rep->ctx, all);
}

void bl_section_mistakes(const bl_report *rep, bl_sink *k)
{
  bl_task task = rep->p->task;
  bl_sink_printf(k, "<section id=\"mistakes\"><h2>%s</h2>\n",
                 task == BL_TASK_ANOMALY ? "Ranked by strangeness" : task == BL_TASK_REGRESSION ? "Largest errors"
                                                                                               : "Strongest mistakes");
  for (size_t i = 0; i < rep->r->n; i++) {
    const bl_result *res = &rep->r->v[i];
    if (!res->cv.n_rows) continue;
    bl_sink_puts(k, i ? "<details><summary>" : "<details open><summary>");
    bl_sink_html(k, res->name);
    bl_sink_puts(k, "</summary>\n");
    if (task == BL_TASK_ANOMALY) list(rep, res, k, RANKED, "Strangest rows first");
    else if (task == BL_TASK_REGRESSION) list(rep, res, k, RESIDUALS, "Furthest from the truth");
    else if (res->cv.n_classes == 2) {
      list(rep, res, k, MISSES, "Strongest misses");
      list(rep, res, k, FALSE_ALARMS, "Strongest false alarms");
    } else list(rep, res, k, CONFUSED, "Most confident mistakes");
    bl_sink_puts(k, "</details>\n");
  }
  bl_sink_puts(k, "</section>\n");
}
