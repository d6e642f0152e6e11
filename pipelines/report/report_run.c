/* Sections of the page that say how the numbers came about: recordings, split, config, versions. */
#include <fftw3.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/utsname.h>
#include <yaml.h>

#include "baleen/text.h"
#include "baleen/version.h"
#include "live.h"
#include "report_private.h"

enum { CONFIG_MAX = 256 * 1024 };

static void fact(bl_sink *k, const char *name) { bl_sink_printf(k, "<dt>%s</dt><dd>", name); }
static void fact_end(bl_sink *k) { bl_sink_puts(k, "</dd>\n"); }

static void duration(bl_sink *k, double s)
{
  if (s >= 3600) bl_sink_fixed(k, s / 3600, 2, "?");
  else if (s >= 60) bl_sink_fixed(k, s / 60, 1, "?");
  else bl_sink_fixed(k, s, 1, "?");
  bl_sink_puts(k, s >= 3600 ? " hours" : s >= 60 ? " minutes" : " seconds");
}

static void failures(const bl_extraction *x, bl_sink *k)
{
  size_t shown = 0;
  if (!x->n_failed) return;
  bl_sink_printf(k,
                 "<h3>Recordings that failed (%zu)</h3>\n<div class=\"scroll\"><table><thead><tr>"
                 "<th scope=\"col\">recording</th><th scope=\"col\">why</th></tr></thead><tbody>\n",
                 x->n_failed);
  for (size_t i = 0; i < x->n_outcomes && shown < BL_REPORT_ROWS; i++) {
    const bl_outcome *o = &x->outcomes[i];
    if (!o->status) continue;
    bl_sink_puts(k, "<tr><td>");
    bl_sink_html(k, o->recording);
    bl_sink_puts(k, "</td><td class=\"bad\">");
    bl_sink_html(k, o->message && *o->message ? o->message : bl_status_text(o->status));
    bl_sink_puts(k, "</td></tr>\n");
    shown++;
  }
  bl_sink_puts(k, "</tbody></table></div>\n");
  if (x->n_failed > shown)
    bl_sink_printf(k, "<p class=\"note\">The first %zu of %zu; all are in <code>recordings.csv</code>.</p>\n", shown,
                   x->n_failed);
}

static void class_counts(const bl_problem *p, bl_sink *k)
{
  if (!p || !p->y || !p->classes.n || p->task == BL_TASK_REGRESSION) return;
  bool labels = bl_problem_labels(p);
  fact(k, labels ? "labels" : "classes");
  for (size_t c = 0; c < p->classes.n; c++) {
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) n += labels ? p->y[i * p->n_targets + c] > 0 : p->y[i] == (double)c;
    bl_sink_puts(k, c ? ", " : "");
    bl_sink_html(k, p->classes.v[c]);
    bl_sink_printf(k, " (%zu)", n);
  }
  fact_end(k);
}

static void live(const bl_report *rep, bl_sink *k)
{
  bl_buf text = {0};
  fact(k, "live");
  if (!k->status) k->status = bl_live_text(k->ctx, &rep->x->live, &text);
  bl_sink_html(k, bl_buf_text(&text));
  fact_end(k);
  bl_buf_free(k->ctx, &text);
}

void bl_section_run(const bl_report *rep, bl_sink *k)
{
  const bl_extraction *x = rep->x;
  bl_sink_puts(k, "<section id=\"run\"><h2>What was run</h2>\n<dl>\n");
  fact(k, "config");
  bl_sink_html(k, bl_path_base(rep->c->path ? rep->c->path : "?"));
  fact_end(k);
  fact(k, "seed");
  bl_sink_printf(k, "%lld", (long long)rep->c->seed);
  fact_end(k);
  if (rep->c->source.cls) {
    fact(k, "source");
    bl_sink_html(k, rep->c->source.cls->name);
    bl_sink_puts(k, " <span class=\"note\">");
    bl_sink_html(k, rep->c->source.cls->summary ? rep->c->source.cls->summary : "");
    bl_sink_puts(k, "</span>");
    fact_end(k);
  }
  if (x && x->n_outcomes) {
    size_t skipped = 0;
    for (size_t i = 0; i < x->n_outcomes; i++) skipped += x->outcomes[i].n_skipped;
    fact(k, "recordings");
    bl_sink_printf(k, "%zu, together ", x->n_outcomes);
    duration(k, x->seconds);
    if (x->n_failed) bl_sink_printf(k, "; <span class=\"bad\">%zu failed</span>", x->n_failed);
    if (skipped) bl_sink_printf(k, "; %zu segments skipped", skipped);
    fact_end(k);
    for (size_t i = 0; i < x->inputs.n; i++) {
      const bl_stream *in = &x->inputs.v[i];
      fact(k, "stream");
      bl_sink_printf(k, "%zu channel%s at ", in->n_channels, in->n_channels == 1 ? "" : "s");
      bl_sink_fixed(k, in->rate_hz, in->rate_hz == rint(in->rate_hz) ? 0 : 3, "?");
      bl_sink_puts(k, " Hz");
      fact_end(k);
    }
  }
  if (x) {
    fact(k, "rows");
    bl_sink_printf(k, "%zu rows of %zu features", x->rows.X.rows, x->rows.X.cols);
    if (rep->p && rep->p->n != x->rows.X.rows) bl_sink_printf(k, "; %zu of them labelled and used", rep->p->n);
    fact_end(k);
  }
  if (x && x->live.known) live(rep, k);
  class_counts(rep->p, k);
  bl_sink_puts(k, "</dl>\n");
  if (x) failures(x, k);
  bl_sink_puts(k, "</section>\n");
}

