/* psd.c: Welch's method, part by part as the samples come; see psd.h. */
#include "psd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/wide.h"
#include "turn.h"

enum { SIDE = 8 };

const char *const bl_psd_auto[] = {"auto", NULL};
const char *const bl_psd_averages[] = {"mean", "median", NULL};
const char *const bl_psd_detrends[] = {"constant", "none", NULL};

bl_status bl_psd_shape(bl_ctx *ctx, const char *who, const bl_psd_params *p, const bl_stream *in, bl_psd_plan *out)
{
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has %zu bins; it makes its own spectrum, from a waveform", who,
                   in->n_bins);
  bl_status status = bl_window_check(ctx, who, &p->window);
  if (status) return status;
  double n = p->n_per_seg.word >= 0 ? rint(p->window_s * in->rate_hz) : p->n_per_seg.real;
  double n_fft = p->n_fft.word >= 0 ? n : p->n_fft.real;
  if (!(n >= 2 && n <= 1e8))
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: a part of %g s is %g samples at %g Hz; from 2 to 100000000 are possible; change "
                   "window_s",
                   who, p->window_s, n, in->rate_hz);
  if (n_fft < n)
    return bl_fail(ctx, BL_E_RANGE, "%s: n_fft %g is less than the %g samples of a part; take it as long or longer",
                   who, n_fft, n);
  /* a billionth: 0.1 of 250 is 25, whatever binary makes of it */
  size_t overlap = (size_t)floor(p->overlap * n + 1e-9);
  *out = (bl_psd_plan){.n_per_seg = (size_t)n, .n_fft = (size_t)n_fft, .df_hz = in->rate_hz / n_fft};
  out->hop = overlap < out->n_per_seg ? out->n_per_seg - overlap : 1;
  out->n_bins = out->n_fft / 2 + 1;
  return BL_OK;
}

bl_status bl_psd_init(bl_ctx *ctx, const char *who, const bl_psd_params *p, const bl_stream *in, bl_psd *s)
{
  bl_status status = bl_psd_shape(ctx, who, p, in, &s->plan);
  if (status) return status;
  s->who = who;
  s->average = p->average;
  s->detrend = p->detrend;
  s->n_channels = in->n_channels;
  s->w = bl_calloc(ctx, s->plan.n_per_seg, sizeof *s->w);
  s->part = bl_calloc(ctx, s->plan.n_per_seg, s->n_channels * sizeof *s->part);
  s->psd = bl_calloc(ctx, s->plan.n_bins, s->n_channels * sizeof *s->psd);
  s->power = bl_calloc(ctx, s->plan.n_bins, sizeof *s->power);
  if (!s->w || !s->part || !s->psd || !s->power) return bl_fail_nomem(ctx, who);
  if ((status = bl_window_make(ctx, who, &p->window, s->plan.n_per_seg, true, s->w))) return status;
  double squares = 0;
  for (size_t i = 0; i < s->plan.n_per_seg; i++) squares += s->w[i] * s->w[i];
  s->scale = 1 / (in->rate_hz * squares);
  return bl_rfft64_init(ctx, s->plan.n_fft, &s->fft);
}

void bl_psd_begin(bl_psd *s)
{
  s->filled = 0;
  s->n = s->n_parts = 0;
  memset(s->psd, 0, s->n_channels * s->plan.n_bins * sizeof *s->psd);
}

/* The means of m channels, at most SIDE. Each is a sum in the order of time, whose additions wait for one another, so
 * several channels are added up side by side. */
static void take_means(const double *x, size_t n, size_t m, double *mean)
{
  for (size_t c = 0; c < SIDE; c++) mean[c] = 0;
  if (m == SIDE)
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < SIDE; c++) mean[c] += x[c * n + i];
  else
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < m; c++) mean[c] += x[c * n + i];
  for (size_t c = 0; c < m; c++) mean[c] /= (double)n;
}

BL_WIDE static void weight(const double *restrict x, double mean, const double *restrict w, double *restrict to,
                           size_t n)
{
  for (size_t i = 0; i < n; i++) to[i] = (x[i] - mean) * w[i];
}

BL_WIDE static void add_powers(const double *restrict power, double scale, double *restrict sum, size_t n)
{
  for (size_t k = 0; k < n; k++) sum[k] += scale * power[k];
}

/* Adds the powers of one full part of one channel to `sum`. Bins without a twin among the negative frequencies, the
 * first and (n_fft even) the last, count once. */
static void add_part(bl_psd *s, const double *x, double mean, double *sum)
{
  const bl_psd_plan *p = &s->plan;
  size_t twins = (p->n_fft - 1) / 2;
  weight(x, mean, s->w, s->fft.in, p->n_per_seg);
  memset(s->fft.in + p->n_per_seg, 0, (p->n_fft - p->n_per_seg) * sizeof *s->fft.in);
  bl_rfft64_run_powers(&s->fft, s->power);
  add_powers(s->power, s->scale, sum, 1);
  add_powers(s->power + 1, 2 * s->scale, sum + 1, twins);
  if (twins + 1 < p->n_bins) add_powers(s->power + twins + 1, s->scale, sum + twins + 1, 1);
}

