/* matcher.c: see matcher.h. Lewis, Fast Normalized Cross-Correlation, Vision Interface (1995) 120-123. */
#include "matcher.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"

/* A stretch is flat when its variance is below what is lost to rounding in sums of squares of doubles. */
#define FLAT 1e-13

const char *const bl_match_methods[] = {"ccoeff_normed", "ccorr_normed", "sqdiff_normed", NULL};

/* Bins [first, first + n_bins) of every frame, transformed with zeros up to n_fft. Shared by the templates that look at
 * those. */
typedef struct view {
  size_t first, n_bins, n_fft, row; /* row: numbers of a spectrum, rounded up */
  bl_rfft64 forward;
  bl_dfft backward;
  double *re, *im; /* [slot][channel][row] */
  double *sum_re, *sum_im;
} view;

typedef struct template
{
  size_t height, width, first, places;
  double *t;       /* less its mean where the method says so, [frame][bin] */
  double *re, *im; /* by transforms: [frame][row], scaled for the way back; else NULL */
  size_t view;
  double squares; /* sum of its squares; 0: flat */
}
template;

struct bl_matcher {
  bl_match_method method;
  size_t n, n_channels, n_bins, widest, n_slots;
  template *t;
  view *views;
  size_t n_views;
  size_t n_levels;
  uint64_t total, broken_until; /* frames taken; the first frame behind the last that held something not finite */
  /* [level][slot][channel][bin]: sums of x, what is not finite being 0, and of x^2 over the last 2^level frames; level 0
   * is the frame itself */
  double *x, *xx;
  double *part;          /* [bin]: at work */
  double *sum, *squares; /* [bin]: of each place's stretch */
  uint32_t *bad;         /* [slot][channel][bin + 1]: running number of what is not finite */
};

/* Multiplications that the direct sum takes, and an estimate of what transforms are worth. */
static bool by_transform(const bl_template *t)
{
  size_t padded = (t->places + 7) / 8 * 8;
  double n_fft = (double)bl_fft_length(t->places + t->height - 1, 5, 2), places = (double)padded;
  return (double)(t->height * t->width) * places > 3 * n_fft * (double)t->width + 4 * n_fft * log2(n_fft) + 500;
}

static bl_status open_view(bl_ctx *ctx, bl_matcher *m, const bl_template *t, size_t *out)
{
  size_t n_bins = t->places + t->height - 1, n_fft = bl_fft_length(n_bins, 5, 2);
  for (*out = 0; *out < m->n_views; ++*out)
    if (m->views[*out].first == t->first && m->views[*out].n_fft == n_fft && m->views[*out].n_bins >= n_bins)
      return BL_OK;
  view *v = &m->views[m->n_views++];
  *v = (view){.first = t->first, .n_bins = n_bins, .n_fft = n_fft, .row = (n_fft / 2 + 8) / 8 * 8};
  bl_status s = bl_rfft64_init(ctx, n_fft, &v->forward);
  if (!s) s = bl_dfft_init(ctx, n_fft, &v->backward);
  if (s) return s;
  v->re = bl_calloc(ctx, m->n_slots * m->n_channels, v->row * sizeof *v->re);
  v->im = bl_calloc(ctx, m->n_slots * m->n_channels, v->row * sizeof *v->im);
  v->sum_re = bl_calloc(ctx, v->row, sizeof *v->sum_re);
  v->sum_im = bl_calloc(ctx, v->row, sizeof *v->sum_im);
  return v->re && v->im && v->sum_re && v->sum_im ? BL_OK : bl_fail_nomem(ctx, "template matching");
}

/* A frame's spectrum to re and im [row]. */
static void transform(view *v, const double *x, size_t n, double scale, double *re, double *im)
{
  memcpy(v->forward.in, x, n * sizeof *x);
  memset(v->forward.in + n, 0, (v->n_fft - n) * sizeof *x);
  bl_rfft64_run(&v->forward);
  for (size_t k = 0; k <= v->n_fft / 2; k++) {
    re[k] = v->forward.re[k] * scale;
    im[k] = v->forward.im[k] * scale;
  }
}

