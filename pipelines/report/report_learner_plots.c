/* Pictures of one learner: confusion, distribution of scores, predicted against true. */
#include <math.h>
#include <string.h>

#include "baleen/file.h"
#include "report_private.h"

enum { CONFUSION_MAX = 60, BINS = 40 /* at most */, POINTS_MAX = 3000 };

static bl_status draw_for(bl_report *rep, const char *what, const bl_result *res, const char *caption, bl_canvas size,
                          bl_sink *data, bl_sink *body, const char *plot)
{
  char *name = bl_file_name_of(rep->ctx, what, res->name);
  char *title = bl_strf(rep->ctx, "%s: %s", res->name, caption);
  bl_status s = BL_OK;
  if (!name || !title) {
    s = bl_fail_nomem(rep->ctx, "a picture");
    bl_sink_free(data);
    bl_sink_free(body);
  } else {
    bl_sink head = {.ctx = rep->ctx}; /* the script names its data once, at its top */
    bl_sink_printf(&head, "data = '%s.dat'\n", name);
    bl_sink_puts(&head, bl_buf_text(&body->buf));
    bl_sink_puts(&head, plot);
    if (body->status) head.status = body->status;
    bl_sink_free(body);
    s = bl_report_draw(rep, name, title, size, data, &head);
  }
  bl_free(rep->ctx, name);
  bl_free(rep->ctx, title);
  return s;
}

static void class_tics(const bl_report *rep, bl_sink *k, const char *axis, const char *how)
{
  bl_sink_printf(k, "set %stics %s (", axis, how);
  for (size_t i = 0; i < rep->p->classes.n; i++) {
    bl_sink_puts(k, i ? ", " : "");
    bl_sink_quoted(k, rep->p->classes.v[i]);
    bl_sink_printf(k, " %zu", i);
  }
  bl_sink_puts(k, ")\n");
}

/* Truth's row and predicted's column of cell, count, share of the row in percent, and the text written in the cell. */
static void confusion_data(bl_sink *k, const double *confusion, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    double all = 0;
    for (size_t j = 0; j < n; j++) all += confusion[i * n + j];
    for (size_t j = 0; j < n; j++) {
      double count = confusion[i * n + j], share = all > 0 ? 100 * count / all : 0;
      bl_sink_printf(k, "%zu %zu ", i, j);
      bl_sink_real(k, count);
      bl_sink_puts(k, " ");
      bl_sink_real(k, share);
      bl_sink_puts(k, " \"");
      bl_sink_fixed(k, count, count == rint(count) ? 0 : 1, "");
      if (n <= 12) {
        bl_sink_puts(k, "\\n");
        bl_sink_fixed(k, share, share > 0 && share < 1 ? 1 : 0, "");
        bl_sink_puts(k, " %");
      }
      bl_sink_printf(k, "\" %d\n", share > 55 ? 0xffffff : count > 0 ? 0x222222 : 0xb0b0b0);
    }
  }
}

bl_status bl_draw_confusion(bl_report *rep, const bl_result *res)
{
  size_t n = rep->p->classes.n, longest = 0;
  if (!res->confusion || n < 2 || n > CONFUSION_MAX) return BL_OK;
  for (size_t i = 0; i < n; i++) {
    size_t len = strlen(rep->p->classes.v[i]);
    longest = len > longest ? len : longest;
  }
  bl_sink data = {.ctx = rep->ctx}, body = {.ctx = rep->ctx};
  bl_sink_puts(&data, "# true class, predicted class, rows, share of the true class in %, text, its colour\n");
  confusion_data(&data, res->confusion, n);
  double last = (double)n - 0.5;
  bl_sink_puts(&body, "set size ratio 1\nunset grid\nunset key\nset border 15\nset tics scale 0\nset cbtics scale 0.5\n"
                      "set palette defined (0 '#f7fbff', 0.25 '#c6dbef', 0.5 '#6baed6', 0.75 '#2171b5', 1 '#08306b')\n"
                      "set cbrange [0:100]\nset cblabel 'share of the true class (%)'\n"
                      "set xlabel 'predicted'\nset ylabel 'true'\n");
  bl_sink_puts(&body, "set xrange [-0.5:");
  bl_sink_real(&body, last);
  bl_sink_puts(&body, "]\nset yrange [");
  bl_sink_real(&body, last);
  bl_sink_puts(&body, ":-0.5]\n");
  class_tics(rep, &body, "x", n * longest > 56 ? "rotate by 45 right" : "");
  class_tics(rep, &body, "y", "");
  bool text = n <= 30;
  bl_sink plot = {.ctx = rep->ctx};
  bl_sink_puts(&plot, "plot data using 2:1:($2-0.5):($2+0.5):($1-0.5):($1+0.5):4 with boxxyerror fillstyle solid "
                      "border rgb '#ffffff' lw 1.2 fillcolor palette");
  if (text)
    bl_sink_printf(&plot, ", \\\n  data using 2:1:5:6 with labels tc rgb variable font ',%d'",
                   n <= 6    ? 14
                   : n <= 12 ? 10
                             : 8);
  bl_sink_puts(&plot, "\n");
  int side = n <= 3 ? 340 : n <= 12 ? 280 + 40 * (int)n : 780;
  int names = (int)(longest < 24 ? longest : 24) * 8;
  if (plot.status) body.status = plot.status;
  bl_status s =
      draw_for(rep, "confusion_", res, "counts of test predictions, and shares of the true class",
               (bl_canvas){.width = side + names + 160, .height = side + 90 + (n * longest > 56 ? names * 3 / 4 : 0)},
               &data, &body, bl_buf_text(&plot.buf));
  bl_sink_free(&plot);
  return s;
}

