/* Sections of the page that hold scores: learner by metric, fold by learner, part by learner. */
#include <math.h>
#include <string.h>

#include "report_private.h"

static void head_cell(bl_sink *k, const char *text, bool number)
{
  bl_sink_puts(k, number ? "<th class=\"n\" scope=\"col\">" : "<th scope=\"col\">");
  bl_sink_html(k, text);
  bl_sink_puts(k, "</th>");
}

static void number_cell(bl_sink *k, double x, bool best)
{
  bl_sink_puts(k, best ? "<td class=\"n best\">" : "<td class=\"n\">");
  bl_sink_fixed(k, x, fabs(x) < 1000 ? 4 : 1, "&ndash;");
  bl_sink_puts(k, "</td>");
}

static bool more_is_better(const bl_report *rep, size_t m)
{
  return !rep->c->metrics || m >= rep->c->n_scores || bl_config_greater_is_better(rep->c, m);
}

/* The learner with the best mean of metric m, r->n when none is defined. */
static size_t best_learner(const bl_report *rep, size_t m)
{
  const bl_results *r = rep->r;
  size_t best = r->n;
  for (size_t i = 0; i < r->n; i++) {
    double x = r->v[i].mean[m];
    if (!isfinite(x)) continue;
    bool better = best == r->n || (more_is_better(rep, m) ? x > r->v[best].mean[m] : x < r->v[best].mean[m]);
    if (better) best = i;
  }
  return best;
}

static void results_row(const bl_report *rep, bl_sink *k, const bl_result *x, size_t i)
{
  bl_sink_puts(k, "<tr><th scope=\"row\">");
  bl_sink_html(k, x->name);
  bl_sink_puts(k, "</th>");
  for (size_t m = 0; m < x->cv.n_metrics; m++) {
    bl_sink_puts(k, i < rep->r->n && rep->r->n > 1 && best_learner(rep, m) == i ? "<td class=\"n best\">"
                                                                                : "<td class=\"n\">");
    bl_sink_fixed(k, x->mean[m], 4, "&ndash;");
    bl_sink_puts(k, " <span class=\"sd\">&plusmn; ");
    bl_sink_fixed(k, x->sd[m], 4, "&ndash;");
    bl_sink_puts(k, "</span></td>");
    number_cell(k, x->pooled[m], false);
  }
  bl_sink_puts(k, "<td class=\"n\">");
  bl_sink_fixed(k, x->seconds, 2, "&ndash;");
  bl_sink_puts(k, "</td></tr>\n");
}

static void results_table(const bl_report *rep, bl_sink *k)
{
  const bl_results *r = rep->r;
  size_t metrics = r->v[0].cv.n_metrics;
  bl_sink_puts(k, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">model</th>");
  for (size_t m = 0; m < metrics; m++) {
    head_cell(k, rep->c->score_names[m], true);
    head_cell(k, "pooled", true);
  }
  head_cell(k, "seconds", true);
  bl_sink_puts(k, "</tr></thead><tbody>\n");
  for (size_t i = 0; i < r->n; i++) results_row(rep, k, &r->v[i], i);
  if (r->chance.name) results_row(rep, k, &r->chance, r->n);
  bl_sink_puts(k, "</tbody></table></div>\n");
}

/* Each of several targets alone. */
static void target_table(const bl_report *rep, bl_sink *k, const bl_result *res)
{
  const bl_target_scores *t = &res->by_target;
  bool labels = bl_problem_labels(rep->p);
  if (!t->n) return;
  bl_sink_printf(k, "<h3>%s of <em>", labels ? "Labels" : "Targets");
  bl_sink_html(k, res->name);
  bl_sink_puts(k, "</em></h3>\n<div class=\"scroll\"><table><thead><tr>");
  head_cell(k, labels ? "label" : "target", false);
  for (size_t j = 0; j < t->n; j++) head_cell(k, t->names[j], true);
  bl_sink_puts(k, "</tr></thead><tbody>\n");
  for (size_t c = 0; c < rep->p->targets.n && c < BL_REPORT_ROWS; c++) {
    bl_sink_puts(k, "<tr><th scope=\"row\">");
    bl_sink_html(k, rep->p->targets.v[c]);
    bl_sink_puts(k, "</th>");
    for (size_t j = 0; j < t->n; j++) {
      double x = t->v[c * t->n + j];
      if (!labels || j > 2) number_cell(k, x, false);
      else bl_sink_printf(k, "<td class=\"n\">%g</td>", x);
    }
    bl_sink_puts(k, "</tr>\n");
  }
  bl_sink_puts(k, "</tbody></table></div>\n");
}

