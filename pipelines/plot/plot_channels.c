/* Channels (EEG, EMG ...): traces over time with a scale bar, and beside them the power spectral density of each by
 * Welch's method (Welch 1967): Hann windows of about two seconds, half overlapping, means removed, densities
 * averaged. */
#include <math.h>
#include <string.h>

#include "baleen/sort.h"
#include "plot_private.h"
#include "report_private.h"

typedef struct traces {
  const bl_plot *p;
  bl_envelope wave;
  bl_spectrum spectrum;
  bool has_spectrum;
  double *power;                   /* [channel][bin] sums */
  double frames[BL_PLOT_CHANNELS]; /* of each channel, those of finite samples */
} traces;

static void on_frame(void *user, double time_s, const float *frame)
{
  traces *t = user;
  (void)time_s;
  size_t bins = t->spectrum.frames->n_bins;
  for (size_t c = 0; c < t->spectrum.frames->n_channels; c++) {
    const float *v = frame + c * bins;
    bool finite = true;
    for (size_t b = 0; b < bins; b++) finite = finite && isfinite(v[b]);
    for (size_t b = 0; finite && b < bins; b++) t->power[c * bins + b] += (double)v[b];
    t->frames[c] += finite;
  }
}

static bl_status on_block(void *user, bl_ctx *ctx, double time_s, const float *x, size_t n)
{
  traces *t = user;
  bl_envelope_add(t->p, &t->wave, time_s, x, n);
  return t->has_spectrum ? bl_spectrum_push(ctx, &t->spectrum, x, n) : BL_OK;
}

static bl_status on_stretch(void *user, bl_ctx *ctx, double time_s, bool begin)
{
  traces *t = user;
  return t->has_spectrum ? bl_spectrum_stretch(ctx, &t->spectrum, time_s, begin) : BL_OK;
}

/* 1, 2, 3 or 5 times a power of ten, at least x. */
static double round_up(double x)
{
  double ten = pow(10, floor(log10(x)));
  return x <= ten ? ten : x <= 2 * ten ? 2 * ten : x <= 3 * ten ? 3 * ten : x <= 5 * ten ? 5 * ten : 10 * ten;
}

/* Distance of neighbouring traces: four standard deviations of the middle channel, so that one wild electrode does not
 * flatten the others. */
static double spacing(const bl_envelope *e)
{
  double sd[BL_PLOT_CHANNELS];
  size_t n = 0;
  for (size_t c = 0; c < e->width; c++) {
    double mean = e->sum[c] / e->count[c];
    if (e->count[c] > 0) sd[n++] = sqrt(fmax(e->squares[c] / e->count[c] - mean * mean, 0));
  }
  bl_sort(sd, n);
  double x = n ? 4 * sd[n / 2] : 0;
  return x > 0 && isfinite(x) ? round_up(x) : 1;
}

static bl_status write_traces(const bl_plot *p, const bl_envelope *e, double step)
{
  bl_sink k = {.ctx = p->ctx};
  for (size_t c = 0; c < e->width; c++)
    bl_envelope_lines(p, e, c, e->sum[c] / e->count[c], 1 / step, (double)(e->width - 1 - c), &k);
  bl_status s = k.status ? k.status : bl_plot_write(p, "traces.dat", k.buf.v, k.buf.len);
  bl_sink_free(&k);
  return s;
}

/* How many channels have a spectrum. */
static size_t with_spectrum(const traces *t)
{
  size_t n = 0;
  for (size_t c = 0; t->has_spectrum && c < bl_plot_width(t->p); c++) n += t->frames[c] > 0;
  return n;
}

