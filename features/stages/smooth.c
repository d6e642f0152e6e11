/* smooth: each value from its neighbourhood of `frames` x `bins`, channel by channel. Shape unchanged.
 *
 * method binomial: weights of Pascal's triangle in both directions, 1-2-1 times 1-2-1 over 16 by default (the kernel of
 * PAMGuard's spectrogram smoothing); method median: the median; method mean: the mean (a box). Beyond the edges the
 * nearest value repeats (scipy.ndimage, mode "nearest"), or with mode constant there are zeros (scipy.signal.medfilt). Latency: (frames - 1) / 2 frames. A NaN makes all values NaN whose neighbourhood
 * holds it. */
#include <string.h>

#include "lag.h"
#include "stage_util.h"

enum { BINOMIAL, MEDIAN, MEAN };
enum { NEAREST, CONSTANT };
static const char *const methods[] = {"binomial", "median", "mean", NULL};
static const char *const modes[] = {"nearest", "constant", NULL};

typedef struct params {
  int method, mode;
  int64_t frames, bins;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, method, "binomial", methods, "a weighted mean (1-2-1), the median, or the mean"),
    BL_ENUM(params, mode, "nearest", modes, "what stands beyond the edges: the nearest value, or zeros"),
    BL_INT(params, frames, "3", 1, 99, "frames", "height of the neighbourhood, an odd number"),
    BL_INT(params, bins, "3", 1, 999, "bins", "its width over frequency, an odd number"),
    BL_OPT_END,
};

typedef struct state {
  int method, mode;
  size_t n_channels, n_bins, width, frames, bins;
  double *v;                              /* ring of `frames` frames; but for median already smoothed over bins */
  double *over_frames, *over_bins, *near; /* weights; the values of a neighbourhood */
  bl_lag lag;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->frames % 2 == 0 || p->bins % 2 == 0)
    return bl_fail(ctx, BL_E_CONFIG, "smooth: %s: %d is even; take an odd number, so that there is a middle",
                   p->frames % 2 ? "bins" : "frames", (int)(p->frames % 2 ? p->bins : p->frames));
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "smooth: needs real values, but what comes in is complex; put power before it");
  int64_t behind_middle = p->frames / 2; /* of an odd number of frames */
  out->latency_s = in->latency_s + (double)behind_middle / in->rate_hz;
  return BL_OK;
}

static void reset(void *sp)
{
  state *st = sp;
  st->lag.total = st->lag.done = 0;
}

/* Row n - 1 of Pascal's triangle over its sum. */
static void binomial(double *w, size_t n)
{
  double sum = 0;
  w[0] = 1;
  for (size_t k = 1; k < n; k++) w[k] = w[k - 1] * (double)(n - k) / (double)k;
  for (size_t k = 0; k < n; k++) sum += w[k];
  for (size_t k = 0; k < n; k++) w[k] /= sum;
}

/* The same weight for all. */
static void even(double *w, size_t n)
{
  for (size_t k = 0; k < n; k++) w[k] = 1 / (double)n;
}

/* The bin `k` places right of the one left of `at` by half the neighbourhood, within the spectrum. */
static size_t bin_near(const state *st, size_t at, size_t k)
{
  size_t half = st->bins / 2;
  if (at + k < half) return 0;
  return at + k - half < st->n_bins ? at + k - half : st->n_bins - 1;
}

/* Whether that place lies within the spectrum. */
static bool is_there(const state *st, size_t at, size_t k)
{
  return at + k >= st->bins / 2 && at + k - st->bins / 2 < st->n_bins;
}

static void take(void *sp, const float *x)
{
  const state *st = sp;
  double *v = st->v + st->lag.total % st->frames * st->width;
  for (size_t c = 0; c < st->n_channels; c++, x += st->n_bins, v += st->n_bins)
    for (size_t b = 0; b < st->n_bins; b++) {
      v[b] = (double)x[b];
      if (st->method == MEDIAN) continue;
      v[b] = 0;
      for (size_t k = 0; k < st->bins; k++)
        if (st->mode == NEAREST || is_there(st, b, k)) v[b] += st->over_bins[k] * (double)x[bin_near(st, b, k)];
    }
}

