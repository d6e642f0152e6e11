/* What a chain of stages makes of a recording, below its waveform: an image of bins over time, or lines where there are
 * few. What the stages find is drawn over it: as boxes where it has
 * frequencies and the image rows of them, else as spans of time. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/found.h"
#include "plot_private.h"
#include "report_private.h"

enum { FEW_BINS = 4, MOST_BINS = 4096, FOUND_MAX = 300 };

typedef struct picture {
  const bl_plot *p;
  bl_envelope wave;
  bl_spectrum spectrum;
  size_t columns, rows;
  double *sum, *count;  /* [columns][rows] of finite values */
  bl_annotations found; /* in times of the recording */
} picture;

static void on_frame(void *user, double time_s, const float *frame)
{
  picture *m = user;
  double at = (time_s - m->p->from_s) / (m->p->to_s - m->p->from_s) * (double)m->columns + 1e-9;
  size_t column = at < 0 ? 0 : at >= (double)m->columns ? m->columns - 1 : (size_t)at;
  for (size_t b = 0; b < m->rows; b++) {
    if (!isfinite(frame[b])) continue;
    m->sum[column * m->rows + b] += (double)frame[b];
    m->count[column * m->rows + b]++;
  }
}

static bl_status on_block(void *user, bl_ctx *ctx, double time_s, const float *x, size_t n)
{
  picture *m = user;
  bl_envelope_add(m->p, &m->wave, time_s, x, n);
  return bl_spectrum_push(ctx, &m->spectrum, x, n);
}

/* What the stages found in the stretch that ends here. */
static bl_status gather_found(bl_ctx *ctx, picture *m)
{
  bl_status s = BL_OK;
  const bl_stage_run *run;
  for (size_t i = 0; !s && (run = bl_stage_chain_run(m->spectrum.chain, i)); i++)
    s = bl_found_annotations(ctx, run, m->spectrum.stretch_s, &m->found);
  return s;
}

static bl_status on_stretch(void *user, bl_ctx *ctx, double time_s, bool begin)
{
  picture *m = user;
  bl_status s = bl_spectrum_stretch(ctx, &m->spectrum, time_s, begin);
  return s || begin ? s : gather_found(ctx, m);
}

/* Means, from [column][bin] to rows of one bin; NAN where nothing is. To be freed. */
static float *means(const picture *m)
{
  float *v = bl_calloc(m->p->ctx, m->columns * m->rows, sizeof *v);
  for (size_t c = 0; v && c < m->columns; c++)
    for (size_t b = 0; b < m->rows; b++) {
      double n = m->count[c * m->rows + b];
      v[b * m->columns + c] = n > 0 ? (float)(m->sum[c * m->rows + b] / n) : NAN;
    }
  return v;
}

/* Half a row more below and above: what has one frequency alone is seen, too. */
static void found_boxes(const picture *m, bl_sink *k)
{
  double scale = m->p->time_scale;
  for (size_t i = 0; i < m->found.n && i < FOUND_MAX; i++) {
    const bl_annotation *a = &m->found.v[i];
    double lo = bl_plot_row_of(m->spectrum.frames, m->rows, a->low_hz) - 0.5,
           hi = bl_plot_row_of(m->spectrum.frames, m->rows, a->high_hz) + 0.5;
    bl_sink_printf(k, "set object rectangle from first %.9g, ", a->onset_s / scale);
    if (isnan(lo) || isnan(hi))
      bl_sink_printf(k, "graph 0.01 to first %.9g, graph 0.99", (a->onset_s + a->duration_s) / scale);
    else bl_sink_printf(k, "first %.6g to first %.9g, first %.6g", lo, (a->onset_s + a->duration_s) / scale, hi);
    bl_sink_puts(k, " front fillstyle empty border lc rgb '#D55E00' lw 1.6\n");
  }
}

static void panel(const picture *m, bl_sink *k)
{
  bl_sink_printf(
      k,
      "set tmargin at screen 0.71\nset bmargin at screen 0.11\nset format x '%%g'\nset grid noxtics noytics\n"
      "set border 15\nset xlabel 'time (%s)'\nunset object\n",
      m->p->time_unit);
  found_boxes(m, k);
}

/* The unit as it is written, "dB re FS²", into text [64]; of numbers without one, the last stage. */
static const char *unit_of(const picture *m, char *text)
{
  const bl_stream *f = m->spectrum.frames;
  const bl_stage_run *run, *last = NULL;
  for (size_t i = 0; (run = bl_stage_chain_run(m->spectrum.chain, i)); i++) last = run;
  bool none = !f->units.n || !*f->units.v[0] || !strcmp(f->units.v[0], "1");
  snprintf(text, 64, "%s", !none ? f->units.v[0] : last ? last->cls->name : "value");
  for (char *at; (at = strstr(text, "^2"));) memcpy(at, "²", 2); /* two bytes, too */
  return text;
}

static void image_panel(const picture *m, bl_sink *k, double lo, double hi)
{
  const bl_plot *p = m->p;
  char unit[64];
  double dx = (p->to_s - p->from_s) / (double)m->columns / p->time_scale;
  panel(m, k);
  bl_plot_row_axis(p, m->spectrum.frames, m->rows, k);
  bl_sink_printf(k, "set cbrange [%.6g:%.6g]\nset format cb '%%.3g'\nset cblabel '%s' offset 1.2,0\n%s", lo, hi,
                 unit_of(m, unit), bl_plot_palette(p->how->cmap ? p->how->cmap : "viridis"));
  bl_sink_printf(k,
                 "plot 'frames.bin' binary array=(%zu,%zu) format='%%float32' endian=%s origin=(%.9g,0) "
                 "dx=%.9g dy=1 with image notitle\n",
                 m->columns, m->rows, *(const unsigned char *)&(const uint16_t){1} ? "little" : "big",
                 p->from_s / p->time_scale + dx / 2, dx);
}

