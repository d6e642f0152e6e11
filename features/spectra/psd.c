/* psd.c: Welch's method, part by part as the samples come; see psd.h. */
#include "psd.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"
#include "moments.h"
#include "select.h"
#include "turn.h"

enum { SIDE = 8 };

const char *const bl_psd_auto[] = {"auto", NULL};
const char *const bl_psd_averages[] = {"mean", "median", NULL};
const char *const bl_psd_detrends[] = {"constant", "linear", "none", NULL};
const char *const bl_psd_shorts[] = {"refuse", "shrink", NULL};
const char *const bl_psd_methods[] = {"welch", "multitaper", NULL};

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
  if (p->method == BL_PSD_MULTITAPER && p->average == BL_PSD_MEDIAN)
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: the median's bias is known for one window, not for several tapers; set average: mean", who);
  /* a billionth: 0.1 of 250 is 25, whatever binary makes of it */
  size_t overlap = (size_t)floor(p->overlap * n + 1e-9);
  *out = (bl_psd_plan){.n_per_seg = (size_t)n, .n_fft = (size_t)n_fft, .df_hz = in->rate_hz / n_fft};
  out->hop = overlap < out->n_per_seg ? out->n_per_seg - overlap : 1;
  out->n_bins = out->n_fft / 2 + 1;
  return BL_OK;
}

bl_status bl_psd_refuse_idle(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params, int method)
{
  static const char *const of_welch[] = {"window", "window_param", "average", NULL};
  static const char *const of_multitaper[] = {"bandwidth", "adaptive", "low_bias", NULL};
  bool welch = method == BL_PSD_WELCH;
  bl_status s = BL_OK;
  for (const char *const *o = welch ? of_multitaper : of_welch; !s && *o; o++)
    s = bl_opts_refuse_idle(ctx, who, table, params, *o, welch ? "psd_method: multitaper" : "psd_method: welch");
  return s;
}

/* The weights of parts of n samples, unless they are there. */
static bl_status make_weights(bl_ctx *ctx, bl_psd *s, size_t n)
{
  if (s->weighted == n) return BL_OK;
  s->weighted = n;
  if (s->params->method == BL_PSD_MULTITAPER) {
    bl_multitaper_release(ctx, &s->multitaper);
    s->scale = 1 / s->rate_hz;
    return bl_multitaper_init(ctx, s->who, &s->params->multitaper, n, s->plan.n_fft, s->rate_hz, &s->multitaper);
  }
  bl_status status = bl_window_make(ctx, s->who, &s->params->window, n, true, s->w);
  if (status) return status;
  double sum = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    sum += s->w[i];
    squares += s->w[i] * s->w[i];
  }
  s->scale = 1 / (s->rate_hz * squares);
  s->noise_bandwidth_hz = s->rate_hz * squares / (sum * sum);
  return BL_OK;
}

bl_status bl_psd_init(bl_ctx *ctx, const char *who, const bl_psd_params *p, const bl_stream *in, bl_psd *s)
{
  bl_status status = bl_psd_shape(ctx, who, p, in, &s->plan);
  if (status) return status;
  s->who = who;
  s->params = p;
  s->rate_hz = in->rate_hz;
  s->n_channels = in->n_channels;
  s->w = bl_calloc(ctx, s->plan.n_per_seg, sizeof *s->w);
  s->part = bl_calloc(ctx, s->plan.n_per_seg, s->n_channels * sizeof *s->part);
  s->psd = bl_calloc(ctx, s->plan.n_bins, s->n_channels * sizeof *s->psd);
  s->power = bl_calloc(ctx, s->plan.n_bins, sizeof *s->power);
  if (!s->w || !s->part || !s->psd || !s->power) return bl_fail_nomem(ctx, who);
  status = make_weights(ctx, s, s->plan.n_per_seg);
  return status ? status : bl_rfft64_init(ctx, s->plan.n_fft, &s->fft);
}

void bl_psd_begin(bl_psd *s)
{
  s->filled = 0;
  s->n = s->n_parts = 0;
  memset(s->psd, 0, s->n_channels * s->plan.n_bins * sizeof *s->psd);
}

/* The means of m channels, at most SIDE. Each is a sum in the order of time, whose additions wait for one another, so
 * several channels are added up side by side. */
static void take_means(const double *x, size_t n, size_t stride, size_t m, double *mean)
{
  for (size_t c = 0; c < SIDE; c++) mean[c] = 0;
  if (m == SIDE)
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < SIDE; c++) mean[c] += x[c * stride + i];
  else
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < m; c++) mean[c] += x[c * stride + i];
  for (size_t c = 0; c < m; c++) mean[c] /= (double)n;
}

/* What detrending takes off a part: mean + slope (i - middle). */
typedef struct trend {
  double mean, slope, middle;
} trend;

static trend line_through(const double *x, size_t n, double mean)
{
  trend t = {.mean = mean, .middle = ((double)n - 1) / 2};
  double sum = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    double d = (double)i - t.middle;
    sum += d * x[i];
    squares += d * d;
  }
  t.slope = n > 1 ? sum / squares : 0;
  return t;
}

BL_WIDE static void weight(const double *restrict x, double mean, const double *restrict w, double *restrict to,
                           size_t n)
{
  for (size_t i = 0; i < n; i++) to[i] = (x[i] - mean) * w[i];
}

BL_WIDE static void weight_off_line(const double *restrict x, trend t, const double *restrict w, double *restrict to,
                                    ptrdiff_t n)
{
  for (ptrdiff_t i = 0; i < n; i++) to[i] = (x[i] - (t.mean + t.slope * ((double)i - t.middle))) * w[i];
}

