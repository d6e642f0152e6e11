/* Pictures that compare learners: ROC curves, scores by fold, scores by a column. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_private.h"

/* Points nearer than this to the one before are left out of the drawn curve (not of its area): a quarter pixel. */
static const double roc_step = 0.0005;

static void roc_points(bl_sink *k, const bl_curve *c)
{
  double x = -1, y = -1;
  for (size_t i = 0; i < c->n; i++) {
    bool corner = i == 0 || i + 1 == c->n;
    if (!corner && fabs(c->x[i] - x) < roc_step && fabs(c->y[i] - y) < roc_step) continue;
    x = c->x[i];
    y = c->y[i];
    bl_sink_real(k, x);
    bl_sink_puts(k, " ");
    bl_sink_real(k, y);
    bl_sink_puts(k, "\n");
  }
  bl_sink_puts(k, "\n\n");
}

bl_status bl_draw_roc(bl_report *rep)
{
  const bl_results *r = rep->r;
  bl_sink data = {.ctx = rep->ctx}, body = {.ctx = rep->ctx};
  bl_sink_puts(
      &data,
      "# ROC over the test predictions of all folds; false positive rate, true positive rate; a block a model\n");
  bl_sink_puts(&body, "set size ratio 1\nset xrange [0:1]\nset yrange [0:1]\nset xtics 0.2\nset ytics 0.2\n"
                      "set xlabel 'false positive rate'\nset ylabel 'true positive rate'\n"
                      "set key outside bottom center vertical maxcols 1 Left reverse\n"
                      "plot x with lines lc rgb '#999999' lw 1.2 dt 2 title 'chance (AUC 0.500)'");
  size_t n = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (!r->v[i].roc.n) continue;
    roc_points(&data, &r->v[i].roc);
    bl_sink_printf(&body, ", \\\n  'roc.dat' index %zu using 1:2 with lines lw 2.2 lc rgb '%s' title ", n,
                   bl_plot_colour(i));
    bl_sink_quoted(&body, r->v[i].name);
    bl_sink_puts(&body, ".' (AUC ");
    bl_sink_fixed(&body, bl_curve_area(&r->v[i].roc), 3, "?");
    bl_sink_puts(&body, ")'");
    n++;
  }
  bl_sink_puts(&body, "\n");
  if (n)
    return bl_report_draw(rep, "roc", "ROC curves over the test predictions of all folds; the dashed line is chance.",
                          (bl_canvas){.width = 600, .height = 640 + 20 * (int)(n < 12 ? n : 12)}, &data, &body);
  bl_sink_free(&data);
  bl_sink_free(&body);
  return BL_OK;
}

/* ---- scores by fold and by part ---------------------------------------------------------------------------------- */

typedef struct span {
  double lo, hi;
} span;

static void widen(span *s, double x)
{
  if (!isfinite(x)) return;
  if (!(s->lo <= x)) s->lo = x;
  if (!(s->hi >= x)) s->hi = x;
}

/* Some air above and below; scores between 0 and 1 are not given room for what cannot be. */
static void y_range(bl_sink *k, span s)
{
  double air = s.hi > s.lo ? 0.12 * (s.hi - s.lo) : 0.05 * fmax(fabs(s.hi), 0.1);
  double lo = s.lo - air, hi = s.hi + air;
  if (s.lo >= 0 && s.hi <= 1) {
    lo = fmax(lo, -0.01);
    hi = fmin(hi, 1.01);
  }
  bl_sink_puts(k, "set yrange [");
  bl_sink_real(k, lo);
  bl_sink_puts(k, ":");
  bl_sink_real(k, hi);
  bl_sink_printf(k, "]\nset format y '%s'\n", hi - lo > 2 ? "%g" : hi - lo > 0.05 ? "%.2f" : "%.3f");
}

/* Points of learners at the same place stand beside one another. */
static double beside(size_t i, size_t n) { return ((double)i - 0.5 * (double)(n - 1)) * fmin(0.12, 0.6 / (double)n); }

static void data_line(bl_sink *k, double x, double y, const char *rest)
{
  bl_sink_real(k, x);
  bl_sink_puts(k, " ");
  bl_sink_real(k, y);
  bl_sink_printf(k, "%s\n", rest);
}

/* One series of points, and its mean as a thin line across; *n counts the series of the file. */
static void fold_series(bl_sink *data, bl_sink *body, const char *name, const char *note, const double *v,
                        size_t stride, size_t folds, double dx, size_t *n, size_t colour, bool published)
{
  double sum = 0, used = 0;
  for (size_t f = 0; f < folds; f++) {
    double y = v[f * stride];
    data_line(data, (double)(f + 1) + dx, y, "");
    if (isfinite(y)) sum += y, used++;
  }
  bl_sink_puts(data, "\n\n");
  static const int filled[] = {7, 5, 9, 13, 11, 15};
  bl_sink_printf(body, "%s'folds.dat' index %zu using 1:2 with points pt %d ps %s lw 1.6 lc rgb '%s' title ",
                 *n ? ", \\\n  " : "plot ", *n, published ? filled[colour % 6] - 1 : filled[colour % 6],
                 published ? "1.1" : "0.9", bl_plot_colour(colour));
  bl_sink_quoted(body, name);
  bl_sink_puts(body, ".");
  bl_sink_quoted(body, note);
  if (used > 0) {
    bl_sink_puts(body, ".' (mean ");
    bl_sink_fixed(body, sum / used, 3, "?");
    bl_sink_puts(body, ")', \\\n  ");
    bl_sink_real(body, sum / used);
    bl_sink_printf(body, " with lines lw 1 dt %s lc rgb '%s' notitle", published ? "3" : "2", bl_plot_colour(colour));
  }
  ++*n;
}