/* ---- split ------------------------------------------------------------------------------------------------------- */

static void splitter(const bl_report *rep, bl_sink *k)
{
  const bl_config *c = rep->c;
  bl_sink_puts(k, "<p>");
  if (!c->splitter.cls && !c->evaluate.split_file) {
    bl_sink_puts(k, "<strong>Not at all</strong>: the models were tested on the rows that they had learnt from. "
                    "Such scores tell how the rows lie, not how new recordings will fare.");
  } else if (!c->splitter.cls) {
    bl_sink_puts(k, "Test rows as given in <code>");
    bl_sink_html(k, c->evaluate.split_file);
    bl_sink_puts(k, "</code>.");
  } else {
    bl_sink_puts(k, "<code>");
    bl_sink_html(k, c->splitter.cls->name);
    bl_sink_puts(k, "</code>");
    for (const bl_opt *o = c->splitter.cls->opts; o && o->name; o++) {
      bl_buf value = {0};
      bl_status s = bl_opts_get(rep->ctx, c->splitter.cls->opts, c->splitter.params, o->name, &value);
      bl_sink_printf(k, "%s%s: ", o == c->splitter.cls->opts ? " with " : ", ", o->name);
      bl_sink_html(k, bl_buf_text(&value));
      bl_buf_free(rep->ctx, &value);
      if (s && !k->status) k->status = s;
    }
    bl_sink_puts(k, ". ");
    bl_sink_html(k, c->splitter.cls->summary ? c->splitter.cls->summary : "");
    bl_sink_puts(k, ".");
  }
  bl_sink_puts(k, "</p>\n");
}

static void leakage(const bl_report *rep, bl_sink *k)
{
  const bl_problem *p = rep->p;
  size_t fold = 0;
  int32_t group = 0;
  if (!rep->c->splitter.cls && !rep->c->evaluate.split_file) return;
  if (!p->group || !p->grouped) {
    bl_sink_puts(k, "<p>Every row stands for itself: no two rows come from the same recording or group.</p>\n");
  } else if (bl_folds_leak(&rep->r->folds, p->n, p->group, &fold, &group)) {
    bl_sink_puts(k,
                 "<p class=\"bad\"><strong>Rows of one group stand on both sides of the split</strong> (first: group ");
    bl_sink_html(k, group >= 0 && (size_t)group < p->groups.n ? p->groups.v[group] : "?");
    bl_sink_printf(k, " in fold %zu). ", bl_fold_number(&rep->r->folds, fold));
    bl_sink_puts(k, rep->c->evaluate.allow_leakage ? "The config allows it (<code>allow_leakage: true</code>): " : "");
    bl_sink_puts(k, "the scores may be better than those on new recordings.</p>\n");
  } else {
    bl_sink_printf(k,
                   "<p>Checked: none of the %zu groups stands on both sides of any fold. Whatever is learnt was "
                   "learnt anew inside each fold, from its training rows alone.</p>\n",
                   p->groups.n);
  }
}

static void other_leaks(const bl_report *rep, bl_sink *k)
{
  const bl_texts *told = &rep->r->leaks.told;
  for (size_t i = 0; i < told->n; i++) {
    bl_sink_puts(k, "<p class=\"bad\">Beware: ");
    bl_sink_html(k, told->v[i]);
    bl_sink_puts(k, ".</p>\n");
  }
}

/* Distinct groups among rows; `seen` holds p->groups.n flags. */
static size_t groups_in(const bl_problem *p, const uint32_t *row, size_t n, bool *seen)
{
  size_t count = 0;
  memset(seen, 0, p->groups.n * sizeof *seen);
  for (size_t i = 0; i < n; i++) {
    int32_t g = p->group[row[i]];
    if (g >= 0 && (size_t)g < p->groups.n && !seen[g]) {
      seen[g] = true;
      count++;
    }
  }
  return count;
}