BL_WIDE static void add_powers(const double *restrict power, double scale, double *restrict sum, size_t n)
{
  for (size_t k = 0; k < n; k++) sum[k] += scale * power[k];
}

/* Powers of n samples under the weights w, filled up with zeros. */
static void transform(bl_psd *s, const double *x, size_t n, trend t, const double *w, double *power)
{
  if (s->params->detrend == BL_PSD_LINEAR) weight_off_line(x, t, w, s->fft.in, (ptrdiff_t)n);
  else weight(x, t.mean, w, s->fft.in, n);
  memset(s->fft.in + n, 0, (s->plan.n_fft - n) * sizeof *s->fft.in);
  bl_rfft64_run_powers(&s->fft, power);
}

/* Adds the powers of one part of one channel to `sum`. Bins without a twin among the negative frequencies, the first and
 * (n_fft even) the last, count once. */
static void add_part(bl_ctx *ctx, bl_psd *s, const double *x, size_t n, trend t, double *sum)
{
  const bl_psd_plan *p = &s->plan;
  size_t twins = (p->n_fft - 1) / 2;
  bl_multitaper *m = &s->multitaper;
  if (s->params->method == BL_PSD_WELCH) {
    transform(s, x, n, t, s->w, s->power);
    add_powers(s->power, s->scale, sum, 1);
    add_powers(s->power + 1, 2 * s->scale, sum + 1, twins);
    if (twins + 1 < p->n_bins) add_powers(s->power + twins + 1, s->scale, sum + twins + 1, 1);
    return;
  }
  for (size_t i = 0; i < m->n_tapers; i++) {
    double *power = m->powers + i * p->n_bins;
    transform(s, x, n, t, m->tapers + i * n, power);
    for (size_t k = 1; k <= twins; k++) power[k] *= 2;
  }
  bl_multitaper_combine(ctx, s->who, m, s->scale, sum);
}

/* The first n samples of the part in hand, of every channel. */
static void add_parts(bl_ctx *ctx, bl_psd *s, size_t n, double *sum)
{
  const bl_psd_plan *p = &s->plan;
  double mean[SIDE] = {0};
  for (size_t c = 0; c < s->n_channels; c++) {
    const double *x = s->part + c * p->n_per_seg;
    if (s->params->detrend != BL_PSD_NONE && c % SIDE == 0)
      take_means(x, n, p->n_per_seg, s->n_channels - c < SIDE ? s->n_channels - c : SIDE, mean);
    trend t = {.mean = mean[c % SIDE]};
    if (s->params->detrend == BL_PSD_LINEAR) t = line_through(x, n, t.mean);
    add_part(ctx, s, x, n, t, sum + c * p->n_bins);
  }
}

/* One spectrum a channel of the part in hand, then the part moves on by a hop. */
static bl_status end_part(bl_ctx *ctx, bl_psd *s)
{
  const bl_psd_plan *p = &s->plan;
  size_t width = s->n_channels * p->n_bins;
  double *sum = s->psd;
  bl_status status = make_weights(ctx, s, p->n_per_seg);
  if (status) return status;
  if (s->params->average == BL_PSD_MEDIAN) {
    void *v = s->all;
    status = bl_grow(ctx, &v, &s->cap_all, (size_t)s->n_parts + 1, width * sizeof *s->all, s->who);
    if (status) return status;
    s->all = v;
    sum = s->all + (size_t)s->n_parts * width;
    memset(sum, 0, width * sizeof *sum);
  }
  add_parts(ctx, s, p->n_per_seg, sum);
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
    s->psd[k] = bad ? (double)NAN : bl_median_by_sort(s->column, n) / bias;
  }
  return BL_OK;
}

/* The samples in hand, fewer than a part, are one part of their own. */
static bl_status take_short(bl_ctx *ctx, bl_psd *s)
{
  bl_status status = make_weights(ctx, s, s->filled);
  if (!status) add_parts(ctx, s, s->filled, s->psd);
  return status;
}

bl_status bl_psd_finish(bl_ctx *ctx, bl_psd *s)
{
  if (!s->n_parts && s->n >= 2 && s->params->short_segment == BL_PSD_SHRINK) return take_short(ctx, s);
  bool advice = s->params->short_segment == BL_PSD_REFUSE;
  if (!s->n_parts)
    return bl_fail(ctx, BL_E_SHAPE,
                   "%s: the segment has %llu samples, but one part of the spectrum takes %zu; take longer "
                   "segments%s a smaller window_s or n_per_seg%s",
                   s->who, (unsigned long long)s->n, s->plan.n_per_seg, advice ? "," : " or",
                   advice ? ", or set short: shrink" : "");
  if (s->params->average == BL_PSD_MEDIAN) return take_median(ctx, s);
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
  bl_multitaper_release(ctx, &s->multitaper);
  bl_rfft64_release(ctx, &s->fft);
}

bl_status bl_psd_names(bl_ctx *ctx, const bl_psd_plan *plan, const bl_stream *in, const char *unit,
                       bl_feature_names *out)
{
  bl_stream spectrum = {0};
  double *hz = bl_calloc(ctx, plan->n_bins, sizeof *hz);
  bl_status s = hz ? bl_stream_copy(ctx, in, &spectrum) : bl_fail_nomem(ctx, "frequencies");
  for (size_t k = 0; !s && k < plan->n_bins; k++) hz[k] = (double)k * plan->df_hz;
  if (!s) s = bl_stream_set_bins(ctx, &spectrum, plan->n_bins, hz, NULL);
  if (!s) s = bl_features_each(ctx, &spectrum, "psd", unit, out);
  bl_stream_free(ctx, &spectrum);
  bl_free(ctx, hz);
  return s;
}