/* A line a bin, each a block of the file. */
static bl_status lines(const picture *m, const float *v, bl_sink *data)
{
  const bl_plot *p = m->p;
  double step = (p->to_s - p->from_s) / (double)m->columns / p->time_scale, from = p->from_s / p->time_scale;
  for (size_t b = 0; b < m->rows; b++) {
    for (size_t c = 0; c < m->columns; c++)
      bl_sink_printf(data, "%.9g %.6g\n", from + ((double)c + 0.5) * step, (double)v[b * m->columns + c]);
    bl_sink_puts(data, "\n\n");
  }
  return data->status ? data->status : bl_plot_write(p, "course.dat", data->buf.v, data->buf.len);
}

static void line_panel(const picture *m, bl_sink *k)
{
  char name[BL_BIN_NAME], unit[64];
  panel(m, k);
  bl_sink_printf(k, "set yrange [*:*]\nset ytics autofreq\nset ylabel '%s'\nset datafile missing 'nan'\nplot ",
                 unit_of(m, unit));
  for (size_t b = 0; b < m->rows; b++)
    bl_sink_printf(k, "%s'course.dat' index %zu using 1:2 with lines lw 1.2 lc rgb '%s' title '%s'", b ? ", " : "", b,
                   bl_plot_colour(b), bl_stream_bin(m->spectrum.frames, b, name));
  bl_sink_puts(k, "\n");
}

static bl_status write_data(picture *m, bool few, double *lo, double *hi)
{
  bl_ctx *ctx = m->p->ctx;
  bl_sink wave = {.ctx = ctx}, course = {.ctx = ctx};
  float *v = means(m);
  const bl_texts *units = &m->spectrum.frames->units;
  double most = units->n && !strncmp(units->v[0], "dB", 2) ? 1 : 0.995; /* outliers shrink in decibels only */
  double from, to;
  bl_plot_rows_shown(m->p, m->spectrum.frames, m->rows, &from, &to);
  size_t first = (size_t)from, n = (size_t)ceil(to) + 1 - first;
  bl_status s = v ? bl_plot_colour_range(ctx, v + first * m->columns, n * m->columns, most, lo, hi)
                  : bl_fail_nomem(ctx, "the picture");
  if (!isnan(m->p->how->db_min)) *lo = m->p->how->db_min;
  if (!isnan(m->p->how->db_max)) *hi = m->p->how->db_max;
  if (!(*hi > *lo)) *hi = *lo + 1;
  if (!s) s = few ? lines(m, v, &course) : bl_plot_write(m->p, "frames.bin", v, m->columns * m->rows * sizeof *v);
  if (!s) {
    bl_envelope_lines(m->p, &m->wave, 0, 0, 1, 0, &wave);
    s = wave.status ? wave.status : bl_plot_write(m->p, "wave.dat", wave.buf.v, wave.buf.len);
  }
  bl_free(ctx, v);
  bl_sink_free(&wave);
  bl_sink_free(&course);
  return s;
}

static bl_status read_all(picture *m)
{
  const bl_plot *p = m->p;
  bl_status s = bl_spectrum_of_stages(p, p->how->stages, &m->spectrum);
  if (s) return s;
  m->rows = bl_stream_width(m->spectrum.frames);
  m->columns = (size_t)fmin(fmax(floor((p->to_s - p->from_s) * m->spectrum.frames->rate_hz), 1), BL_PLOT_COLUMNS);
  m->spectrum.on_frame = on_frame;
  m->spectrum.user = m;
  if (m->rows > MOST_BINS)
    return bl_fail(p->ctx, BL_E_RANGE, "plot: the stages give %zu bins a frame, which no picture shows; at most %d",
                   m->rows, MOST_BINS);
  m->sum = bl_calloc(p->ctx, m->columns * m->rows, sizeof *m->sum);
  m->count = bl_calloc(p->ctx, m->columns * m->rows, sizeof *m->count);
  s = m->sum && m->count ? bl_envelope_new(p, BL_PLOT_COLUMNS, &m->wave) : bl_fail_nomem(p->ctx, "the picture");
  if (!s) s = bl_plot_read(p, on_stretch, on_block, m);
  return !s && !(m->wave.count[0] > 0) ? bl_plot_nothing(p) : s;
}

bl_status bl_plot_stages(const bl_plot *p, bl_sink *script, int *width, int *height)
{
  picture m = {.p = p};
  double lo = 0, hi = 1;
  bl_status s = read_all(&m);
  bool few = m.rows <= FEW_BINS;
  if (!s) s = write_data(&m, few, &lo, &hi);
  if (!s) {
    bl_sink_puts(script, "set multiplot\nset lmargin at screen 0.09\nset rmargin at screen 0.84\n");
    bl_sink_printf(script, "set xrange [%.9g:%.9g]\n", p->from_s / p->time_scale, p->to_s / p->time_scale);
    bl_plot_wave_panel(p, &m.wave, script);
    if (few) line_panel(&m, script);
    else image_panel(&m, script, lo, hi);
    bl_sink_puts(script, "unset multiplot\n");
    *width = 1100;
    *height = 640;
  }
  bl_free(p->ctx, m.sum);
  bl_free(p->ctx, m.count);
  bl_annotations_free(p->ctx, &m.found);
  bl_envelope_free(p->ctx, &m.wave);
  bl_spectrum_free(p->ctx, &m.spectrum);
  return s;
}
