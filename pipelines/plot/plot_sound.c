/* A sound: waveform above spectrogram. The spectrogram is the mean power density of the frames of each column, in
 * dB. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot_private.h"
#include "report_private.h"

enum { BOXES_MAX = 300 };

typedef struct sound {
  const bl_plot *p;
  bl_envelope wave;
  bl_spectrum spectrum;
  size_t columns, bins;
  double *power; /* [columns][bins] sums */
  double *count; /* [columns] */
} sound;

static void on_frame(void *user, double time_s, const float *frame)
{
  sound *m = user;
  double at = (time_s - m->p->from_s) / (m->p->to_s - m->p->from_s) * (double)m->columns + 1e-9;
  size_t column = at < 0 ? 0 : at >= (double)m->columns ? m->columns - 1 : (size_t)at;
  for (size_t b = 0; b < m->bins; b++)
    if (!isfinite(frame[b])) return; /* a hole where no frame of the column is finite */
  for (size_t b = 0; b < m->bins; b++) m->power[column * m->bins + b] += (double)frame[b];
  m->count[column]++;
}

static bl_status on_block(void *user, bl_ctx *ctx, double time_s, const float *x, size_t n)
{
  sound *m = user;
  bl_envelope_add(m->p, &m->wave, time_s, x, n);
  return bl_spectrum_push(ctx, &m->spectrum, x, n);
}

static bl_status on_stretch(void *user, bl_ctx *ctx, double time_s, bool begin)
{
  return bl_spectrum_stretch(ctx, &((sound *)user)->spectrum, time_s, begin);
}