/* ---- distribution of scores -------------------------------------------------------------------------------------- */

typedef struct histogram {
  size_t n;
  double lo, hi, count[3][BINS], all[3]; /* negative, positive, unlabelled */
} histogram;

static bool fill_histogram(const bl_report *rep, const bl_result *res, histogram *h)
{
  *h = (histogram){.lo = NAN, .hi = NAN};
  for (size_t i = 0; i < res->cv.n_rows; i++) {
    double v = bl_entry_score(rep->p, &res->cv, i);
    if (!isfinite(v)) continue;
    if (!(h->lo <= v)) h->lo = v;
    if (!(h->hi >= v)) h->hi = v;
  }
  if (!isfinite(h->lo) || !(h->hi > h->lo)) return false;
  if (h->lo >= 0 && h->hi <= 1 && rep->p->task != BL_TASK_ANOMALY && res->cv.proba) h->lo = 0, h->hi = 1;
  double bins = ceil(1.3 * sqrt((double)res->cv.n_rows)); /* few rows, wide bins */
  h->n = bins < 12 ? 12 : bins > BINS ? BINS : (size_t)bins;
  long positive = (long)rep->p->classes.n - 1;
  for (size_t i = 0; i < res->cv.n_rows; i++) {
    double v = bl_entry_score(rep->p, &res->cv, i);
    if (!isfinite(v)) continue;
    double at = floor((v - h->lo) / (h->hi - h->lo) * (double)h->n);
    size_t bin = at >= (double)h->n ? h->n - 1 : at < 0 ? 0 : (size_t)at;
    long truth = bl_entry_truth(rep->p, &res->cv, i);
    int kind = truth < 0 ? 2 : truth == positive;
    h->count[kind][bin]++;
    h->all[kind]++;
  }
  return true;
}

