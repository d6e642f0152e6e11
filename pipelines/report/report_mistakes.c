/* The strongest mistakes by name, as tables of the report. For outlier detectors, the ranked list. */
#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "report_private.h"
#include "targets.h"

/* The texts of a column by name, NULL when there is none or it is shown anyhow. */
static const bl_column *column(const bl_dataset *d, const char *name)
{
  if (!strcmp(name, "group")) return &d->group;
  for (size_t i = 0; i < d->n_extra; i++)
    if (!strcmp(d->extra[i].name, name)) return &d->extra[i];
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

static void labels_cell(const bl_report *rep, bl_sink *k, const double *has)
{
  bl_buf text = {0};
  bl_status s = bl_labels_join(rep->ctx, &rep->p->targets, has, &text);
  if (s && !k->status) k->status = s;
  text_cell(k, bl_buf_text(&text));
  bl_buf_free(rep->ctx, &text);
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

static void list_head(const bl_report *rep, const bl_result *res, bl_sink *k, bl_worst_kind kind, bool timed)
{
  bl_sink_puts(k, "<thead><tr><th class=\"n\" scope=\"col\">#</th><th scope=\"col\">recording</th>");
  if (timed) bl_sink_puts(k, "<th class=\"n\" scope=\"col\">from</th><th class=\"n\" scope=\"col\">to</th>");
  if (kind == BL_WORST_RESIDUALS)
    bl_sink_puts(k, "<th class=\"n\" scope=\"col\">true</th><th class=\"n\" scope=\"col\">predicted</th>"
                    "<th class=\"n\" scope=\"col\">error</th>");
  else {
    if (rep->p->y) bl_sink_puts(k, "<th scope=\"col\">true</th>");
    bl_sink_puts(k, "<th scope=\"col\">predicted</th><th class=\"n\" scope=\"col\">");
    bl_sink_puts(k, kind == BL_WORST_CONFUSED && !bl_problem_labels(rep->p) ? "probability"
                                                                            : bl_entry_score_name(rep->p, &res->cv));
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

static void list_line(const bl_report *rep, const bl_result *res, bl_sink *k, bl_worst_kind kind, bool timed,
                      size_t place, const bl_worst *e)
{
  const bl_dataset *d = rep->p->rows;
  size_t row = rep->p->index ? rep->p->index[e->row] : e->row;
  bl_sink_printf(k, "<tr><td class=\"n\">%zu</td>", place + 1);
  if (row < d->recording.code.n && *bl_column_text(&d->recording, row))
    text_cell(k, bl_column_text(&d->recording, row));
  else bl_sink_printf(k, "<td>row %zu</td>", row);
  if (timed) {
    time_cell(k, bl_packed_get(&d->start_s, row));
    time_cell(k, bl_packed_get(&d->end_s, row));
  }
  if (kind == BL_WORST_RESIDUALS) {
    double truth = rep->p->y[e->row], said = res->cv.pred[e->entry];
    real_cell(k, truth, 3);
    real_cell(k, said, 3);
    real_cell(k, said - truth, 3);
  } else if (bl_problem_labels(rep->p)) {
    labels_cell(rep, k, rep->p->y + e->row * rep->p->n_targets);
    labels_cell(rep, k, res->cv.pred + e->entry * rep->p->n_targets);
    real_cell(k, e->weight, 0);
  } else {
    long truth = bl_entry_truth(rep->p, &res->cv, e->entry), said = bl_entry_predicted(rep->p, &res->cv, e->entry);
    if (rep->p->y) text_cell(k, truth < 0 ? "" : bl_report_class(rep, truth));
    text_cell(k, rep->p->task == BL_TASK_ANOMALY ? (said == 1 ? "outlier" : "inlier") : bl_report_class(rep, said));
    real_cell(
        k, kind == BL_WORST_CONFUSED ? (res->cv.proba ? e->weight : NAN) : bl_entry_score(rep->p, &res->cv, e->entry),
        4);
  }
  for (size_t c = 0; c < rep->c->report.list.n; c++) {
    const bl_column *v = column(d, rep->c->report.list.v[c]);
    if (v) value_cell(k, row < v->code.n ? bl_column_text(v, row) : "");
  }
  bl_sink_puts(k, "</tr>\n");
}

static const char *const titles[] = {[BL_WORST_MISSES] = "Strongest misses",
                                     [BL_WORST_FALSE_ALARMS] = "Strongest false alarms",
                                     [BL_WORST_CONFUSED] = "Most confident mistakes",
                                     [BL_WORST_RESIDUALS] = "Furthest from the truth",
                                     [BL_WORST_RANKED] = "Strangest rows first"};

size_t bl_mistake_kinds(const bl_report *rep, const bl_result *res, bl_worst_kind kinds[2])
{
  bool labels = bl_problem_labels(rep->p);
  if (rep->p->n_targets > 1 && !labels) return 0;
  bool two = rep->p->task == BL_TASK_CLASSIFICATION && !labels && res->cv.n_classes == 2;
  kinds[0] = rep->p->task == BL_TASK_ANOMALY      ? BL_WORST_RANKED
             : rep->p->task == BL_TASK_REGRESSION ? BL_WORST_RESIDUALS
             : two                                ? BL_WORST_MISSES
                                                  : BL_WORST_CONFUSED;
  kinds[1] = BL_WORST_FALSE_ALARMS;
  return two ? 2 : 1;
}

static void list(const bl_report *rep, const bl_result *res, bl_sink *k, bl_worst_kind kind, size_t *bytes_left)
{
  size_t n = 0, most = (size_t)rep->c->evaluate.n_worst;
  if (kind == BL_WORST_RANKED || most > BL_REPORT_ROWS) most = BL_REPORT_ROWS;
  bl_worst *all;
  bl_status s = bl_worst_entries(rep->ctx, rep->p, &res->cv, kind, &all, &n);
  if (s) {
    if (!k->status) k->status = s;
    return;
  }
  bl_sink_printf(k, "<h4>%s</h4>\n",
                 kind == BL_WORST_CONFUSED && bl_problem_labels(rep->p) ? "Most labels wrong" : titles[kind]);
  if (!n) bl_sink_puts(k, "<p>None.</p>\n");
  else {
    const bl_dataset *d = rep->p->rows;
    size_t first = rep->p->index ? rep->p->index[all[0].row] : all[0].row;
    bool timed = first < d->start_s.n && isfinite(bl_packed_get(&d->start_s, first));
    bl_sink_puts(k, "<div class=\"scroll\"><table>");
    list_head(rep, res, k, kind, timed);
    for (size_t i = 0; i < n && i < most; i++) list_line(rep, res, k, kind, timed, i, &all[i]);
    bl_sink_puts(k, "</tbody></table></div>\n");
    if (n > most)
      bl_sink_printf(k, "<p class=\"note\">The first %zu of %zu; all are in <code>predictions.csv</code>.</p>\n", most,
                     n);
    if (rep->n_shown) bl_sink_puts(k, "<div class=\"figures many\">\n");
    for (size_t i = 0; i < n && i < most && i < (size_t)rep->c->report.n_shown; i++)
      bl_show_mistake(rep, k, i, rep->p->index ? rep->p->index[all[i].row] : all[i].row, bytes_left);
    if (rep->n_shown) bl_sink_puts(k, "</div>\n");
  }
  bl_free(rep->ctx, all);
}

void bl_section_mistakes(const bl_report *rep, bl_sink *k, size_t *bytes_left)
{
  bl_task task = rep->p->task;
  if (rep->p->n_targets > 1 && !bl_problem_labels(rep->p)) return;
  bl_sink_printf(k, "<section id=\"mistakes\"><h2>%s</h2>\n",
                 task == BL_TASK_ANOMALY      ? "Ranked by strangeness"
                 : task == BL_TASK_REGRESSION ? "Largest errors"
                                              : "Strongest mistakes");
  for (size_t i = 0; i < rep->r->n; i++) {
    const bl_result *res = &rep->r->v[i];
    if (!res->cv.n_rows) continue;
    bl_sink_puts(k, i ? "<details><summary>" : "<details open><summary>");
    bl_sink_html(k, res->name);
    bl_sink_puts(k, "</summary>\n");
    bl_worst_kind kinds[2];
    size_t n = bl_mistake_kinds(rep, res, kinds);
    for (size_t j = 0; j < n; j++) list(rep, res, k, kinds[j], bytes_left);
    bl_sink_puts(k, "</details>\n");
  }
  bl_sink_puts(k, "</section>\n");
}
