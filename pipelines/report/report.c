/* The report: pictures by gnuplot, then one HTML page that holds everything and asks no network. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "baleen/table.h"
#include "report_private.h"
#include "run_files.h"

enum { PICTURE_BYTES = 2200 * 1024 }; /* of all pictures in the page, which stays below 3 MB with its tables */

static const char page_style[] =
    ":root{--bg:#fff;--fg:#1d2329;--dim:#5b6670;--line:#dde2e6;--soft:#f4f6f8;--accent:#0b5c8a;--bad:#a8321c;"
    "--best:#e4f1e8;color-scheme:light dark}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#14181c;--fg:#e4e8eb;--dim:#9aa6b0;--line:#2f373e;--soft:#1c2227;"
    "--accent:#7cc4ee;--bad:#ff9b85;--best:#1d3a2a}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:66rem;padding:2.2rem 1.4rem 3rem;background:var(--bg);color:var(--fg);"
    "font:16px/1.55 system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;overflow-wrap:break-word}\n"
    "h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem}h2{font-size:1.3rem;margin:2.6rem 0 .7rem;padding-top:.7rem;"
    "border-top:1px solid var(--line)}h3{font-size:1.05rem;margin:1.5rem 0 .5rem}h4{margin:1.1rem 0 .4rem}\n"
    "nav{margin:1rem 0;font-size:.92rem}nav a{margin-right:1.1rem}a{color:var(--accent)}p{max-width:46rem}\n"
    ".lead{font-size:1.08rem;color:var(--dim);white-space:pre-line}.headline{font-size:1.12rem;background:var(--soft);"
    "border-left:4px solid var(--accent);padding:.7rem 1rem;max-width:none}"
    ".headline strong{font-size:1.6rem;margin-right:.2rem;"
    "font-variant-numeric:tabular-nums}.headline em{font-style:normal;font-weight:600}\n"
    ".note,.sd,small{color:var(--dim)}.note{font-size:.88rem}.bad{color:var(--bad)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.92rem;margin:.3rem 0 .8rem}"
    "th,td{padding:.32rem .8rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}"
    "thead th{border-bottom:2px solid var(--line);font-weight:600;vertical-align:bottom}"
    "tbody th{font-weight:500;white-space:nowrap}"
    "tbody tr:hover{background:var(--soft)}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".best{background:var(--best);font-weight:600}.pub{font-style:italic}"
    ".sum th,.sum td{border-top:2px solid var(--line);"
    "font-weight:600}\n"
    "dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1.4rem;margin:.4rem 0}dt{color:var(--dim)}"
    "dd{margin:0}code,pre{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.88em}"
    "pre{background:var(--soft);padding:1rem;overflow-x:auto;border-radius:6px}\n"
    ".figures{display:grid;grid-template-columns:minmax(0,1fr);gap:1.2rem;margin:1rem 0}"
    ".figures.many{grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr))}"
    "figure{margin:0;background:#fff;border:1px solid var(--line);border-radius:8px;padding:.8rem}"
    "figure svg,figure img{display:block;width:100%;max-width:44rem;max-height:36rem;height:auto;margin:0 auto}"
    "audio{height:2rem;vertical-align:middle}figcaption{color:#5b6670;font-size:.86rem;margin-top:.5rem;text-align:center}\n"
    "details{margin:.5rem 0}summary{cursor:pointer;font-weight:600;padding:.2rem 0}"
    "footer{margin-top:3rem;border-top:1px solid var(--line);color:var(--dim);font-size:.85rem}\n"
    "@media print{:root{--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--soft:#f5f5f5;--accent:#000;--bad:#800;--best:#eee}"
    "body{max-width:none;padding:0;font-size:10.5pt}nav{display:none}figure,tr,h2,h3{break-inside:avoid}"
    "h2,h3,h4{break-after:avoid}.scroll{overflow:visible}table{font-size:7pt}"
    "th,td{padding:.15rem .25rem;overflow-wrap:anywhere}tbody th,td{white-space:normal;min-width:4em;width:8em}"
    "td.n{white-space:normal;overflow-wrap:normal;min-width:0;width:auto}}\n";

