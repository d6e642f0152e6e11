/* ltsa: long-term spectral average: the mean of blocks of frames, bin by bin. [frame][channel][bin] -> the same at fewer frames a
 * second.
 *
 * What comes in are powers (stft with output power and scaling density; calibrate before it for a hydrophone): their mean is
 * the mean power, and decibels are taken behind it. A block has as many frames as come nearest to time_s; frames left at the end make
 * no block, for their mean would weigh as much as a whole one. A NaN makes one of its bin in its block. Percentiles over
 * blocks are those of the summary quantile. Triton and PAMGuard call it so; maad.sound.avg_power_spectro is one block. */
#include <math.h>
#include <string.h>

#include "stage_util.h"

typedef struct params {
  double time_s;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, time_s, "60", 0, 1e7, "s", "length of a block"),
    BL_OPT_END,
};

typedef struct state {
  size_t width;
  uint64_t block, held; /* frames of a block; of the one at hand */
  double *sum;
} state;

static uint64_t frames_of(const params *p, const bl_stream *in) { return (uint64_t)rint(p->time_s * in->rate_hz); }

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_linear(ctx, "ltsa", in);
  uint64_t n = frames_of(p, in);
  if (!s && n < 1)
    s = bl_fail(ctx, BL_E_RANGE, "ltsa: time_s %g is less than a frame at %g Hz; take longer blocks", p->time_s,
                in->rate_hz);
  if (s) return s;
  out->rate_hz = in->rate_hz / (double)n;
  out->start_s = in->start_s + (double)(n - 1) / 2 / in->rate_hz;
  out->latency_s = in->latency_s + (double)(n - 1) / 2 / in->rate_hz;
  return BL_OK;
}

static void reset(void *sp)
{
  state *st = sp;
  st->held = 0;
  memset(st->sum, 0, st->width * sizeof *st->sum);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->width = bl_stream_width(in);
  st->block = frames_of(pp, in);
  st->sum = bl_calloc(ctx, st->width, sizeof *st->sum);
  return st->sum ? BL_OK : bl_fail_nomem(ctx, "ltsa");
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, (size_t)((st->held + n) / st->block));
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->width) {
    for (size_t k = 0; k < st->width; k++) st->sum[k] += (double)x[k];
    if (++st->held < st->block) continue;
    for (size_t k = 0; k < st->width; k++) y[k] = (float)(st->sum[k] / (double)st->block);
    y += st->width;
    reset(st);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->sum); }

static bool warm_up(const void *sp, bl_warm_up *out)
{
  *out = (bl_warm_up){0, ((const state *)sp)->block};
  return true;
}

const bl_stage_class bl_stage_ltsa = {
    .name = "ltsa",
    .summary = "Long-term spectral average: mean power over blocks of time",
    .source = "Wiggins, Triton (2003); maad.sound.avg_power_spectro",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
    .warm_up = warm_up,
};