/* The middle of n values, n odd, which are moved about; NaN when one is (Hoare, CACM 4 (1961) 321). */
static double median(double *v, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (isnan(v[i])) return v[i];
  size_t lo = 0, hi = n - 1, mid = n / 2;
  while (lo < hi) {
    double pivot = v[mid];
    size_t i = lo, j = hi;
    for (;;) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i > j) break;
      double t = v[i];
      v[i++] = v[j];
      v[j] = t;
      if (j == 0 || i > --j) break;
    }
    if (j < mid) lo = i;
    if (i > mid) hi = j;
  }
  return v[mid];
}

/* Frame `done`, from the frames around it that are there. */
static void give(void *sp, float *y)
{
  const state *st = sp;
  size_t half = st->frames / 2;
  for (size_t c = 0; c < st->n_channels; c++)
    for (size_t b = 0; b < st->n_bins; b++) {
      double sum = 0;
      size_t n = 0;
      for (size_t f = 0; f < st->frames; f++) {
        uint64_t at = st->lag.done + f < half ? 0 : st->lag.done + f - half;
        bool inside = st->lag.done + f >= half && at < st->lag.total;
        if (at >= st->lag.total) at = st->lag.total - 1;
        const double *v = st->v + at % st->frames * st->width + c * st->n_bins;
        if (st->method == MEDIAN)
          for (size_t k = 0; k < st->bins; k++)
            st->near[n++] = st->mode == CONSTANT && !(inside && is_there(st, b, k)) ? 0 : v[bin_near(st, b, k)];
        else if (st->mode == NEAREST || inside) sum += st->over_frames[f] * v[b];
      }
      y[c * st->n_bins + b] = (float)(st->method == MEDIAN ? median(st->near, n) : sum);
    }
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->method = p->method;
  st->mode = p->mode;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->width = bl_stream_width(in);
  st->frames = (size_t)p->frames;
  st->lag = (bl_lag){.behind = st->frames / 2, .width = st->width, .take = take, .give = give};
  st->bins = (size_t)p->bins;
  st->v = bl_calloc(ctx, st->frames, st->width * sizeof *st->v);
  st->over_frames = bl_calloc(ctx, st->frames, sizeof *st->over_frames);
  st->over_bins = bl_calloc(ctx, st->bins, sizeof *st->over_bins);
  st->near = bl_calloc(ctx, st->frames * st->bins, sizeof *st->near);
  if (!st->v || !st->over_frames || !st->over_bins || !st->near) return bl_fail_nomem(ctx, "smooth");
  (p->method == MEAN ? even : binomial)(st->over_frames, st->frames);
  (p->method == MEAN ? even : binomial)(st->over_bins, st->bins);
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_lag_push(ctx, &((state *)sp)->lag, sp, x, n, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_lag_finish(ctx, &((state *)sp)->lag, sp, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->v);
  bl_free(ctx, st->over_frames);
  bl_free(ctx, st->over_bins);
  bl_free(ctx, st->near);
}

static bool warm_up(const void *sp, bl_warm_up *out)
{
  *out = (bl_warm_up){((const state *)sp)->lag.behind, 1};
  return true;
}

static const bl_quicker quicker[] = {
    {"frames", NULL, "less smooth over time"},
    {0},
};

const bl_stage_class bl_stage_smooth = {
    .name = "smooth",
    .summary = "Values smoothed over time and frequency: 1-2-1, median or mean",
    .source = "PAMGuard, 3 x 3 kernel; scipy.ndimage.median_filter; scipy.signal.medfilt",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
    .warm_up = warm_up,
    .quicker = quicker,
};