static void page_head(const bl_report *rep, bl_sink *k)
{
  const bl_config *c = rep->c;
  const char *title = c->report.title ? c->report.title : c->name ? c->name : "Report";
  bl_sink_puts(k,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data: 'self' file:; "
               "media-src 'self' file:; "
               "style-src 'unsafe-inline'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
  bl_sink_html(k, title);
  bl_sink_puts(k, "</title>\n<style>\n");
  bl_sink_puts(k, page_style);
  bl_sink_puts(k, "</style>\n</head>\n<body>\n<header><h1>");
  bl_sink_html(k, title);
  bl_sink_puts(k, "</h1>\n");
  if (c->report.text) {
    bl_sink_puts(k, "<p class=\"lead\">");
    bl_sink_html(k, c->report.text);
    bl_sink_puts(k, "</p>\n");
  }
  bl_sink_puts(k, "</header>\n");
}

static void page_body(const bl_report *rep, bl_sink *k)
{
  const bl_results *r = rep->r;
  bool scored = r && r->n && r->v[0].cv.n_metrics, predicted = r && r->n && rep->p;
  bool folds = scored && (r->v[0].cv.n_folds > 1 || rep->c->n_published);
  size_t left = PICTURE_BYTES;
  bool parts = scored && r->v[0].n_parts, lists = predicted && rep->c->evaluate.n_worst > 0;
  bl_sink_puts(k, "<nav><a href=\"#results\">Results</a>");
  if (folds) bl_sink_puts(k, "<a href=\"#folds\">By fold</a>");
  if (parts) bl_sink_puts(k, "<a href=\"#by\">By part</a>");
  if (predicted) bl_sink_puts(k, "<a href=\"#pictures\">Predictions</a>");
  if (lists) bl_sink_puts(k, "<a href=\"#mistakes\">Lists</a>");
  if (predicted) bl_sink_puts(k, "<a href=\"#split\">Split</a>");
  bl_sink_puts(k, "<a href=\"#run\">Run</a><a href=\"#config\">Config</a></nav>\n<main>\n");
  bl_section_results(rep, k);
  bl_section_pictures(rep, k, "roc", &left);
  if (folds) {
    bl_sink_puts(k, "<section id=\"folds\"><h2>Fold by fold</h2>\n");
    bl_section_pictures(rep, k, "folds", &left);
    bl_section_folds(rep, k);
    bl_sink_puts(k, "</section>\n");
  }
  if (parts) {
    bl_sink_puts(k, "<section id=\"by\"><h2>By ");
    bl_sink_html(k, rep->c->evaluate.by ? rep->c->evaluate.by : "part");
    bl_sink_puts(k, "</h2>\n");
    bl_section_pictures(rep, k, "by", &left);
    bl_section_by(rep, k);
    bl_sink_puts(k, "</section>\n");
  }
  if (predicted) {
    bl_sink_puts(k, "<section id=\"pictures\"><h2>Predictions</h2>\n");
    bl_section_pictures(rep, k, "confusion", &left);
    bl_section_pictures(rep, k, "scores", &left);
    bl_section_pictures(rep, k, "predicted", &left);
    bl_section_pictures(rep, k, "patterns", &left);
    if (!rep->gnuplot)
      bl_sink_puts(k,
                   "<p class=\"note\">gnuplot was not found, so the pictures are not drawn: install gnuplot-nox, then "
                   "run the scripts in <code>plots/</code>.</p>\n");
    bl_sink_puts(k, "</section>\n");
  }
  if (lists) bl_section_mistakes(rep, k, &left);
  bl_section_split(rep, k);
  bl_section_run(rep, k);
  bl_section_config(rep, k);
  bl_sink_puts(k, "</main>\n");
  bl_section_versions(rep, k);
  bl_sink_puts(k, "</body>\n</html>\n");
}

static bl_status make_folder(bl_ctx *ctx, const char *path)
{
  if (mkdir(path, 0777) && errno != EEXIST)
    return bl_fail(ctx, BL_E_IO, "report: cannot make the folder %s: %s", path, strerror(errno));
  return BL_OK;
}

static bl_status write_page(bl_report *rep)
{
  bl_sink k = {.ctx = rep->ctx};
  char *path = bl_strf(rep->ctx, "%s/%s", rep->folder, bl_run_file_name[BL_RUN_REPORT]);
  page_head(rep, &k);
  page_body(rep, &k);
  bl_status s = k.status;
  if (!s && !path) s = bl_fail_nomem(rep->ctx, "the report");
  if (!s) s = bl_file_write(rep->ctx, path, k.buf.v, k.buf.len);
  bl_sink_free(&k);
  bl_free(rep->ctx, path);
  return s;
}

/* In the order of the report. */
static bl_status draw_pictures(bl_report *rep)
{
  const bl_results *r = rep->r;
  if (!r || !r->n) return BL_OK;
  bl_status s = bl_draw_roc(rep);
  if (!s) s = bl_draw_folds(rep);
  if (!s) s = bl_draw_by(rep);
  for (size_t i = 0; i < r->n && !s; i++) {
    s = BL_CHECK_CANCEL(rep->ctx);
    if (!s) s = bl_draw_confusion(rep, &r->v[i]);
    if (!s) s = bl_draw_scores(rep, &r->v[i]);
    if (!s) s = bl_draw_predicted(rep, &r->v[i]);
    if (!s) s = bl_draw_patterns(rep, &r->v[i]);
  }
  return s ? s : bl_draw_mistakes(rep);
}

bl_status bl_report_write(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p,
                          const bl_results *r, const char *folder)
{
  bl_report rep = {.ctx = ctx, .c = c, .x = x, .p = p, .r = p ? r : NULL, .folder = folder};
  rep.main_metric = bl_config_main_metric(c);
  rep.plots = bl_strf(ctx, "%s/plots", folder);
  bl_status s = rep.plots ? make_folder(ctx, rep.plots) : bl_fail_nomem(ctx, "the report");
  if (!s) s = bl_gnuplot_open(ctx, rep.plots, &rep.gnuplot);
  if (!s) s = draw_pictures(&rep);
  if (!s && (s = write_page(&rep)) == BL_E_IO)
    s = bl_fail(ctx, s, "%s; all numbers of the run are there, in %s", bl_ctx_error(ctx),
                bl_run_file_name[BL_RUN_METRICS]);
  bl_gnuplot_close(ctx, rep.gnuplot);
  for (size_t i = 0; i < rep.n_pictures; i++) {
    bl_free(ctx, rep.pictures[i].name);
    bl_free(ctx, rep.pictures[i].caption);
  }
  bl_free(ctx, rep.pictures);
  bl_free(ctx, rep.shown);
  bl_free(ctx, rep.plots);
  return s;
}
