/* local_contrast: each value less the mean of its neighbourhood, of which an inner part is left out. Shape and unit
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
  float *x;      /* ring of `frames` frames */
  double *below; /* of the same frames: the sum of a channel's finite values below each bin, n_bins + 1 of them */
  size_t *count; /* and how many there are */
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
  return BL_OK;
}

static void reset(void *sp)
{
  state *st = sp;
  st->lag.total = st->lag.done = 0;
}

static void take(void *sp, const float *x)
{
  state *st = sp;
  size_t slot = (size_t)(st->lag.total % st->frames), c, b;
  float *v = st->x + slot * st->width;
  double *below = st->below + slot * (st->width + st->n_channels);
  size_t *count = st->count + slot * (st->width + st->n_channels);
  for (c = 0; c < st->n_channels; c++, v += st->n_bins, below += st->n_bins + 1, count += st->n_bins + 1)
    for (below[0] = 0, count[0] = 0, b = 0; b < st->n_bins; b++) {
      v[b] = *x++;
      below[b + 1] = below[b] + (isfinite(v[b]) ? (double)v[b] : 0);
      count[b + 1] = count[b] + (isfinite(v[b]) != 0);
    }
}

/* A sum of values, and how many they are. */
typedef struct total {
  double sum;
  size_t n;
} total;

/* Of the frames x bins around bin b of channel c in frame `done`, as far as they are there. */
static total around(const state *st, size_t c, size_t b, size_t frames, size_t bins)
{
  uint64_t first = st->lag.done > frames / 2 ? st->lag.done - frames / 2 : 0;
  uint64_t last = st->lag.done + frames / 2 < st->lag.total ? st->lag.done + frames / 2 : st->lag.total - 1;
  size_t lo = b > bins / 2 ? b - bins / 2 : 0, hi = b + bins / 2 < st->n_bins ? b + bins / 2 + 1 : st->n_bins;
  total t = {0, 0};
  for (uint64_t f = first; f <= last; f++) {
    size_t at = (size_t)(f % st->frames) * (st->width + st->n_channels) + c * (st->n_bins + 1);
    t.sum += st->below[at + hi] - st->below[at + lo];
    t.n += st->count[at + hi] - st->count[at + lo];
  }
  return t;
}

static void give(void *sp, float *y)
{
  const state *st = sp;
  const float *x = st->x + (size_t)(st->lag.done % st->frames) * st->width;
  for (size_t c = 0; c < st->n_channels; c++)
    for (size_t b = 0; b < st->n_bins; b++, x++, y++) {
      total outer = around(st, c, b, st->frames, st->bins), inner = around(st, c, b, st->inner_frames, st->inner_bins);
      size_t n = outer.n - inner.n;
      if (!isfinite(*x)) *y = NAN;
      else *y = n ? (float)((double)*x - (outer.sum - inner.sum) / (double)n) : 0;
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
  st->below = bl_calloc(ctx, st->frames, (st->width + st->n_channels) * sizeof *st->below);
  st->count = bl_calloc(ctx, st->frames, (st->width + st->n_channels) * sizeof *st->count);
  return st->x && st->below && st->count ? BL_OK : bl_fail_nomem(ctx, "local_contrast");
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
  bl_free(ctx, st->below);
  bl_free(ctx, st->count);
}

static bool warm_up(const void *sp, bl_warm_up *out)
{
  *out = (bl_warm_up){((const state *)sp)->lag.behind, 1};
  return true;
}

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
};