bl_status bl_draw_scores(bl_report *rep, const bl_result *res)
{
  histogram h;
  if (!fill_histogram(rep, res, &h)) return BL_OK;
  bl_sink data = {.ctx = rep->ctx}, body = {.ctx = rep->ctx}, plot = {.ctx = rep->ctx};
  const char *others = rep->p->classes.n > 2 ? "others" : bl_report_class(rep, 0);
  const char *names[] = {others, bl_report_class(rep, (long)rep->p->classes.n - 1), "not labelled"};
  bl_sink_puts(&data, "# middle of the bin, then share of each kind in %: negative, positive, not labelled\n");
  for (size_t b = 0; b < h.n; b++) {
    bl_sink_real(&data, h.lo + (h.hi - h.lo) * ((double)b + 0.5) / (double)h.n);
    for (int kind = 0; kind < 3; kind++) {
      bl_sink_puts(&data, " ");
      bl_sink_real(&data, h.all[kind] > 0 ? 100 * h.count[kind][b] / h.all[kind] : 0);
    }
    bl_sink_puts(&data, "\n");
  }
  bl_sink_puts(&body, "set boxwidth ");
  bl_sink_real(&body, (h.hi - h.lo) / (double)h.n);
  bl_sink_puts(&body, "\nset grid noxtics\nset yrange [0:*]\nset ylabel 'share of rows (%)'\nset xrange [");
  bl_sink_real(&body, h.lo);
  bl_sink_puts(&body, ":");
  bl_sink_real(&body, h.hi);
  bl_sink_puts(&body, "]\nset style fill transparent solid 0.5 noborder\n"
                      "set key outside top center horizontal Left reverse width 1\nset xlabel ");
  if (rep->p->task == BL_TASK_ANOMALY) bl_sink_quoted(&body, "anomaly score (higher is stranger)");
  else {
    bl_sink_quoted(&body, bl_entry_score_name(rep->p, &res->cv));
    bl_sink_puts(&body, ".' of '.");
    bl_sink_quoted(&body, names[1]);
  }
  bl_sink_puts(&body, "\n");
  static const char *const colours[] = {"#0072B2", "#D55E00", "#777777"};
  bool first = true;
  for (int kind = 0; kind < 3; kind++) {
    if (!(h.all[kind] > 0)) continue;
    bl_sink_printf(&plot, "%sdata using 1:%d with boxes lc rgb '%s' title ", first ? "plot " : ", \\\n  ", kind + 2,
                   colours[kind]);
    bl_sink_quoted(&plot, names[kind]);
    bl_sink_printf(&plot, ".' (n = %.0f)'", h.all[kind]);
    first = false;
  }
  bl_sink_puts(&plot, "\n");
  if (plot.status) body.status = plot.status;
  bl_status s = draw_for(rep, "scores_", res, "scores of the test predictions, by true class",
                         (bl_canvas){.width = 720, .height = 400}, &data, &body, bl_buf_text(&plot.buf));
  bl_sink_free(&plot);
  return s;
}

/* ---- regression -------------------------------------------------------------------------------------------------- */

bl_status bl_draw_predicted(bl_report *rep, const bl_result *res)
{
  const bl_cv *cv = &res->cv;
  if (rep->p->task != BL_TASK_REGRESSION || rep->p->n_targets > 1 || !rep->p->y || !cv->pred || !cv->n_rows)
    return BL_OK;
  bl_sink data = {.ctx = rep->ctx}, body = {.ctx = rep->ctx};
  size_t step = (cv->n_rows + POINTS_MAX - 1) / POINTS_MAX;
  bl_sink_printf(&data, "# true, predicted; every %zu. of %zu\n", step, cv->n_rows);
  double lo = INFINITY, hi = -INFINITY;
  for (size_t i = 0; i < cv->n_rows; i += step) {
    double truth = cv->row[i] < rep->p->n ? rep->p->y[cv->row[i]] : NAN;
    bl_sink_real(&data, truth);
    bl_sink_puts(&data, " ");
    bl_sink_real(&data, cv->pred[i]);
    bl_sink_puts(&data, "\n");
    if (isfinite(truth)) lo = fmin(lo, truth), hi = fmax(hi, truth);
    if (isfinite(cv->pred[i])) lo = fmin(lo, cv->pred[i]), hi = fmax(hi, cv->pred[i]);
  }
  if (!(hi > lo)) {
    bl_sink_free(&data);
    bl_sink_free(&body);
    return BL_OK;
  }
  double air = 0.04 * (hi - lo);
  bl_sink_puts(&body, "lo = ");
  bl_sink_real(&body, lo - air);
  bl_sink_puts(&body, "\nhi = ");
  bl_sink_real(&body, hi + air);
  bl_sink_puts(&body, "\nset size ratio 1\nset xrange [lo:hi]\nset yrange [lo:hi]\nset ylabel 'predicted '.");
  const char *label = rep->c->rows.label.n ? rep->c->rows.label.v[0] : "value";
  bl_sink_quoted(&body, label);
  bl_sink_puts(&body, "\nset xlabel 'true '.");
  bl_sink_quoted(&body, label);
  bl_sink_puts(&body, "\nset key outside bottom center horizontal Left reverse\n");
  return draw_for(rep, "predicted_", res, "test predictions against the truth",
                  (bl_canvas){.width = 560, .height = 580}, &data, &body,
                  "plot x with lines lw 1.2 dt 2 lc rgb '#777777' title 'perfect', \\\n"
                  "  data using 1:2 with points pt 7 ps 0.45 lc rgb '#660072B2' title 'rows'\n");
}
