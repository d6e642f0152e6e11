/* local_contrast: each value less the mean of its neighbourhood, of which an inner part is left out. Shape
 * unchanged; meant for decibels, where it is how far a value stands out.
 *
 * y = x - (O - I) / (n_O - n_I), O the sum over the `frames` x `bins` around the value, I that over the inner_frames x
 * inner_bins around it: the zone of exclusion keeps a ridge that is wider than one bin from being measured against
 * itself. Beyond the edges there is nothing: the mean is that of the values that are there, and where there are none, y
 * is 0. One tall and thin neighbourhood finds tones, a long and flat one finds clicks. A NaN or infinity comes out as
 * NaN and counts nowhere. Latency: (frames - 1) / 2 frames.
 *
 * After the winning entry of the right-whale challenge of 2013 (nmkridler/moby), which takes 3 out of 64 bins, and 3 out
 * of 32 frames, and zeros beyond the edges. */
#include <math.h>
#include <string.h>

#include "baleen/wide.h"
#include "box_sum.h"
#include "finite.h"
#include "lag.h"
#include "stage_util.h"

typedef struct params {
  int64_t frames, bins, inner_frames, inner_bins;
} params;

static const bl_opt opts[] = {
    BL_INT(params, frames, "1", 1, 9999, "frames", "length of the neighbourhood, an odd number"),
    BL_INT(params, bins, "65", 1, 99999, "bins", "its width over frequency, an odd number"),
    BL_INT(params, inner_frames, "1", 1, 9999, "frames", "length of the part that is left out, an odd number"),
    BL_INT(params, inner_bins, "3", 1, 99999, "bins", "its width over frequency, an odd number"),
    BL_OPT_END,
};

typedef struct state {
  size_t n_channels, n_bins, width, frames, bins, inner_frames, inner_bins;
  float *x, *finite;       /* ring of `frames` frames; one of them with zeros for what is not finite */
  bl_box_sum outer, inner; /* over frames */
  double *below, *under;   /* the sums of them below each bin of a channel, n_bins + 1: outer, inner */
  uint32_t *broken;        /* of frames of the ring that hold some: how many values below each bin are not finite */
  bool *holds_broken;
  bl_lag lag;
} state;

static bl_status need_odd(bl_ctx *ctx, const char *option, int64_t n)
{
  if (n % 2) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "local_contrast: %s: %d is even; take an odd number, so that there is a middle",
                 option, (int)n);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = need_odd(ctx, "frames", p->frames);
  if (!s) s = need_odd(ctx, "bins", p->bins);
  if (!s) s = need_odd(ctx, "inner_frames", p->inner_frames);
  if (!s) s = need_odd(ctx, "inner_bins", p->inner_bins);
  if (s) return s;
  if (p->inner_frames > p->frames || p->inner_bins > p->bins ||
      (p->inner_frames == p->frames && p->inner_bins == p->bins))
    return bl_fail(ctx, BL_E_CONFIG,
                   "local_contrast: %d x %d (inner_frames x inner_bins) leave nothing of %d x %d (frames x bins); take "
                   "less of them",
                   (int)p->inner_frames, (int)p->inner_bins, (int)p->frames, (int)p->bins);
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG,
                   "local_contrast: needs real values, but what comes in is complex; put power and db before it");
  int64_t behind_middle = p->frames / 2; /* of an odd number of frames */
  out->latency_s = in->latency_s + (double)behind_middle / in->rate_hz;
  return bl_stream_set_units(ctx, out, "%d");
}

static void reset(void *sp)
{
  state *st = sp;
  st->lag.total = st->lag.done = 0;
  bl_box_sum_reset(&st->outer);
  bl_box_sum_reset(&st->inner);
}

/* Counts what is not finite in the frame at `slot` of the ring, and puts 0 in its place in st->finite. */
static void set_broken_apart(state *st, size_t slot)
{
  const float *x = st->x + slot * st->width;
  uint32_t *broken = st->broken + slot * (st->width + st->n_channels);
  for (size_t c = 0; c < st->n_channels; c++, broken += st->n_bins + 1) {
    broken[0] = 0;
    for (size_t b = 0; b < st->n_bins; b++) broken[b + 1] = broken[b] + (isfinite(x[c * st->n_bins + b]) ? 0 : 1);
  }
  for (size_t i = 0; i < st->width; i++) st->finite[i] = isfinite(x[i]) ? x[i] : 0;
}

