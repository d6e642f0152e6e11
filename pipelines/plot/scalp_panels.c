/* scalp_panels.c: see scalp_panels.h. The data are blocks for gnuplot's `index`: of each head the image and its contours,
 * then, for all of them, what covers the image outside of the disc, the outline of the head, and the electrodes. */
#include "scalp_panels.h"

#include <math.h>
#include <string.h>

#include "plot_private.h"
#include "report_private.h"

enum {
  LEVELS = 6,
  ROW = 5,
  CELL = 220,
  MAP = 200,
  TOP = 34,
  ABOVE = 30,
  BAR = 9,
  BELOW = 56,
  TITLED = 480,
  ROUND = 180
};
static const double PI = 3.14159265358979323846;

/* ColorBrewer's RdBu, turned round: what is negative is blue. */
static const char blue_to_red[] =
    "set palette defined (0 '#053061', 1 '#2166ac', 2 '#4393c3', 3 '#92c5de', 4 '#d1e5f0', 5 '#f7f7f7', 6 '#fddbc7', \\\n"
    "  7 '#f4a582', 8 '#d6604d', 9 '#b2182b', 10 '#67001f')\n";

typedef struct limits {
  double lo, hi;
  bool signs; /* lo is -hi: there are negative values */
} limits;

static limits range_of(const bl_scalp_map *m, const double *v)
{
  limits r = {.lo = INFINITY, .hi = -INFINITY};
  for (size_t k = 0; k < m->n; k++) {
    r.lo = fmin(r.lo, v[m->which[k]]);
    r.hi = fmax(r.hi, v[m->which[k]]);
  }
  r.signs = r.lo < 0;
  if (r.signs) r.hi = fmax(-r.lo, r.hi), r.lo = -r.hi;
  if (!(r.hi > r.lo)) r.hi = r.lo + (fabs(r.lo) > 0 ? fabs(r.lo) : 1) * 1e-3; /* the same everywhere */
  return r;
}

/* ---- data -------------------------------------------------------------------------------------------------------- */

static void image_block(const bl_scalp_map *m, const double *image, bl_sink *k)
{
  for (size_t i = 0; i < m->side * m->side; i++)
    bl_sink_printf(k, "%zu %zu %.4g\n", i % m->side, i / m->side, image[i]);
  bl_sink_puts(k, "\n\n");
}