static void add_parts(bl_psd *s, double *sum)
{
  const bl_psd_plan *p = &s->plan;
  double mean[SIDE] = {0};
  for (size_t c = 0; c < s->n_channels; c++) {
    if (s->detrend == BL_PSD_CONSTANT && c % SIDE == 0) {
      size_t m = s->n_channels - c < SIDE ? s->n_channels - c : SIDE;
      take_means(s->part + c * p->n_per_seg, p->n_per_seg, m, mean);
    }
    add_part(s, s->part + c * p->n_per_seg, mean[c % SIDE], sum + c * p->n_bins);
  }
}

/* One spectrum a channel of the part in hand, then the part moves on by a hop. */
static bl_status end_part(bl_ctx *ctx, bl_psd *s)
{
  const bl_psd_plan *p = &s->plan;
  size_t width = s->n_channels * p->n_bins;
  double *sum = s->psd;
  if (s->average == BL_PSD_MEDIAN) {
    void *v = s->all;
    bl_status status = bl_grow(ctx, &v, &s->cap_all, (size_t)s->n_parts + 1, width * sizeof *s->all, s->who);
    if (status) return status;
    s->all = v;
    sum = s->all + (size_t)s->n_parts * width;
    memset(sum, 0, width * sizeof *sum);
  }
  add_parts(s, sum);
  s->n_parts++;
  s->filled = p->n_per_seg - p->hop;
  for (size_t c = 0; c < s->n_channels; c++)
    memmove(s->part + c * p->n_per_seg, s->part + c * p->n_per_seg + p->hop, s->filled * sizeof *s->part);
  return BL_OK;
}

bl_status bl_psd_push(bl_ctx *ctx, bl_psd *s, const float *x, size_t n)
{
  bl_status status = BL_OK;
  while (!status && n) {
    size_t room = s->plan.n_per_seg - s->filled, take = n < room ? n : room;
    bl_turn_to_double(x, take, s->n_channels, s->part + s->filled, s->plan.n_per_seg);
    x += take * s->n_channels;
    n -= take;
    s->n += take;
    s->filled += take;
    if (s->filled == s->plan.n_per_seg) status = end_part(ctx, s);
  }
  return status;
}

static int by_size(const void *pa, const void *pb)
{
  double a = *(const double *)pa, b = *(const double *)pb;
  return (a > b) - (a < b);
}

/* What the median of n averages of two squares is, over their mean: 1 + sum 1/(2i + 1) - 1/(2i), i up to (n - 1) / 2.
 * Allen and others, Phys. Rev. D 85 (2012) 122006, appendix B. */
static double median_bias(uint64_t n)
{
  double bias = 1;
  for (uint64_t i = 1; i <= (n - 1) / 2; i++) bias += 1 / (2 * (double)i + 1) - 1 / (2 * (double)i);
  return bias;
}

static bl_status take_median(bl_ctx *ctx, bl_psd *s)
{
  size_t n = (size_t)s->n_parts, width = s->n_channels * s->plan.n_bins;
  void *v = s->column;
  bl_status status = bl_grow(ctx, &v, &s->cap_column, n, sizeof *s->column, s->who);
  if (status) return status;
  s->column = v;
  double bias = median_bias(n);
  for (size_t k = 0; k < width; k++) {
    bool bad = false;
    for (size_t i = 0; i < n; i++) {
      s->column[i] = s->all[i * width + k];
      bad = bad || isnan(s->column[i]);
    }
    if (!bad) qsort(s->column, n, sizeof *s->column, by_size);
    double middle = n % 2 ? s->column[n / 2] : (s->column[n / 2 - 1] + s->column[n / 2]) / 2;
    s->psd[k] = bad ? (double)NAN : middle / bias;
  }
  return BL_OK;
}

bl_status bl_psd_finish(bl_ctx *ctx, bl_psd *s)
{
  if (!s->n_parts)
    return bl_fail(ctx, BL_E_SHAPE,
                   "%s: the segment has %llu samples, but one part of the spectrum takes %zu; take longer "
                   "segments, or a smaller window_s or n_per_seg",
                   s->who, (unsigned long long)s->n, s->plan.n_per_seg);
  if (s->average == BL_PSD_MEDIAN) return take_median(ctx, s);
  for (size_t k = 0; k < s->n_channels * s->plan.n_bins; k++) s->psd[k] /= (double)s->n_parts;
  return BL_OK;
}

void bl_psd_release(bl_ctx *ctx, bl_psd *s)
{
  bl_free(ctx, s->w);
  bl_free(ctx, s->part);
  bl_free(ctx, s->power);
  bl_free(ctx, s->psd);
  bl_free(ctx, s->all);
  bl_free(ctx, s->column);
  bl_rfft64_release(ctx, &s->fft);
}
