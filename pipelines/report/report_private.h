/* report_private.h: what the files of the report share. */
#ifndef BALEEN_REPORT_PRIVATE_H
#define BALEEN_REPORT_PRIVATE_H

#include "baleen/report.h"
#include "gnuplot.h"
#include "sink.h"
#include "worst.h"

/* A picture that was asked for. <folder>/<name>.svg and .png exist when drawn. */
typedef struct bl_picture {
  char *name, *caption;
  bool drawn;
} bl_picture;

/* A row whose stretch of the recording was drawn, as mistakes/row_<row>.png, and made to be heard, as .wav. */
typedef struct bl_shown {
  size_t row; /* of rows.csv, from 0 */
  bool picture, sound;
} bl_shown;

/* Everything the report is made from, borrowed, and what it has drawn so far. x and r may be NULL. */
typedef struct bl_report {
  bl_ctx *ctx;
  const bl_config *c;
  const bl_extraction *x;
  const bl_problem *p;
  const bl_results *r;
  const char *folder;
  char *plots;         /* <folder>/plots */
  bl_gnuplot *gnuplot; /* NULL: none on this machine */
  bl_picture *pictures;
  size_t n_pictures, cap_pictures;
  bl_shown *shown;
  size_t n_shown, cap_shown;
  size_t main_metric; /* index of the metric that headlines and pictures show */
} bl_report;

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

/* Size in the units of an SVG at 96 a inch; the PNG has twice as many pixels. panels: a multiplot, which gnuplot's replot
 * does not know: its commands are given again. */
typedef struct bl_canvas {
  int width, height;
  bool panels;
} bl_canvas;

/* Colours told apart by all (Okabe and Ito 2008), without the yellow that vanishes on white. */
const char *bl_plot_colour(size_t i);
/* Ten anchors of viridis (Smith and van der Walt 2015) as a `set palette` command. */
extern const char bl_plot_viridis[];
/* Grid, borders, fonts: the head of every script. */
extern const char bl_plot_style[];

/* Writes plots/<name>.dat and plots/<name>.gp and has them drawn. `body` ends with the plot command. A picture that
 * gnuplot refuses is a warning, not an error: the report goes on without it. Frees both sinks. */
bl_status bl_report_draw(bl_report *rep, const char *name, const char *caption, bl_canvas size, bl_sink *data,
                         bl_sink *body) BL_MUST_CHECK;

/* One kind of picture each, where the results give it. */
bl_status bl_draw_folds(bl_report *rep) BL_MUST_CHECK;
bl_status bl_draw_by(bl_report *rep) BL_MUST_CHECK;
bl_status bl_draw_roc(bl_report *rep) BL_MUST_CHECK;
bl_status bl_draw_confusion(bl_report *rep, const bl_result *res) BL_MUST_CHECK;
bl_status bl_draw_scores(bl_report *rep, const bl_result *res) BL_MUST_CHECK;
bl_status bl_draw_predicted(bl_report *rep, const bl_result *res) BL_MUST_CHECK;
bl_status bl_draw_patterns(bl_report *rep, const bl_result *res) BL_MUST_CHECK;

/* The first entries of each list of mistakes, as they look and sound; see report_shown.c. */
bl_status bl_draw_mistakes(bl_report *rep) BL_MUST_CHECK;
/* The figure of a row, where there is one, as the place-th (from 0) of its list. */
void bl_show_mistake(const bl_report *rep, bl_sink *k, size_t place, size_t row, size_t *bytes_left);
/* Which lists of mistakes a result has; returns how many. */
size_t bl_mistake_kinds(const bl_report *rep, const bl_result *res, bl_worst_kind kinds[2]);

/* ---- what the results say ---------------------------------------------------------------------------------------- */

const char *bl_report_class(const bl_report *rep, long code);
/* Area under a ROC curve by trapezoids. */
double bl_curve_area(const bl_curve *c);
/* A part's name without the column's: "snr_db -10..-5" gives "-10..-5" for `by` snr_db. */
const char *bl_part_label(const bl_report *rep, const bl_part *part);

/* ---- sections of the page ---------------------------------------------------------------------------------------- */

enum { BL_REPORT_ROWS = 200 }; /* longer tables are cut, with a note that names the file with all */

void bl_section_results(const bl_report *rep, bl_sink *k);
void bl_section_folds(const bl_report *rep, bl_sink *k);
void bl_section_by(const bl_report *rep, bl_sink *k);
void bl_section_mistakes(const bl_report *rep, bl_sink *k, size_t *bytes_left);
void bl_section_run(const bl_report *rep, bl_sink *k);
void bl_section_split(const bl_report *rep, bl_sink *k);
void bl_section_config(const bl_report *rep, bl_sink *k);
void bl_section_versions(const bl_report *rep, bl_sink *k);
/* Inlines the drawn pictures whose names are `name` or begin with `name` and '_'. */
void bl_section_pictures(const bl_report *rep, bl_sink *k, const char *name, size_t *bytes_left);
/* Copies an SVG by gnuplot into HTML: ids get `prefix`, namespaces go, so that many fit one page. */
void bl_sink_svg(bl_sink *k, const char *svg, const char *prefix, const char *label);

#endif
