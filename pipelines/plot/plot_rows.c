/* The upward axis of an image whose rows are bins: round frequencies where bins have them, else some of the bins' names. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot_private.h"

enum { TICS = 8, LEAST_GAPS = 16 };

/* Whether each row stands for a higher frequency than the one below. */
static bool rises(const bl_stream *f, size_t rows)
{
  if (!f->bin_hz || f->n_bins != rows || rows < 2) return false;
  for (size_t b = 0; b < rows; b++)
    if (!isfinite(f->bin_hz[b]) || (b && f->bin_hz[b] <= f->bin_hz[b - 1])) return false;
  return true;
}

double bl_plot_row_of(const bl_stream *f, size_t rows, double hz)
{
  const double *at = f->bin_hz;
  size_t b = 0, last = rows - 1;
  if (!at || isnan(at[0]) || isnan(hz)) return (double)NAN;
  while (b < last && at[b + 1] < hz) b++;
  if (b == last || !(at[b + 1] > at[b])) return (double)b;
  return (double)b + fmin(fmax((hz - at[b]) / (at[b + 1] - at[b]), 0), 1);
}

/* 1, 2 or 5 times a power of ten, the least that is no smaller. */
static double round_up(double x)
{
  double ten = pow(10, floor(log10(x)));
  for (int k = 0; k < 3; k++) {
    double at = (double[]){1, 2, 5}[k] * ten;
    if (at >= x * (1 - 1e-9)) return at;
  }
  return 10 * ten;
}

/* Of rows even in Hz: the next multiple of a round step. Of others: the next of 1, 2, 5, 10, 20 ... */
static double next_tic(double hz, double step) { return step > 0 ? hz + step : round_up(hz * 1.01); }

static size_t frequencies(const bl_stream *f, size_t rows, double lo, double hi, bl_sink *k)
{
  const double *at = f->bin_hz;
  double first = at[1] - at[0], last = at[rows - 1] - at[rows - 2], before = -HUGE_VAL;
  double step = fabs(last - first) < 0.01 * first ? round_up((hi - lo) / TICS) : 0;
  double hz = step > 0 ? (lo > 0 ? ceil(lo / step - 1e-9) * step : 0) : round_up(lo > 0 ? lo : 1);
  double end = hi * (1 + 1e-9), was = -HUGE_VAL;
  size_t n = 0;
  if (step > 0) end = fmin(end, hi + step / 2);
  /* in a band of a few last bits a step may be too small to lead on */
  for (; hz <= end && hz > was; was = hz, hz = next_tic(hz, step)) {
    double row = bl_plot_row_of(f, rows, hz);
    if (hz < at[0] || (!(step > 0) && row - before < (double)rows / LEAST_GAPS)) continue;
    bl_sink_printf(k, "%s'%g %s' %.4f", n++ ? ", " : "", hz < 1000 ? hz : hz / 1000, hz < 1000 ? "Hz" : "kHz", row);
    before = row;
  }
  return n;
}

static void names(const bl_stream *f, size_t rows, bl_sink *k)
{
  char name[BL_BIN_NAME];
  size_t step = rows > TICS ? rows / TICS : 1;
  for (size_t b = 0; b < rows; b += step) {
    const char *text = bl_stream_bin(f, b, name);
    double hz = f->bin_hz ? f->bin_hz[b] : NAN;
    if (!isnan(hz)) {
      snprintf(name, sizeof name, hz < 1000 ? "%.3g Hz" : "%.3g kHz", hz < 1000 ? hz : hz / 1000);
      text = name;
    }
    bl_sink_printf(k, "%s'%s' %zu", b ? ", " : "", text, b);
  }
}

void bl_plot_rows_shown(const bl_plot *p, const bl_stream *f, size_t rows, double *lo, double *hi)
{
  bool hz = rises(f, rows) && p->f_min < f->bin_hz[rows - 1] && p->f_max > f->bin_hz[0];
  *lo = hz ? bl_plot_row_of(f, rows, p->f_min) : 0;
  *hi = hz ? bl_plot_row_of(f, rows, p->f_max) : (double)(rows - 1);
}

void bl_plot_row_axis(const bl_plot *p, const bl_stream *f, size_t rows, bl_sink *k)
{
  double from, to;
  bl_plot_rows_shown(p, f, rows, &from, &to);
  bl_sink_puts(k, "set ytics (");
  if (!rises(f, rows) ||
      frequencies(f, rows, fmax(p->f_min, f->bin_hz[0]), fmin(p->f_max, f->bin_hz[rows - 1]), k) < 4) {
    bl_sink_puts(k, ")\nset ytics (");
    names(f, rows, k);
  }
  bl_sink_printf(k, ")\nset ylabel ''\nset yrange [%.6g:%.6g]\n", from - 0.5, to + 0.5);
}