bl_status bl_draw_folds(bl_report *rep)
{
  const bl_results *r = rep->r;
  const bl_config *c = rep->c;
  size_t folds = r->v[0].cv.n_folds, metrics = r->v[0].cv.n_metrics, m = rep->main_metric, n = 0;
  span y = {NAN, NAN};
  for (size_t i = 0; i < r->n; i++)
    for (size_t f = 0; f < folds && m < metrics; f++) widen(&y, r->v[i].cv.score[f * metrics + m]);
  if (folds < 2 || m >= metrics || !isfinite(y.lo)) return BL_OK;
  size_t series = r->n;
  for (size_t j = 0; j < c->n_published; j++) {
    series++;
    for (size_t f = 0; f < folds && f < c->published[j].folds.n; f++) widen(&y, c->published[j].folds.v[f]);
  }
  bl_sink data = {.ctx = rep->ctx}, body = {.ctx = rep->ctx};
  bl_sink_puts(&data, "# fold (moved aside so that points do not cover one another), score; a block a model\n");
  y_range(&body, y);
  bl_sink_printf(&body, "set xrange [0.5:%zu.5]\nset xlabel 'fold'\nset grid noxtics\n%sset ylabel ", folds,
                 folds <= 20 ? "set xtics 1\n" : "");
  bl_sink_quoted(&body, c->score_names[m]);
  bl_sink_puts(&body, "\nset key outside top center horizontal Left reverse width 1\n");
  for (size_t i = 0; i < r->n; i++)
    fold_series(&data, &body, r->v[i].name, "", r->v[i].cv.score + m, metrics, folds, beside(i, series), &n, i, false);
  for (size_t j = 0; j < c->n_published; j++) {
    size_t given = c->published[j].folds.n < folds ? c->published[j].folds.n : folds;
    if (given)
      fold_series(&data, &body, c->published[j].name, ", published", c->published[j].folds.v, 1, given,
                  beside(r->n + j, series), &n, r->n + j, true);
  }
  bl_sink_puts(&body, "\n");
  return bl_report_draw(rep, "folds",
                        c->n_published
                            ? "Score of each fold; dashed lines are means, hollow marks the published numbers."
                            : "Score of each fold; dashed lines are means.",
                        (bl_canvas){.width = 720, .height = 430}, &data, &body);
}

/* The metric drawn by parts: the main one, or the first that is defined in some part. */
static size_t by_metric(const bl_report *rep, span *y)
{
  const bl_results *r = rep->r;
  size_t metrics = r->v[0].cv.n_metrics;
  for (size_t turn = 0; turn <= metrics; turn++) {
    size_t m = turn ? turn - 1 : rep->main_metric;
    *y = (span){NAN, NAN};
    for (size_t i = 0; i < r->n && m < metrics; i++)
      for (size_t q = 0; q < r->v[i].n_parts; q++) widen(y, r->v[i].parts[q].score[m]);
    if (isfinite(y->lo)) return m;
  }
  return metrics;
}

bl_status bl_draw_by(bl_report *rep)
{
  const bl_results *r = rep->r;
  const bl_result *first = &r->v[0];
  span y;
  size_t m = by_metric(rep, &y);
  if (first->n_parts < 2 || m >= first->cv.n_metrics) return BL_OK;
  bl_sink data = {.ctx = rep->ctx}, body = {.ctx = rep->ctx};
  bl_sink_puts(&data, "# part, score, rows; a block a model\n");
  y_range(&body, y);
  bl_sink_printf(&body, "set xrange [-0.5:%zu.5]\nset grid noxtics\n%sset xtics (", first->n_parts - 1,
                 first->n_parts > 9 ? "set xtics rotate by 40 right\n" : "");
  for (size_t q = 0; q < first->n_parts; q++) {
    bl_sink_puts(&body, q ? ", \\\n  " : "");
    bl_sink_quoted(&body, bl_part_label(rep, &first->parts[q]));
    if (first->n_parts > 9) bl_sink_printf(&body, ".' (%zu)' %zu", first->parts[q].n, q);
    else bl_sink_printf(&body, ".\"\\nn = %zu\" %zu", first->parts[q].n, q);
  }
  bl_sink_puts(&body, ")\nset xlabel ");
  bl_sink_quoted(&body, rep->c->evaluate.by ? rep->c->evaluate.by : "part");
  bl_sink_puts(&body, first->n_parts > 9 ? "\nset ylabel " : " offset 0,-0.8\nset ylabel ");
  bl_sink_quoted(&body, rep->c->score_names[m]);
  bl_sink_puts(&body, "\nset key outside top center horizontal Left reverse width 1\n");
  for (size_t i = 0; i < r->n; i++) {
    for (size_t q = 0; q < r->v[i].n_parts; q++) {
      char rest[40] = "";
      snprintf(rest, sizeof rest, " %zu", r->v[i].parts[q].n);
      data_line(&data, (double)q, r->v[i].parts[q].score[m], rest);
    }
    bl_sink_puts(&data, "\n\n");
    bl_sink_printf(&body, "%s'by.dat' index %zu using 1:2 with linespoints lw 1.8 pt %d ps 0.8 lc rgb '%s' title ",
                   i ? ", \\\n  " : "plot ", i, (int[]){7, 5, 9, 13, 11, 15}[i % 6], bl_plot_colour(i));
    bl_sink_quoted(&body, r->v[i].name);
  }
  bl_sink_puts(&body, "\n");
  return bl_report_draw(rep, "by", "Score of the rows of each part, over the test predictions of all folds.",
                        (bl_canvas){.width = 720, .height = first->n_parts > 9 ? 520 : 450}, &data, &body);
}