static int ascending(const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* The rows of the image that lie in the band. */
static void band(const sound *m, size_t *first, size_t *behind)
{
  double per_hz = 2 * (double)(m->bins - 1) / m->p->st->rate_hz;
  *first = (size_t)fmax(floor(m->p->f_min * per_hz), 0);
  *behind = (size_t)fmin(ceil(m->p->f_max * per_hz), (double)(m->bins - 1));
  if (*behind <= *first) *behind = *first + 1;
}

bl_status bl_plot_colour_range(bl_ctx *ctx, const float *v, size_t n, double most, double *lo, double *hi)
{
  float *sorted = bl_calloc(ctx, n, sizeof *sorted);
  if (!sorted) return bl_fail_nomem(ctx, "the spectrogram");
  size_t m = 0;
  for (size_t i = 0; i < n; i++)
    if (isfinite(v[i])) sorted[m++] = v[i];
  qsort(sorted, m, sizeof *sorted, ascending);
  *lo = m ? (double)sorted[m / 20] : 0;
  *hi = m ? (double)sorted[(size_t)(most * (double)(m - 1))] : 1;
  if (!(*hi > *lo)) *lo -= 1, *hi += 1;
  bl_free(ctx, sorted);
  return BL_OK;
}

/* Sums to dB, and from [column][bin] to rows of one frequency, as gnuplot wants an image. Without the Nyquist bin. */
static bl_status image(sound *m, float **out, double *lo, double *hi)
{
  bl_ctx *ctx = m->p->ctx;
  size_t rows = m->bins - 1, n = m->columns * rows;
  float *db = bl_calloc(ctx, m->columns * m->bins, sizeof *db), *v = bl_calloc(ctx, n, sizeof *v);
  bl_status s = db && v ? BL_OK : bl_fail_nomem(ctx, "the spectrogram");
  for (size_t i = 0; !s && i < m->columns * m->bins; i++) {
    double count = m->count[i / m->bins];
    db[i] = count > 0 ? (float)(m->power[i] / count) : 0;
  }
  if (!s) s = bl_spectrum_db(ctx, &m->spectrum, db, m->columns);
  for (size_t c = 0; !s && c < m->columns; c++)
    for (size_t b = 0; b < rows; b++) v[b * m->columns + c] = m->count[c] > 0 ? db[c * m->bins + b] : NAN;
  size_t first, behind;
  band(m, &first, &behind);
  if (!s) s = bl_plot_colour_range(ctx, v + first * m->columns, (behind - first) * m->columns, 1, lo, hi);
  if (!isnan(m->p->how->db_min)) *lo = m->p->how->db_min;
  if (!isnan(m->p->how->db_max)) *hi = m->p->how->db_max;
  if (!(*hi > *lo)) *(isnan(m->p->how->db_max) ? hi : lo) = isnan(m->p->how->db_max) ? *lo + 1 : *hi - 1;
  bl_free(ctx, db);
  if (s) {
    bl_free(ctx, v);
    v = NULL;
  }
  *out = v;
  return s;
}

void bl_plot_wave_panel(const bl_plot *p, const bl_envelope *e, bl_sink *k)
{
  float top = 0;
  for (size_t i = 0; i < e->columns; i++)
    if (e->lo[i] <= e->hi[i]) top = fmaxf(top, fmaxf(fabsf(e->lo[i]), fabsf(e->hi[i])));
  bl_sink_printf(k,
                 "set tmargin at screen 0.925\nset bmargin at screen 0.74\nset yrange [%.6g:%.6g]\nset ytics autofreq\n"
                 "set format x ''\nset ylabel 'amplitude (%s)'\n",
                 -1.05 * (double)(top > 0 ? top : 1), 1.05 * (double)(top > 0 ? top : 1), p->unit);
  bl_sink_puts(k, "set title ");
  bl_plot_title(p, k);
  bl_sink_puts(k, "\n");
  bl_plot_marks(p, k, true);
  bl_sink_puts(k, "plot 'wave.dat' using 1:2 with lines lw 0.8 lc rgb '#0072B2' notitle\nunset title\nunset label\n");
}

/* What is marked from one frequency to another. */
static void boxes(const bl_plot *p, bl_sink *k, double scale)
{
  bl_sink_puts(k, "unset object\n");
  for (size_t i = 0, drawn = 0; i < p->marks.n && drawn < BOXES_MAX; i++) {
    const bl_annotation *m = &p->marks.v[i];
    double from = fmax(m->onset_s, p->from_s), to = fmin(m->onset_s + m->duration_s, p->to_s);
    double lo = fmax(m->low_hz, p->f_min), hi = fmin(m->high_hz, p->f_max);
    if (!(to > from) || isnan(m->low_hz) || isnan(m->high_hz) || !(hi > lo)) continue;
    bl_sink_printf(
        k,
        "set object rectangle from first %.9g, first %.9g to first %.9g, first %.9g front fillstyle empty border lc rgb "
        "'#D55E00' lw 1.6\n",
        from / p->time_scale, lo / scale, to / p->time_scale, hi / scale);
    drawn++;
  }
}

static void spectrum_panel(const sound *m, bl_sink *k, double lo, double hi)
{
  const bl_plot *p = m->p;
  size_t rows = m->bins - 1;
  double rate = p->st->rate_hz, scale = rate >= 4000 ? 1000 : 1, dy = rate / 2 / (double)rows / scale;
  double dx = (p->to_s - p->from_s) / (double)m->columns / p->time_scale;
  bl_sink_printf(
      k,
      "set tmargin at screen 0.71\nset bmargin at screen 0.11\nset format x '%%g'\nset grid noxtics noytics\n"
      "set border 15\nset yrange [%.9g:%.9g]\nset ylabel 'frequency (%s)'\nset xlabel 'time (%s)'\n"
      "set cbrange [%.4f:%.4f]\nset cblabel 'power density (dB re 1 %s²/Hz)' offset 1.2,0\n%s",
      p->f_min / scale, p->f_max / scale, scale > 1 ? "kHz" : "Hz", p->time_unit, lo, hi, p->unit,
      bl_plot_palette(p->how->cmap ? p->how->cmap : "viridis"));
  boxes(p, k, scale);
  if (p->scale < 1) bl_sink_puts(k, "set palette maxcolors 32\n"); /* half the bytes */
  bl_sink_printf(k,
                 "plot 'spectrogram.bin' binary array=(%zu,%zu) format='%%float32' endian=%s origin=(%.9g,%.9g) "
                 "dx=%.9g dy=%.9g with image notitle\n",
                 m->columns, rows, *(const unsigned char *)&(const uint16_t){1} ? "little" : "big",
                 p->from_s / p->time_scale + dx / 2, 0.0, dx, dy);
}

/* Of sound 20 ms at least, of what is slower two seconds. */
static size_t window_length(const bl_plot *p)
{
  size_t n = 128;
  double rate = p->st->rate_hz, want = strcmp(p->unit, "FS") ? 2 * rate : 0.02 * rate;
  if (p->how->n_fft) return p->how->n_fft;
  while (n < 2 * BL_PLOT_BINS && (double)n < want) n *= 2;
  return n;
}

bl_status bl_plot_sound(const bl_plot *p, bl_sink *script, int *width, int *height)
{
  bl_ctx *ctx = p->ctx;
  size_t n_fft = window_length(p);
  double frames = (p->to_s - p->from_s) * p->st->rate_hz;             /* gaps take their place on the axis */
  double most = p->scale < 1 ? BL_PLOT_COLUMNS / 4 : BL_PLOT_COLUMNS; /* a small picture has no room for more */
  size_t least_hop = n_fft / 8; /* whole samples: closer columns of a spectrogram tell nothing new */
  double hop = fmin(fmax(floor(frames / most), (double)least_hop), (double)n_fft);
  sound m = {.p = p, .columns = (size_t)fmin(fmax(floor(frames / hop), 1), most)};
  bl_sink wave = {.ctx = ctx};
  float *v = NULL;
  double lo = 0, hi = 1;
  bl_status s = bl_spectrum_new(p, n_fft, (size_t)hop, true, &m.spectrum);
  if (s) return s;
  m.bins = bl_stream_width(m.spectrum.frames);
  m.spectrum.on_frame = on_frame;
  m.spectrum.user = &m;
  m.power = bl_calloc(ctx, m.columns * m.bins, sizeof *m.power);
  m.count = bl_calloc(ctx, m.columns, sizeof *m.count);
  s = m.power && m.count ? bl_envelope_new(p, BL_PLOT_COLUMNS, &m.wave) : bl_fail_nomem(ctx, "the spectrogram");
  if (!s) s = bl_plot_read(p, on_stretch, on_block, &m);
  if (!s && !(m.wave.count[0] > 0)) s = bl_plot_nothing(p);
  if (!s) s = image(&m, &v, &lo, &hi);
  if (!s) s = bl_plot_write(p, "spectrogram.bin", v, m.columns * (m.bins - 1) * sizeof *v);
  if (!s) {
    bl_envelope_lines(p, &m.wave, 0, 0, 1, 0, &wave);
    s = wave.status ? wave.status : bl_plot_write(p, "wave.dat", wave.buf.v, wave.buf.len);
  }
  if (!s) {
    bl_sink_puts(script, "set multiplot\nset lmargin at screen 0.09\nset rmargin at screen 0.87\n");
    bl_sink_printf(script, "set xrange [%.9g:%.9g]\n", p->from_s / p->time_scale, p->to_s / p->time_scale);
    bl_plot_wave_panel(p, &m.wave, script);
    spectrum_panel(&m, script, lo, hi);
    bl_sink_puts(script, "unset multiplot\n");
    *width = 1100;
    *height = 640;
  }
  bl_free(ctx, v);
  bl_free(ctx, m.power);
  bl_free(ctx, m.count);
  bl_sink_free(&wave);
  bl_envelope_free(ctx, &m.wave);
  bl_spectrum_free(ctx, &m.spectrum);
  return s;
}