/* The frame `at` of the ring with zeros for what is not finite. */
static const float *finite_of(state *st, uint64_t at)
{
  size_t slot = (size_t)(at % st->frames);
  if (!st->holds_broken[slot]) return st->x + slot * st->width;
  set_broken_apart(st, slot);
  return st->finite;
}

static void take(void *sp, const float *x)
{
  state *st = sp;
  size_t slot = (size_t)(st->lag.total % st->frames);
  memcpy(st->x + slot * st->width, x, st->width * sizeof *x);
  st->holds_broken[slot] = !bl_all_finite_f32(x, st->width);
  bl_box_sum_add(&st->outer, finite_of(st, st->lag.total));
}

/* A stretch of frames and bins around a value, as far as they are there. */
typedef struct box {
  uint64_t first, last; /* frames */
  size_t lo, hi;        /* bins, hi not included */
} box;

static box box_around(const state *st, size_t bin, size_t frames, size_t bins)
{
  box b = {.first = st->lag.done > frames / 2 ? st->lag.done - frames / 2 : 0,
           .last = st->lag.done + frames / 2 < st->lag.total ? st->lag.done + frames / 2 : st->lag.total - 1,
           .lo = bin > bins / 2 ? bin - bins / 2 : 0,
           .hi = bin + bins / 2 < st->n_bins ? bin + bins / 2 + 1 : st->n_bins};
  return b;
}

/* How many of the values in a box are finite. */
static size_t count(const state *st, size_t c, const box *b)
{
  size_t n = (size_t)(b->last - b->first + 1) * (b->hi - b->lo);
  for (uint64_t f = b->first; f <= b->last; f++) {
    size_t slot = (size_t)(f % st->frames);
    const uint32_t *broken = st->broken + slot * (st->width + st->n_channels) + c * (st->n_bins + 1);
    if (st->holds_broken[slot]) n -= broken[b->hi] - broken[b->lo];
  }
  return n;
}

static bool any_broken(const state *st, const box *b)
{
  for (uint64_t f = b->first; f <= b->last; f++)
    if (st->holds_broken[f % st->frames]) return true;
  return false;
}

static void sums_below(const double *sum, size_t n, double *below)
{
  double so_far = below[0] = 0;
  for (size_t b = 0; b < n; b++) below[b + 1] = so_far += sum[b];
}

/* Bins from lo to hi, where both boxes are whole over frequency and n values are between them, all finite. */
BL_WIDE static void contrast_whole(const float *restrict x, const double *restrict below, const double *restrict under,
                                   float *restrict y, size_t lo, size_t hi, size_t outer, size_t inner, double n)
{
  for (size_t b = lo; b < hi; b++) {
    double sum = (below[b + outer + 1] - below[b - outer]) - (under[b + inner + 1] - under[b - inner]);
    y[b] = (float)((double)x[b] - sum / n);
  }
}

/* The same of bins from lo to hi, where a box may reach beyond the spectrum. */
static void contrast_cut(const state *st, const float *x, float *y, size_t lo, size_t hi, size_t frames, size_t inner)
{
  size_t half = st->bins / 2, less = st->inner_bins / 2, end = st->n_bins;
  for (size_t b = lo; b < hi; b++) {
    size_t from = b > half ? b - half : 0, to = b + half < end ? b + half + 1 : end;
    size_t first = b > less ? b - less : 0, last = b + less < end ? b + less + 1 : end;
    double sum = (st->below[to] - st->below[from]) - (st->under[last] - st->under[first]);
    size_t n = (to - from) * frames - (last - first) * inner;
    y[b] = n ? (float)((double)x[b] - sum / (double)n) : 0;
  }
}