/* Frequency, then a column of dB for each channel, then their mean (of powers). */
static bl_status write_psd(const traces *t)
{
  bl_ctx *ctx = t->p->ctx;
  const bl_spectrum *sp = &t->spectrum;
  size_t bins = sp->frames->n_bins, width = bl_stream_width(sp->frames), n = sp->frames->n_channels;
  float *v =
      bl_calloc(ctx, 2 * width, sizeof *v); /* a frame of the channels, a frame whose first channel is their mean */
  bl_sink k = {.ctx = ctx};
  bl_status s = v ? BL_OK : bl_fail_nomem(ctx, "the spectrum");
  for (size_t i = 0; !s && i < width; i++) {
    double frames = t->frames[i / bins];
    if (!(frames > 0)) continue;
    v[i] = (float)(t->power[i] / frames);
    v[width + i % bins] += (float)(t->power[i] / frames / (double)with_spectrum(t));
  }
  if (!s) s = bl_spectrum_db(ctx, sp, v, 2);
  for (size_t b = 1; !s && b < bins; b++) { /* the mean was removed: nothing is to be seen at 0 Hz */
    bl_sink_real(&k, (double)b * t->p->st->rate_hz / (2.0 * (double)(bins - 1)));
    for (size_t c = 0; c <= n; c++) {
      bl_sink_puts(&k, " ");
      bl_sink_real(&k, c < n && !(t->frames[c] > 0) ? (double)NAN : (double)(c < n ? v[c * bins + b] : v[width + b]));
    }
    bl_sink_puts(&k, "\n");
    s = k.status;
  }
  if (!s) s = bl_plot_write(t->p, "psd.dat", k.buf.v, k.buf.len);
  bl_sink_free(&k);
  bl_free(ctx, v);
  return s;
}

static void trace_panel(const traces *t, bl_sink *k, double step, double right)
{
  const bl_plot *p = t->p;
  size_t n = bl_plot_width(p);
  bl_sink_printf(
      k,
      "set lmargin at screen 0.085\nset rmargin at screen %.3f\nset border 1\nset grid noytics\n"
      "set xrange [%.9g:%.9g]\nset yrange [-0.8:%.9g]\nset xlabel 'time (%s)'\nset tics scale 0.4\nset ytics (",
      right, p->from_s / p->time_scale, p->to_s / p->time_scale, (double)n - 0.2, p->time_unit);
  for (size_t c = 0; c < n; c++) {
    bl_sink_puts(k, c ? ", " : "");
    bl_sink_quoted(k, p->st->channels[p->channel[c]].name);
    bl_sink_printf(k, " %zu", n - 1 - c);
  }
  bl_sink_printf(k, ")\nset title ");
  bl_plot_title(p, k);
  bl_sink_puts(k, "\n");
  bl_plot_marks(p, k, true);
  double bar = n > 1 ? 0 : -0.5; /* one unit high */
  bl_sink_printf(k,
                 "set arrow from graph 1.012, first %g to graph 1.012, first %g nohead lw 2.5 lc rgb '#222222' front\n"
                 "set label at graph 1.02, first %g rotate by 90 center offset 0.6,0 tc rgb '#222222' '%g %s'\n",
                 bar, bar + 1, bar + 0.5, step, p->unit);
  const char *before = "plot ";
  for (size_t c = 0; c < n; c++) {
    if (!(t->wave.count[c] > 0)) continue;
    bl_sink_printf(k, "%s'traces.dat' index %zu using 1:2 with lines lw 0.8 lc rgb '%s' notitle", before, c,
                   c % 2 ? "#0072B2" : "#1b3a57");
    before = ", \\\n  ";
  }
  bl_sink_puts(k, "\nunset arrow\nunset label\nunset object\nunset title\n");
}

static void range(bl_sink *k, const char *which, double lo, double hi)
{
  bl_sink_printf(k, "set %s [", which);
  if (isnan(lo)) bl_sink_puts(k, "*");
  else bl_sink_printf(k, "%.9g", lo);
  bl_sink_puts(k, ":");
  if (isnan(hi)) bl_sink_puts(k, "*");
  else bl_sink_printf(k, "%.9g", hi);
  bl_sink_puts(k, "]\n");
}

