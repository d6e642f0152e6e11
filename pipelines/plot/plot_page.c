/* What the two kinds of pictures write into gnuplot's script besides their own panels: the title, the marks of the
 * annotations, and files of numbers. */
#include <math.h>
#include <string.h>

#include "baleen/file.h"
#include "baleen/text.h"
#include "plot_private.h"
#include "report_private.h"

enum { MARKS_MAX = 300 };

void bl_plot_title(const bl_plot *p, bl_sink *k)
{
  bl_sink_quoted(k, bl_path_base(p->rec->path));
  bl_sink_puts(k, ".'  ('.");
  bl_sink_quoted(k, p->rec->format ? p->rec->format : "");
  bl_sink_printf(k, ".', %g Hz, ", p->st->rate_hz);
  if (p->mixed && p->n_channels > 1) bl_sink_printf(k, "mean of %zu channels)'", p->n_channels);
  else if (p->n_channels < p->st->n_channels)
    bl_sink_printf(k, "%zu of %zu channels)'", p->n_channels, p->st->n_channels);
  else bl_sink_printf(k, "%zu channel%s)'", p->n_channels, p->n_channels == 1 ? "" : "s");
}

/* Lines at the onsets, shades over the durations, and labels where there is room for them. */
void bl_plot_marks(const bl_plot *p, bl_sink *k, bool named)
{
  const bl_annotations *a = &p->marks;
  double span = p->to_s - p->from_s, last = -INFINITY;
  size_t drawn = 0;
  for (size_t i = 0; i < a->n && drawn < MARKS_MAX; i++) {
    const bl_annotation *m = &a->v[i];
    double from = fmax(m->onset_s, p->from_s), to = fmin(m->onset_s + fmax(m->duration_s, 0), p->to_s);
    if (!(m->onset_s < p->to_s) || !(m->onset_s + fmax(m->duration_s, 0) >= p->from_s)) continue;
    if (to > from && drawn % 2 == 0)
      bl_sink_printf(k,
                     "set object rectangle from first %.9g, graph 0 to first %.9g, graph 1 fillcolor rgb '#D55E00' "
                     "fillstyle transparent solid 0.06 noborder behind\n",
                     from / p->time_scale, to / p->time_scale);
    if (m->onset_s >= p->from_s)
      bl_sink_printf(k,
                     "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead lw 0.8 lc rgb '#E3A57F' back\n",
                     m->onset_s / p->time_scale, m->onset_s / p->time_scale);
    if (named && from - last > 0.03 * span) {
      bl_sink_printf(k, "set label at first %.9g, graph 1 offset 0.2,-0.5 font ',10' tc rgb '#A04000' ",
                     from / p->time_scale);
      bl_sink_quoted(k, m->label ? m->label : "");
      bl_sink_puts(k, "\n");
      last = from;
    }
    drawn++;
  }
}

bl_status bl_plot_write(const bl_plot *p, const char *name, const void *bytes, size_t n)
{
  char *path = bl_strf(p->ctx, "%s/%s", p->folder, name);
  if (!path) return bl_fail_nomem(p->ctx, "the picture");
  bl_status s = bl_file_write(p->ctx, path, n ? bytes : "", n);
  bl_free(p->ctx, path);
  return s;
}

bl_status bl_plot_nothing(const bl_plot *p)
{
  return bl_fail(p->ctx, BL_E_NONFINITE, "%s: no sample from %g s to %g s is finite: there is nothing to draw",
                 p->rec->path, p->from_s, p->to_s);
}

/* Points of matplotlib's colour maps, evenly spaced. */
const char *bl_plot_palette(const char *name)
{
  static const char *const maps[][2] = {
      {"magma",
       "set palette defined (0 '#000004', 1 '#1c1044', 2 '#4f127b', 3 '#812581', 4 '#b5367a', 5 '#e55064', \\\n"
       "  6 '#fb8761', 7 '#fec287', 8 '#fcfdbf')\n"},
      {"inferno",
       "set palette defined (0 '#000004', 1 '#1f0c48', 2 '#550f6d', 3 '#88226a', 4 '#ba3655', 5 '#e35933', \\\n"
       "  6 '#f98c0a', 7 '#f9c932', 8 '#fcffa4')\n"},
      {"gray", "set palette defined (0 '#000000', 1 '#ffffff')\n"},
      {"gray_r", "set palette defined (0 '#ffffff', 1 '#000000')\n"}};
  if (!strcmp(name, "viridis")) return bl_plot_viridis;
  for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
    if (!strcmp(name, maps[i][0])) return maps[i][1];
  return NULL;
}