static bl_status add_template(bl_ctx *ctx, bl_matcher *m, const bl_template *from, template *to)
{
  *to = (template){.height = from->height, .width = from->width, .first = from->first, .places = from->places};
  double n = (double)(to->height * to->width), mean = 0, squares = 0;
  to->t = bl_calloc(ctx, to->width, to->height * sizeof *to->t);
  if (!to->t) return bl_fail_nomem(ctx, "template matching");
  for (size_t b = 0; b < to->height; b++)
    for (size_t f = 0; f < to->width; f++) {
      double x = from->v[b * from->stride + f];
      mean += x / n;
      squares += x * x;
    }
  if (m->method != BL_MATCH_CCOEFF) mean = 0;
  for (size_t b = 0; b < to->height; b++)
    for (size_t f = 0; f < to->width; f++) {
      double d = from->v[b * from->stride + f] - mean;
      to->t[f * to->height + b] = d;
      to->squares += d * d;
    }
  if (!(to->squares > FLAT * squares)) to->squares = 0;
  if (!by_transform(from)) return BL_OK;
  bl_status s = open_view(ctx, m, from, &to->view);
  if (s) return s;
  view *v = &m->views[to->view];
  to->re = bl_calloc(ctx, to->width, v->row * sizeof *to->re);
  to->im = bl_calloc(ctx, to->width, v->row * sizeof *to->im);
  if (!to->re || !to->im) return bl_fail_nomem(ctx, "template matching");
  for (size_t f = 0; f < to->width; f++)
    transform(v, to->t + f * to->height, to->height, 1 / (double)v->n_fft, to->re + f * v->row, to->im + f * v->row);
  return BL_OK;
}

static bl_status build(bl_ctx *ctx, const char *who, bl_matcher *m, const bl_template *t)
{
  size_t series = m->n_slots * m->n_channels;
  m->t = bl_calloc(ctx, m->n, sizeof *m->t);
  m->views = bl_calloc(ctx, m->n, sizeof *m->views);
  m->x = bl_calloc(ctx, m->n_levels * series, m->n_bins * sizeof *m->x);
  m->xx = bl_calloc(ctx, m->n_levels * series, m->n_bins * sizeof *m->xx);
  m->part = bl_calloc(ctx, m->n_bins, sizeof *m->part);
  m->sum = bl_calloc(ctx, m->n_bins, sizeof *m->sum);
  m->squares = bl_calloc(ctx, m->n_bins, sizeof *m->squares);
  m->bad = bl_calloc(ctx, series, (m->n_bins + 1) * sizeof *m->bad);
  if (!m->t || !m->views || !m->x || !m->xx || !m->part || !m->sum || !m->squares || !m->bad)
    return bl_fail_nomem(ctx, who);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < m->n; i++) s = add_template(ctx, m, &t[i], &m->t[i]);
  return s;
}

bl_status bl_matcher_new(bl_ctx *ctx, const char *who, bl_match_method method, const bl_template *t, size_t n,
                         size_t n_channels, size_t n_bins, bl_matcher **out)
{
  bl_matcher *m = *out = bl_calloc(ctx, 1, sizeof *m);
  if (!m) return bl_fail_nomem(ctx, who);
  *m = (bl_matcher){.method = method, .n = n, .n_channels = n_channels, .n_bins = n_bins};
  for (size_t i = 0; i < n; i++)
    if (t[i].width > m->widest) m->widest = t[i].width;
  m->n_slots = m->widest + BL_MATCH_CHUNK;
  for (size_t w = m->widest; w; w /= 2) m->n_levels++;
  bl_status s = build(ctx, who, m, t);
  if (!s) return BL_OK;
  bl_matcher_free(ctx, m);
  *out = NULL;
  return s;
}

void bl_matcher_reset(bl_matcher *m) { m->total = m->broken_until = 0; }

uint64_t bl_matcher_frames(const bl_matcher *m) { return m->total; }
size_t bl_matcher_width(const bl_matcher *m) { return m->widest; }

/* Where what belongs to a frame and channel lies, in units of a series. */
static size_t series_of(const bl_matcher *m, uint64_t frame, size_t channel)
{
  return (size_t)(frame % m->n_slots) * m->n_channels + channel;
}

BL_WIDE static void add_pair(const double *restrict a, const double *restrict b, double *restrict to, size_t n)
{
  for (size_t i = 0; i < n; i++) to[i] = a[i] + b[i];
}

/* The sums over 2, 4, 8 ... frames that end with the one that came: each of two of half the length. Those that reach before
 * the first frame are never looked at. */
static void add_up(bl_matcher *m, size_t channel)
{
  size_t n = m->n_bins, level_size = m->n_slots * m->n_channels * n, now = series_of(m, m->total, channel) * n;
  for (size_t level = 1; level < m->n_levels; level++) {
    uint64_t half = (uint64_t)1 << (level - 1);
    if (m->total < half) return;
    size_t before = series_of(m, m->total - half, channel) * n, from = (level - 1) * level_size,
           to = level * level_size;
    add_pair(m->x + from + now, m->x + from + before, m->x + to + now, n);
    add_pair(m->xx + from + now, m->xx + from + before, m->xx + to + now, n);
  }
}