static void headline(const bl_report *rep, bl_sink *k)
{
  size_t m = rep->main_metric, best = best_learner(rep, m);
  if (best == rep->r->n) return;
  const bl_result *res = &rep->r->v[best];
  bl_sink_puts(k, "<p class=\"headline\"><strong>");
  bl_sink_fixed(k, res->mean[m], 4, "&ndash;");
  bl_sink_puts(k, "</strong> ");
  bl_sink_html(k, rep->c->score_names[m]);
  bl_sink_puts(k, " of <em>");
  bl_sink_html(k, res->name);
  bl_sink_printf(k, "</em>, mean over %zu fold%s", res->cv.n_folds, res->cv.n_folds == 1 ? "" : "s");
  if (isfinite(res->fold_interval[0])) {
    bl_sink_puts(k, " (95&nbsp;% interval ");
    bl_sink_fixed(k, res->fold_interval[0], 4, "&ndash;");
    bl_sink_puts(k, " to ");
    bl_sink_fixed(k, res->fold_interval[1], 4, "&ndash;");
    bl_sink_puts(k, ")");
  }
  if (rep->r->n > 1) bl_sink_printf(k, "; the best of %zu models", rep->r->n);
  if (rep->r->chance.name && isfinite(rep->r->chance.mean[m])) {
    bl_sink_puts(k, "; chance: ");
    bl_sink_fixed(k, rep->r->chance.mean[m], 4, "&ndash;");
  }
  bl_sink_puts(k, "</p>\n");
}

/* ---- learner against learner ------------------------------------------------------------------------------------- */

static void test_cells(bl_sink *k, const bl_test *t)
{
  number_cell(k, t->p, t->p < 0.05);
  number_cell(k, t->effect, false);
}

static void comparisons(const bl_report *rep, bl_sink *k)
{
  const bl_results *r = rep->r;
  if (!r->n_versus) return;
  bl_sink_puts(k, "<h3>Models against one another, by ");
  bl_sink_html(k, rep->c->score_names[rep->main_metric]);
  bl_sink_puts(k, "</h3>\n<div class=\"scroll\"><table><thead><tr>");
  static const char *const heads[] = {"corrected t: p",       "effect", "Wilcoxon: p", "effect",
                                      "groups, one-sided: p", "effect", "McNemar: p",  "effect"};
  head_cell(k, "a against b", false);
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) head_cell(k, heads[i], true);
  bl_sink_puts(k, "</tr></thead><tbody>\n");
  for (size_t i = 0; i < r->n_versus; i++) {
    const bl_versus *v = &r->versus[i];
    bl_sink_puts(k, "<tr><th scope=\"row\">");
    bl_sink_html(k, r->v[v->a].name);
    bl_sink_puts(k, " against ");
    bl_sink_html(k, r->v[v->b].name);
    bl_sink_puts(k, "</th>");
    test_cells(k, &v->folds);
    test_cells(k, &v->ranks);
    test_cells(k, &v->groups);
    test_cells(k, &v->rows);
    bl_sink_puts(k, "</tr>\n");
  }
  bl_sink_puts(
      k, "</tbody></table></div>\n<p class=\"note\">Effects above 0 speak for a. Corrected t: mean difference over "
         "its standard deviation, allowing for training rows that folds share; Wilcoxon: rank-biserial "
         "correlation; groups: signs of the differences turned, where each fold tests one group; McNemar: rows "
         "that one model alone got right. Of many comparisons some are below 0.05 by chance.</p>\n");
}