/* The same where something around is not finite. */
static void contrast_broken(const state *st, size_t c, const float *x, float *y)
{
  for (size_t b = 0; b < st->n_bins; b++) {
    box o = box_around(st, b, st->frames, st->bins), i = box_around(st, b, st->inner_frames, st->inner_bins);
    size_t n = count(st, c, &o) - count(st, c, &i);
    double sum = (st->below[o.hi] - st->below[o.lo]) - (st->under[i.hi] - st->under[i.lo]);
    y[b] = !isfinite(x[b]) ? NAN : n ? (float)((double)x[b] - sum / (double)n) : 0;
  }
}

static void give(void *sp, float *y)
{
  state *st = sp;
  const float *x = st->x + (size_t)(st->lag.done % st->frames) * st->width;
  box outer = box_around(st, 0, st->frames, 1), inner = box_around(st, 0, st->inner_frames, 1);
  while (st->inner.total <= inner.last) bl_box_sum_add(&st->inner, finite_of(st, st->inner.total));
  const double *o = bl_box_sum_from(&st->outer, outer.first), *i = bl_box_sum_from(&st->inner, inner.first);
  size_t half = st->bins / 2, lo = st->n_bins > 2 * half ? half : st->n_bins, hi = st->n_bins - half;
  size_t frames = (size_t)(outer.last - outer.first + 1), inner_frames = (size_t)(inner.last - inner.first + 1);
  size_t n = frames * st->bins - inner_frames * st->inner_bins;
  if (lo == st->n_bins || !n) lo = hi = st->n_bins;
  bool broken = any_broken(st, &outer);
  for (size_t c = 0; c < st->n_channels; c++, x += st->n_bins, y += st->n_bins) {
    sums_below(o + c * st->n_bins, st->n_bins, st->below);
    sums_below(i + c * st->n_bins, st->n_bins, st->under);
    if (broken) {
      contrast_broken(st, c, x, y);
      continue;
    }
    contrast_cut(st, x, y, 0, lo, frames, inner_frames);
    contrast_whole(x, st->below, st->under, y, lo, hi, half, st->inner_bins / 2, (double)n);
    contrast_cut(st, x, y, hi, st->n_bins, frames, inner_frames);
  }
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->width = bl_stream_width(in);
  st->frames = (size_t)p->frames;
  st->bins = (size_t)p->bins;
  st->inner_frames = (size_t)p->inner_frames;
  st->inner_bins = (size_t)p->inner_bins;
  st->lag = (bl_lag){.behind = st->frames / 2, .width = st->width, .take = take, .give = give};
  st->x = bl_calloc(ctx, st->frames, st->width * sizeof *st->x);
  st->finite = bl_calloc(ctx, st->width, sizeof *st->finite);
  st->below = bl_calloc(ctx, st->n_bins + 1, sizeof *st->below);
  st->under = bl_calloc(ctx, st->n_bins + 1, sizeof *st->under);
  st->broken = bl_calloc(ctx, st->frames, (st->width + st->n_channels) * sizeof *st->broken);
  st->holds_broken = bl_calloc(ctx, st->frames, sizeof *st->holds_broken);
  if (!st->x || !st->finite || !st->below || !st->under || !st->broken || !st->holds_broken)
    return bl_fail_nomem(ctx, "local_contrast");
  bl_status s = bl_box_sum_init(ctx, "local_contrast", st->frames, st->width, &st->outer);
  return s ? s : bl_box_sum_init(ctx, "local_contrast", st->inner_frames, st->width, &st->inner);
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
  bl_free(ctx, st->x);
  bl_free(ctx, st->finite);
  bl_free(ctx, st->below);
  bl_free(ctx, st->under);
  bl_free(ctx, st->broken);
  bl_free(ctx, st->holds_broken);
  bl_box_sum_release(ctx, &st->outer);
  bl_box_sum_release(ctx, &st->inner);
}

/* The sums over frames begin anew at blocks of either length. */
static bool warm_up(const void *sp, bl_warm_up *out)
{
  const state *st = sp;
  *out = (bl_warm_up){st->lag.behind, st->frames * st->inner_frames};
  return true;
}

static const bl_quicker quicker[] = {
    {"frames", NULL, "a shorter neighbourhood"},
    {0},
};

const bl_stage_class bl_stage_local_contrast = {
    .name = "local_contrast",
    .summary = "Values less the mean around them, a zone of exclusion left out",
    .source = "nmkridler/moby, the right-whale challenge of 2013",
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