static void psd_panel(const traces *t, bl_sink *k)
{
  const bl_plot *p = t->p;
  size_t n = bl_plot_width(p), several = with_spectrum(t) > 1;
  bl_sink_puts(k, "set lmargin at screen 0.765\nset rmargin at screen 0.985\nset border 3\nset grid xtics ytics\n");
  range(k, "xrange", p->f_min, p->f_max);
  range(k, "yrange", p->how->db_min, p->how->db_max);
  bl_sink_printf(k,
                 "set ytics autofreq\nset xlabel 'frequency (Hz)'\n"
                 "set ylabel 'power density (dB re 1 %s²/Hz)'\nset title 'Welch PSD'\n"
                 "set key top right inside\n",
                 p->unit);
  const char *before = "plot ";
  for (size_t c = 0; c < n; c++) {
    if (!(t->frames[c] > 0)) continue;
    bl_sink_printf(k, "%s'psd.dat' using 1:%zu with lines lw %s notitle", before, c + 2,
                   several ? "0.7 lc rgb '#8856B4E9'" : "1.5 lc rgb '#0072B2'");
    before = ", \\\n  ";
  }
  if (several)
    bl_sink_printf(k, "%s'psd.dat' using 1:%zu with lines lw 2 lc rgb '#0072B2' title 'mean'", before, n + 2);
  bl_sink_puts(k, "\n");
}

/* Samples of a window: the power of two nearest to two seconds, or what the span holds; 0: too short for a spectrum. */
static size_t window_length(const bl_plot *p)
{
  size_t n = 16;
  if (p->how->n_fft) return (double)p->how->n_fft <= p->n_frames ? p->how->n_fft : 0;
  while (n < 1 << 15 && (double)n * 1.414 < 2 * p->st->rate_hz) n *= 2;
  while (n >= 16 && (double)n > p->n_frames) n /= 2;
  return n >= 16 ? n : 0;
}

bl_status bl_plot_channels(const bl_plot *p, bl_sink *script, int *width, int *height)
{
  bl_ctx *ctx = p->ctx;
  traces t = {.p = p};
  size_t n_fft = window_length(p);
  double step = 1;
  bl_status s = n_fft ? bl_spectrum_new(p, n_fft, n_fft / 2, false, &t.spectrum) : BL_OK;
  if (s) return s;
  t.has_spectrum = n_fft > 0;
  t.spectrum.on_frame = on_frame;
  t.spectrum.user = &t;
  t.power = bl_calloc(ctx, t.has_spectrum ? bl_stream_width(t.spectrum.frames) : 0, sizeof *t.power);
  s = t.power ? bl_envelope_new(p, BL_PLOT_COLUMNS, &t.wave) : bl_fail_nomem(ctx, "the spectrum");
  if (!s) s = bl_plot_read(p, on_stretch, on_block, &t);
  bool any = false;
  for (size_t c = 0; !s && c < bl_plot_width(p); c++) any = any || t.wave.count[c] > 0;
  if (!s && !any) s = bl_plot_nothing(p);
  if (!s) {
    step = spacing(&t.wave);
    s = write_traces(p, &t.wave, step);
  }
  bool psd = with_spectrum(&t) > 0;
  if (!s && psd) s = write_psd(&t);
  if (!s) {
    *width = 1300;
    *height = 200 + 34 * (int)bl_plot_width(p);
    if (*height < 380) *height = 380;
    bl_sink_printf(script, "set multiplot\nset tmargin at screen 1-%.0f./%d\nset bmargin at screen %.0f./%d\n", 62.0,
                   *height, 62.0, *height);
    trace_panel(&t, script, step, psd ? 0.66 : 0.94);
    if (psd) psd_panel(&t, script);
    bl_sink_puts(script, "unset multiplot\n");
  }
  bl_free(ctx, t.power);
  bl_envelope_free(ctx, &t.wave);
  if (t.has_spectrum) bl_spectrum_free(ctx, &t.spectrum);
  return s;
}