/* Where the scores of each model may well lie. */
static void intervals(const bl_report *rep, bl_sink *k)
{
  const bl_results *r = rep->r;
  bool any = false;
  for (size_t i = 0; i < r->n; i++)
    any = any || isfinite(r->v[i].fold_interval[0]) || isfinite(r->v[i].pooled_interval[0]);
  if (!any) return;
  bl_sink_puts(k, "<h3>95&nbsp;% intervals of ");
  bl_sink_html(k, rep->c->score_names[rep->main_metric]);
  bl_sink_puts(k, "</h3>\n<div class=\"scroll\"><table><thead><tr>");
  static const char *const heads[] = {"mean: from", "to", "pooled: from", "to"};
  head_cell(k, "model", false);
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) head_cell(k, heads[i], true);
  bl_sink_puts(k, "</tr></thead><tbody>\n");
  for (size_t i = 0; i < r->n; i++) {
    bl_sink_puts(k, "<tr><th scope=\"row\">");
    bl_sink_html(k, r->v[i].name);
    bl_sink_puts(k, "</th>");
    for (size_t e = 0; e < 2; e++) number_cell(k, r->v[i].fold_interval[e], false);
    for (size_t e = 0; e < 2; e++) number_cell(k, r->v[i].pooled_interval[e], false);
    bl_sink_puts(k, "</tr>\n");
  }
  bl_sink_puts(
      k,
      "</tbody></table></div>\n<p class=\"note\">About the mean over folds: Student's t, corrected for training "
      "rows that folds share (Nadeau and Bengio 2003), cut where the score ends. About the pooled score: groups drawn with "
      "replacement.</p>\n");
}

static void failed_folds(const bl_report *rep, bl_sink *k)
{
  for (size_t i = 0; i < rep->r->n; i++) {
    const bl_cv *cv = &rep->r->v[i].cv;
    for (size_t f = 0; f < cv->n_folds; f++) {
      if (!cv->status || !cv->status[f]) continue;
      bl_sink_puts(k, "<p class=\"bad\">");
      bl_sink_html(k, rep->r->v[i].name);
      bl_sink_printf(k, ", fold %zu, failed: ", bl_fold_number(&rep->r->folds, f));
      bl_sink_html(k, f < cv->errors.n ? cv->errors.v[f] : bl_status_text(cv->status[f]));
      bl_sink_puts(k, "</p>\n");
    }
  }
}

void bl_section_results(const bl_report *rep, bl_sink *k)
{
  bl_sink_puts(k, "<section id=\"results\"><h2>Results</h2>\n");
  if (!rep->r || !rep->r->n || !rep->r->v[0].cv.n_metrics) {
    bl_sink_puts(k, "<p>Nothing was evaluated: the config asks for no split.</p></section>\n");
    return;
  }
  headline(rep, k);
  results_table(rep, k);
  bl_sink_puts(k, "<p class=\"note\">Mean &plusmn; standard deviation over the folds; pooled: over the test "
                  "predictions of all folds together. All numbers are in <code>metrics.json</code>.</p>\n");
  intervals(rep, k);
  comparisons(rep, k);
  failed_folds(rep, k);
  for (size_t i = 0; i < rep->r->n; i++) target_table(rep, k, &rep->r->v[i]);
  bl_sink_puts(k, "</section>\n");
}

/* ---- by fold ----------------------------------------------------------------------------------------------------- */

static void mean_row(const bl_report *rep, bl_sink *k, size_t m)
{
  bl_sink_puts(k, "<tr class=\"sum\"><th scope=\"row\">mean</th><td></td>");
  for (size_t i = 0; i < rep->r->n; i++) number_cell(k, rep->r->v[i].mean[m], false);
  for (size_t j = 0; j < rep->c->n_published; j++) {
    const bl_reals *v = &rep->c->published[j].folds;
    double sum = 0;
    for (size_t f = 0; f < v->n; f++) sum += v->v[f];
    number_cell(k, v->n ? sum / (double)v->n : NAN, false);
  }
  bl_sink_puts(k, "</tr>\n");
}