static void take_one(bl_matcher *m, const float *x, size_t channel)
{
  size_t at = series_of(m, m->total, channel), n = m->n_bins;
  double *to = m->x + at * n, *squares = m->xx + at * n;
  uint32_t *bad = m->bad + at * (n + 1);
  bad[0] = 0;
  for (size_t b = 0; b < n; b++) {
    bool fine = isfinite(x[b]);
    to[b] = fine ? (double)x[b] : 0;
    squares[b] = to[b] * to[b];
    bad[b + 1] = bad[b] + !fine;
  }
  if (bad[n]) m->broken_until = m->total + 1;
  add_up(m, channel);
  for (size_t i = 0; i < m->n_views; i++) {
    view *v = &m->views[i];
    transform(v, to + v->first, v->n_bins, 1, v->re + at * v->row, v->im + at * v->row);
  }
}

void bl_matcher_take(bl_matcher *m, const float *x, size_t n)
{
  for (size_t i = 0; i < n; i++, m->total++)
    for (size_t c = 0; c < m->n_channels; c++, x += m->n_bins) take_one(m, x, c);
}

BL_WIDE static void add_to(double *restrict sum, const double *restrict x, size_t n)
{
  for (size_t i = 0; i < n; i++) sum[i] += x[i];
}

/* x[i] += x[i + step], from the front on */
static void fold(double *x, size_t step, size_t n)
{
  for (size_t i = 0; i < n; i++) x[i] += x[i + step];
}

/* The sum of `all` over a template's frames and, for each place, over its bins: to[y]. As a number is a sum of powers of
 * two, so is a length, and sums over such lengths are made of one another. A difference of running sums, which is the usual
 * way, would lose a quiet stretch beside a loud one. */
static void sum_stretches(const bl_matcher *m, const double *all, const template *t, size_t channel, uint64_t last,
                          double *part, double *to)
{
  size_t n = t->places + t->height - 1, level_size = m->n_slots * m->n_channels * m->n_bins;
  memset(part, 0, n * sizeof *part);
  for (size_t level = 0; t->width >> level; level++) {
    if (!(t->width >> level & 1)) continue;
    add_to(part, all + level * level_size + series_of(m, last, channel) * m->n_bins + t->first, n);
    last -= (uint64_t)1 << level;
  }
  memset(to, 0, t->places * sizeof *to);
  for (size_t step = 1, done = 0; step <= t->height; step *= 2) {
    if (t->height & step) {
      add_to(to, part + done, t->places);
      done += step;
    }
    if (2 * step <= t->height) fold(part, step, n - 2 * step + 1);
  }
}

/* The sum over a template's bins for N places side by side, which stay in registers. */
enum { PLACES = 16 };
BL_WIDE static void dot_places(const double *restrict t, const double *restrict x, size_t height, double *restrict dot)
{
  double sum[PLACES];
  for (size_t y = 0; y < PLACES; y++) sum[y] = dot[y];
  for (size_t b = 0; b < height; b++)
    for (size_t y = 0; y < PLACES; y++) sum[y] += t[b] * x[b + y];
  for (size_t y = 0; y < PLACES; y++) dot[y] = sum[y];
}

BL_WIDE static void dot_rest(const double *restrict t, const double *restrict x, size_t height, double *restrict dot,
                             size_t n)
{
  for (size_t b = 0; b < height; b++)
    for (size_t y = 0; y < n; y++) dot[y] += t[b] * x[b + y];
}

static void correlate_directly(const bl_matcher *m, const template *t, size_t channel, uint64_t last, double *dot)
{
  memset(dot, 0, t->places * sizeof *dot);
  for (size_t f = 0; f < t->width; f++) {
    const double *x = m->x + series_of(m, last + 1 - t->width + f, channel) * m->n_bins + t->first;
    size_t y = 0;
    for (; y + PLACES <= t->places; y += PLACES) dot_places(t->t + f * t->height, x + y, t->height, dot + y);
    if (y < t->places) dot_rest(t->t + f * t->height, x + y, t->height, dot + y, t->places - y);
  }
}

/* sum += conj(t) x */
BL_WIDE static void add_product(const double *restrict t_re, const double *restrict t_im, const double *restrict x_re,
                                const double *restrict x_im, double *restrict re, double *restrict im, size_t n)
{
  for (size_t k = 0; k < n; k++) {
    re[k] += t_re[k] * x_re[k] + t_im[k] * x_im[k];
    im[k] += t_re[k] * x_im[k] - t_im[k] * x_re[k];
  }
}