/* Where a level is crossed on the way from corner a to corner b of a square of the grid; corners lie 0 0, 1 0, 1 1, 0 1. */
static bool crossing(const double v[4], int a, int b, double level, double at[2])
{
  static const double corner[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
  if ((v[a] < level) == (v[b] < level)) return false;
  double t = (level - v[a]) / (v[b] - v[a]);
  for (int i = 0; i < 2; i++) at[i] = corner[a][i] + t * (corner[b][i] - corner[a][i]);
  return true;
}

/* The lines of a level in one square of the grid, whose first corner is pixel (c, r): none, one, or two at a saddle. */
static void contour_lines(const bl_scalp_map *m, const double *image, size_t c, size_t r, double level, bl_sink *k)
{
  double step = 2 / (double)m->side, at[4][2];
  const double *p = image + r * m->side + c;
  const double v[4] = {p[0], p[1], p[m->side + 1], p[m->side]};
  int n = 0;
  for (int e = 0; e < 4; e++) n += crossing(v, e, (e + 1) % 4, level, at[n]);
  for (int i = 0; i + 1 < n; i += 2) {
    for (int end = i; end < i + 2; end++)
      bl_sink_printf(k, "%.5g %.5g\n", ((double)c + 0.5 + at[end][0]) * step - 1,
                     ((double)r + 0.5 + at[end][1]) * step - 1);
    bl_sink_puts(k, "\n");
  }
}

static void contour_block(const bl_scalp_map *m, const double *image, const limits *range, bl_sink *k)
{
  bl_sink_puts(k, "0 nan\n\n"); /* a block without a line would not count */
  for (int l = 1; l <= LEVELS; l++) {
    double level = range->lo + (range->hi - range->lo) * l / (LEVELS + 1);
    for (size_t r = 0; r + 1 < m->side; r++)
      for (size_t c = 0; c + 1 < m->side; c++) contour_lines(m, image, c, r, level, k);
  }
  bl_sink_puts(k, "\n");
}

static void arc(bl_sink *k, double radius, double from, double to)
{
  for (int i = 0; i <= ROUND; i++) {
    double a = (from + (to - from) * i / ROUND) * PI / 180;
    bl_sink_printf(k, "%.5f %.5f\n", radius * cos(a), radius * sin(a));
  }
}

/* All of the square but the head. */
static void cover_block(bl_sink *k)
{
  bl_sink_puts(k, "1.1 0\n1.1 -1.1\n-1.1 -1.1\n-1.1 1.1\n1.1 1.1\n1.1 0\n");
  arc(k, 1, 0, 360);
  bl_sink_puts(k, "\n\n");
}

/* The head, its nose, and its ears. */
static void head_block(bl_sink *k)
{
  static const double ear[][2] = {{0.985, 0.17}, {1.03, 0.21},   {1.07, 0.2},    {1.09, 0.14},  {1.085, 0.04},
                                  {1.1, -0.06},  {1.105, -0.15}, {1.075, -0.24}, {1.03, -0.26}, {0.975, -0.22}};
  arc(k, 1, 0, 360);
  bl_sink_puts(k, "\n-0.17 0.985\n0 1.15\n0.17 0.985\n\n");
  for (int sign = 1; sign >= -1; sign -= 2) {
    for (size_t i = 0; i < sizeof ear / sizeof *ear; i++) bl_sink_printf(k, "%.5f %.5f\n", sign * ear[i][0], ear[i][1]);
    bl_sink_puts(k, "\n");
  }
  bl_sink_puts(k, "\n");
}

static bl_status write_data(bl_ctx *ctx, const bl_scalp_map *m, const bl_scalp_panel *v, size_t n, bl_sink *k)
{
  double *image = bl_calloc(ctx, m->side * m->side, sizeof *image);
  if (!image) return bl_fail_nomem(ctx, "a map of the scalp");
  for (size_t i = 0; i < n; i++) {
    limits r = range_of(m, v[i].v);
    bl_scalp_map_draw(m, v[i].v, image);
    image_block(m, image, k);
    contour_block(m, image, &r, k);
  }
  cover_block(k);
  head_block(k);
  for (size_t e = 0; e < m->n; e++) bl_sink_printf(k, "%.5f %.5f\n", m->x[e], m->y[e]);
  bl_free(ctx, image);
  return k->status;
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten: two or three tics between the ends. */
static double tic_step(const limits *r)
{
  double rough = (r->hi - r->lo) / 2.7, power = pow(10, floor(log10(rough)));
  double first = rough / power;
  return power * (first < 1.5 ? 1 : first < 3.5 ? 2 : first < 7.5 ? 5 : 10);
}

/* Where things stand, in the units of an SVG, y downwards. */
typedef struct layout {
  int width, height, top;
  size_t columns;
} layout;

static layout lay_out(size_t n, bool titled)
{
  size_t rows = (n + ROW - 1) / ROW;
  layout l = {.top = titled ? TOP : 4, .columns = (n + rows - 1) / rows};
  l.width = (int)l.columns * CELL + 20;
  if (titled && l.width < TITLED) l.width = TITLED;
  l.height = l.top + (int)rows * (ABOVE + MAP + BELOW);
  return l;
}

/* The square of head i, and its colour bar below. */
static void place(const layout *l, size_t i, bl_sink *k)
{
  size_t row = i / l->columns, column = i % l->columns;
  double left = (l->width - (int)l->columns * CELL) / 2.0 + (double)column * CELL;
  double down = l->top + (double)row * (ABOVE + MAP + BELOW);
  double w = l->width, h = l->height, x0 = (left + (CELL - MAP) / 2.0) / w, y1 = 1 - (down + ABOVE) / h,
         y0 = y1 - MAP / h;
  bl_sink_printf(k,
                 "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\n"
                 "set bmargin at screen %.5f\n",
                 x0, x0 + MAP / w, y1, y0);
  bl_sink_printf(k, "set colorbox horizontal user origin screen %.5f,%.5f size screen %.5f,%.5f\n", x0 + 0.16 * MAP / w,
                 y0 - (BAR + 3) / h, 0.68 * MAP / w, BAR / h);
}

static void panel(const bl_scalp_map *m, const bl_scalp_panel *v, size_t i, size_t n, const char *cmap, bl_sink *k)
{
  limits r = range_of(m, v->v);
  double step = 2 / (double)m->side;
  bl_sink_puts(k, "set xrange [-1.22:1.22]\nset yrange [-1.22:1.22]\nset title ");
  bl_sink_quoted(k, v->title);
  bl_sink_puts(k, " offset 0,-0.8\n");
  bl_sink_puts(k, cmap ? bl_plot_palette(cmap) : r.signs ? blue_to_red : bl_plot_viridis);
  bl_sink_printf(k, "set cbrange [%.6g:%.6g]\nset cbtics %.3g\nset cblabel ", r.lo, r.hi, tic_step(&r));
  bl_sink_quoted(k, v->unit);
  bl_sink_puts(k, " offset 0,1\n");
  bl_sink_printf(k,
                 "plot data index %zu using (%.6g*($1+0.5)-1):(%.6g*($2+0.5)-1):3 with image, \\\n"
                 "  data index %zu with lines lw 0.6 lc rgb '#90000000', \\\n"
                 "  data index %zu with filledcurves closed fs solid noborder fc rgb '#ffffff', \\\n"
                 "  data index %zu with lines lw 1.3 lc rgb '#222222', \\\n"
                 "  data index %zu with points pt 7 ps %.2g lc rgb '#111111'\n",
                 2 * i, step, step, 2 * i + 1, 2 * n, 2 * n + 1, 2 * n + 2, m->n > 32 ? 0.22 : 0.3);
}

bl_status bl_scalp_panels(bl_ctx *ctx, const bl_scalp_map *m, const bl_scalp_panel *v, size_t n, const char *title,
                          const char *cmap, const char *file, bl_sink *data, bl_sink *script, int *width, int *height)
{
  layout l = lay_out(n, title != NULL);
  bl_sink_printf(script, "data = '%s'\nset multiplot\n", file);
  if (title)
    bl_sink_printf(script, "set label 100 %s at screen 0.5,%.5f center font ',14' tc rgb '#222222'\n", title,
                   1 - 17.0 / l.height);
  bl_sink_puts(script, "unset key\nunset border\nunset tics\nunset grid\nset title font ',12'\nset cblabel font ',10'\n"
                       "set cbtics font ',9' offset 0,0.5 scale 0.4\nset format cb '%.5g'\n");
  for (size_t i = 0; i < n; i++) {
    place(&l, i, script);
    panel(m, &v[i], i, n, cmap, script);
    if (!i && title) bl_sink_puts(script, "unset label 100\n");
  }
  *width = l.width;
  *height = l.height;
  bl_sink_puts(script, "unset multiplot\n");
  bl_status s = write_data(ctx, m, v, n, data);
  return s ? s : script->status;
}