void bl_section_split(const bl_report *rep, bl_sink *k)
{
  if (!rep->r || !rep->p || !rep->r->folds.n) return;
  const bl_folds *f = &rep->r->folds;
  bool grouped = rep->p->group && rep->p->grouped;
  bool *seen = bl_calloc(rep->ctx, rep->p->groups.n, sizeof *seen);
  if (!seen) {
    if (!k->status) k->status = bl_fail_nomem(rep->ctx, "the fold table");
    return;
  }
  bl_sink_puts(k, "<section id=\"split\"><h2>How it was split</h2>\n");
  splitter(rep, k);
  leakage(rep, k);
  other_leaks(rep, k);
  bl_sink_printf(k,
                 "<details%s><summary>Sizes of the %zu fold%s</summary><div class=\"scroll\"><table><thead><tr>"
                 "<th scope=\"col\">fold</th><th class=\"n\" scope=\"col\">training rows</th>"
                 "<th class=\"n\" scope=\"col\">test rows</th>%s</tr></thead><tbody>\n",
                 f->n <= 10 ? " open" : "", f->n, f->n == 1 ? "" : "s",
                 grouped ? "<th class=\"n\" scope=\"col\">groups tested</th>" : "");
  for (size_t i = 0; i < f->n && i < BL_REPORT_ROWS; i++) {
    bl_sink_printf(k, "<tr><th scope=\"row\">%zu</th><td class=\"n\">%zu</td><td class=\"n\">%zu</td>", i + 1,
                   f->v[i].n_train, f->v[i].n_test);
    if (grouped) bl_sink_printf(k, "<td class=\"n\">%zu</td>", groups_in(rep->p, f->v[i].test, f->v[i].n_test, seen));
    bl_sink_puts(k, "</tr>\n");
  }
  bl_sink_puts(k, "</tbody></table></div>\n");
  if (f->n > BL_REPORT_ROWS)
    bl_sink_printf(k, "<p class=\"note\">The first %d of %zu; all are in <code>folds.csv</code>.</p>\n", BL_REPORT_ROWS,
                   f->n);
  bl_sink_puts(k, "</details></section>\n");
  bl_free(rep->ctx, seen);
}

/* ---- config and versions ----------------------------------------------------------------------------------------- */

void bl_section_config(const bl_report *rep, bl_sink *k)
{
  bl_buf text = {0};
  bl_status s = bl_config_print(rep->ctx, rep->c, &text);
  if (s && !k->status) k->status = s;
  bl_sink_puts(k, "<section id=\"config\"><h2>Config</h2>\n<p>With every default filled in; <code>config.yaml</code> "
                  "beside this page holds the same. Repeat it with <code>baleen run ");
  bl_sink_html(k, rep->c->path ? bl_path_base(rep->c->path) : "config.yaml");
  bl_sink_puts(k, "</code>: the same seed gives the same numbers on any number of threads.</p>\n"
                  "<details><summary>Show the config</summary><pre>");
  if (text.len > CONFIG_MAX) text.v[CONFIG_MAX] = '\0';
  bl_sink_html(k, bl_buf_text(&text));
  bl_sink_puts(k, text.len > CONFIG_MAX ? "\n... cut; see config.yaml</pre></details></section>\n"
                                        : "</pre></details></section>\n");
  bl_buf_free(rep->ctx, &text);
}

void bl_section_versions(const bl_report *rep, bl_sink *k)
{
  struct utsname system;
  bl_buf gnuplot = {0};
  bl_status s = bl_gnuplot_version(rep->ctx, rep->gnuplot, &gnuplot);
  if (s == BL_E_IO) {
    bl_ctx_clear_error(rep->ctx);
    gnuplot.len = 0;
  } else if (s && !k->status) k->status = s;
  bl_sink_puts(k, "<footer><p>Made by baleen ");
  bl_sink_html(k, bl_version());
  bl_sink_puts(k, " with ");
  bl_sink_html(k, fftwf_version);
  bl_sink_puts(k, ", libyaml ");
  bl_sink_html(k, yaml_get_version_string());
  bl_sink_puts(k, ", jansson " JANSSON_VERSION);
  if (gnuplot.len) {
    bl_sink_puts(k, ", gnuplot ");
    bl_sink_html(k, gnuplot.v);
  }
  if (uname(&system) == 0) {
    bl_sink_puts(k, "; ");
    bl_sink_html(k, system.sysname);
    bl_sink_puts(k, " on ");
    bl_sink_html(k, system.machine);
  }
  bl_sink_puts(k, ".</p></footer>\n");
  bl_buf_free(rep->ctx, &gnuplot);
}