static void correlate_by_transform(bl_matcher *m, const template *t, size_t channel, uint64_t last, double *dot)
{
  view *v = &m->views[t->view];
  memset(v->sum_re, 0, v->row * sizeof *v->sum_re);
  memset(v->sum_im, 0, v->row * sizeof *v->sum_im);
  for (size_t f = 0; f < t->width; f++) {
    size_t at = series_of(m, last + 1 - t->width + f, channel) * v->row;
    add_product(t->re + f * v->row, t->im + f * v->row, v->re + at, v->im + at, v->sum_re, v->sum_im, v->row);
  }
  for (size_t k = 0; k <= v->n_fft / 2; k++) {
    v->backward.freq[2 * k] = v->sum_re[k];
    v->backward.freq[2 * k + 1] = v->sum_im[k];
  }
  bl_dfft_backward(&v->backward);
  memcpy(dot, v->backward.time, t->places * sizeof *dot);
}

/* From the sums of products to scores, in place. */
static void score_coefficients(const template *t, const double *sum, const double *squares, double *to)
{
  double n = (double)(t->height * t->width), of_template = t->squares;
  for (size_t y = 0; y < t->places; y++) {
    double own = squares[y] - sum[y] * sum[y] / n;
    double score = own > FLAT * squares[y] ? to[y] / sqrt(of_template * own) : 0;
    to[y] = score > 1 ? 1 : score < -1 ? -1 : score;
  }
}

static void score_products(const template *t, const double *squares, double *to)
{
  for (size_t y = 0; y < t->places; y++) {
    double score = squares[y] > 0 ? to[y] / sqrt(t->squares * squares[y]) : 0;
    to[y] = score > 1 ? 1 : score < -1 ? -1 : score;
  }
}

static void score_differences(const template *t, const double *squares, double *to)
{
  for (size_t y = 0; y < t->places; y++) {
    double difference = t->squares - 2 * to[y] + squares[y];
    double score = squares[y] > 0 ? difference / sqrt(t->squares * squares[y]) : 1;
    to[y] = score > 1 ? 1 : score < 0 ? 0 : score;
  }
}

/* NaN where the stretch holds something that is not finite. */
static void spoil(const bl_matcher *m, const template *t, size_t channel, uint64_t last, double *to)
{
  for (size_t f = 0; f < t->width; f++) {
    const uint32_t *bad = m->bad + series_of(m, last + 1 - t->width + f, channel) * (m->n_bins + 1) + t->first;
    for (size_t y = 0; y < t->places; y++)
      if (bad[y + t->height] != bad[y]) to[y] = (double)NAN;
  }
}

void bl_matcher_scores(bl_matcher *m, size_t template_at, size_t channel, uint64_t last, double *to)
{
  const template *t = &m->t[template_at];
  if (m->method == BL_MATCH_CCOEFF) sum_stretches(m, m->x, t, channel, last, m->part, m->sum);
  sum_stretches(m, m->xx, t, channel, last, m->part, m->squares);
  if (t->re) correlate_by_transform(m, t, channel, last, to);
  else correlate_directly(m, t, channel, last, to);
  if (!(t->squares > 0))
    for (size_t y = 0; y < t->places; y++) to[y] = m->method == BL_MATCH_SQDIFF;
  else if (m->method == BL_MATCH_CCOEFF) score_coefficients(t, m->sum, m->squares, to);
  else if (m->method == BL_MATCH_CCORR) score_products(t, m->squares, to);
  else score_differences(t, m->squares, to);
  if (last + 1 - t->width < m->broken_until) spoil(m, t, channel, last, to);
}

void bl_matcher_free(bl_ctx *ctx, bl_matcher *m)
{
  if (!m) return;
  for (size_t i = 0; m->t && i < m->n; i++) {
    bl_free(ctx, m->t[i].t);
    bl_free(ctx, m->t[i].re);
    bl_free(ctx, m->t[i].im);
  }
  for (size_t i = 0; i < m->n_views; i++) {
    view *v = &m->views[i];
    bl_rfft64_release(ctx, &v->forward);
    bl_dfft_release(ctx, &v->backward);
    bl_free(ctx, v->re);
    bl_free(ctx, v->im);
    bl_free(ctx, v->sum_re);
    bl_free(ctx, v->sum_im);
  }
  bl_free(ctx, m->t);
  bl_free(ctx, m->views);
  bl_free(ctx, m->x);
  bl_free(ctx, m->xx);
  bl_free(ctx, m->part);
  bl_free(ctx, m->sum);
  bl_free(ctx, m->squares);
  bl_free(ctx, m->bad);
  bl_free(ctx, m);
}