static void fold_table(const bl_report *rep, bl_sink *k, size_t m, size_t folds)
{
  const bl_results *r = rep->r;
  bool main_one = m == rep->main_metric;
  size_t published = main_one ? rep->c->n_published : 0;
  bl_sink_puts(k, "<div class=\"scroll\"><table><thead><tr>");
  head_cell(k, "fold", false);
  head_cell(k, "test rows", true);
  for (size_t i = 0; i < r->n; i++) head_cell(k, r->v[i].name, true);
  for (size_t j = 0; j < published; j++) {
    bl_sink_puts(k, "<th class=\"n pub\" scope=\"col\">");
    bl_sink_html(k, rep->c->published[j].name);
    bl_sink_puts(k, "<br><small>published</small></th>");
  }
  bl_sink_puts(k, "</tr></thead><tbody>\n");
  for (size_t f = 0; f < folds && f < BL_REPORT_ROWS; f++) {
    bl_sink_printf(k, "<tr><th scope=\"row\">%zu", bl_fold_number(&r->folds, f));
    if (f < r->folds.n && *bl_tested_group(rep->p, &r->folds.v[f])) {
      bl_sink_puts(k, " <small>");
      bl_sink_html(k, bl_tested_group(rep->p, &r->folds.v[f]));
      bl_sink_puts(k, "</small>");
    }
    bl_sink_printf(k, "</th><td class=\"n\">%zu</td>", f < r->folds.n ? r->folds.v[f].n_test : 0);
    for (size_t i = 0; i < r->n; i++)
      number_cell(k, f < r->v[i].cv.n_folds ? r->v[i].cv.score[f * r->v[i].cv.n_metrics + m] : NAN, false);
    for (size_t j = 0; j < published; j++) {
      const bl_reals *v = &rep->c->published[j].folds;
      number_cell(k, f < v->n ? v->v[f] : NAN, false);
    }
    bl_sink_puts(k, "</tr>\n");
  }
  if (main_one) mean_row(rep, k, m);
  bl_sink_puts(k, "</tbody></table></div>\n");
  if (folds > BL_REPORT_ROWS)
    bl_sink_printf(k, "<p class=\"note\">The first %d of %zu folds; all are in <code>metrics.json</code>.</p>\n",
                   BL_REPORT_ROWS, folds);
}

void bl_section_folds(const bl_report *rep, bl_sink *k)
{
  const bl_results *r = rep->r;
  size_t metrics = r->v[0].cv.n_metrics, folds = r->v[0].cv.n_folds;
  for (size_t turn = 0; turn < metrics; turn++) {
    size_t m = turn == 0 ? rep->main_metric : turn <= rep->main_metric ? turn - 1 : turn;
    if (turn == 1) bl_sink_puts(k, "<details><summary>Other metrics, fold by fold</summary>\n");
    bl_sink_puts(k, "<h3>");
    bl_sink_html(k, rep->c->score_names[m]);
    bl_sink_puts(k, "</h3>\n");
    fold_table(rep, k, m, folds);
  }
  if (metrics > 1) bl_sink_puts(k, "</details>\n");
}

/* ---- by part ----------------------------------------------------------------------------------------------------- */

void bl_section_by(const bl_report *rep, bl_sink *k)
{
  const bl_results *r = rep->r;
  const bl_result *first = &r->v[0];
  bl_sink_puts(k, "<div class=\"scroll\"><table><thead><tr>");
  head_cell(k, rep->c->evaluate.by ? rep->c->evaluate.by : "part", false);
  head_cell(k, "rows", true);
  for (size_t i = 0; i < r->n; i++)
    for (size_t m = 0; m < first->cv.n_metrics; m++) {
      bl_sink_puts(k, "<th class=\"n\" scope=\"col\">");
      bl_sink_html(k, r->v[i].name);
      bl_sink_puts(k, "<br><small>");
      bl_sink_html(k, rep->c->score_names[m]);
      bl_sink_puts(k, "</small></th>");
    }
  bl_sink_puts(k, "</tr></thead><tbody>\n");
  for (size_t q = 0; q < first->n_parts && q < BL_REPORT_ROWS; q++) {
    bl_sink_puts(k, "<tr><th scope=\"row\">");
    bl_sink_html(k, bl_part_label(rep, &first->parts[q]));
    bl_sink_printf(k, "</th><td class=\"n\">%zu</td>", first->parts[q].n);
    for (size_t i = 0; i < r->n; i++)
      for (size_t m = 0; m < first->cv.n_metrics; m++)
        number_cell(k, q < r->v[i].n_parts ? r->v[i].parts[q].score[m] : NAN, false);
    bl_sink_puts(k, "</tr>\n");
  }
  bl_sink_puts(k, "</tbody></table></div>\n");
  if (first->n_parts > BL_REPORT_ROWS)
    bl_sink_printf(k, "<p class=\"note\">The first %d of %zu parts; all are in <code>metrics.json</code>.</p>\n",
                   BL_REPORT_ROWS, first->n_parts);
}
