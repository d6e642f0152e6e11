/* clicks: turns down samples that stand far out of their surroundings, softly. Shape unchanged.
 *
 * The run is cut into windows of `length` samples from its start, the last one shorter; with the mean m and the
 * standard deviation sd (ddof 0) of a window, channel by channel,
 *   y = m + (x - m) / (1 + (|x - m| / (threshold sd))^power)
 * PAMGuard's click removal before its whistle detector (threshold 5, power 6), where the windows are those of the FFT,
 * and which turns x itself down, for sound has no level; of EEG the level must stay, or it would jump with each click.
 * None of n samples lies more than sqrt(n - 1) sd from their mean: windows in which none could reach the threshold are
 * refused, and at the end of a run such a short one passes nearly unchanged.
 * A window waits until it is full: latency length - 1 samples. A NaN or infinity stays what it is and does not count in
 * m and sd; a window whose values are all one passes unchanged. */
#include <math.h>
#include <string.h>

#include "stage_util.h"

typedef struct params {
  double threshold, power;
  int64_t length;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, threshold, "5", 0, 1e9, "sd", "distance from the mean at which a sample is halved"),
    BL_REAL_ABOVE(params, power, "6", 0, 100, "", "how sharply what lies beyond is turned down"),
    BL_INT(params, length, "1024", 2, 1 << 24, "samples", "of the windows whose mean and standard deviation count"),
    BL_OPT_END,
};

typedef struct state {
  params p;
  float *v; /* [frame][width], the window so far */
  size_t width, length, held;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  double n = (double)p->length, far = p->threshold;
  if (!(n - 1 > far * far))
    return bl_fail(ctx, BL_E_RANGE,
                   "clicks: none of %g samples can lie %g sd from their mean, at most %g; make length at least %g, or "
                   "threshold smaller",
                   n, far, sqrt(n - 1), floor(far * far) + 2);
  out->latency_s = in->latency_s + (double)(p->length - 1) / in->rate_hz;
  return bl_need_waveform(ctx, "clicks", in);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->p = *(const params *)pp;
  st->width = bl_stream_width(in);
  st->length = (size_t)st->p.length;
  st->v = bl_calloc(ctx, st->length, st->width * sizeof *st->v);
  return st->v ? BL_OK : bl_fail_nomem(ctx, "clicks");
}

/* One channel of n frames, from x to y, both `step` apart. */
static void soften(const params *p, const float *x, float *y, size_t step, size_t n)
{
  double sum = 0, squares = 0;
  size_t count = 0;
  for (size_t i = 0; i < n; i++)
    if (isfinite(x[i * step])) sum += (double)x[i * step], count++;
  double mean = count ? sum / (double)count : 0;
  for (size_t i = 0; i < n; i++) {
    double d = (double)x[i * step] - mean;
    if (isfinite(d)) squares += d * d;
  }
  double far = count ? p->threshold * sqrt(squares / (double)count) : 0;
  for (size_t i = 0; i < n; i++) {
    double v = (double)x[i * step];
    bool as_is = !isfinite(v) || !(far > 0);
    y[i * step] = (float)(as_is ? v : mean + (v - mean) / (1 + pow(fabs(v - mean) / far, p->power)));
  }
}

static bl_status give(bl_ctx *ctx, state *st, bl_frames *out)
{
  float *y = bl_frames_add(ctx, out, st->held);
  if (!y) return BL_E_NOMEM;
  for (size_t c = 0; c < st->width; c++) soften(&st->p, st->v + c, y + c, st->width, st->held);
  st->held = 0;
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  bl_status s = BL_OK;
  while (!s && n) {
    size_t take = st->length - st->held < n ? st->length - st->held : n;
    memcpy(st->v + st->held * st->width, x, take * st->width * sizeof *x);
    st->held += take;
    x += take * st->width;
    n -= take;
    if (st->held == st->length) s = give(ctx, st, out);
  }
  return s;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  return st->held ? give(ctx, st, out) : BL_OK;
}

static void reset(void *sp) { ((state *)sp)->held = 0; }

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->v); }

static const bl_quicker quicker[] = {
    {"length", NULL, "less is known of what is usual"},
    {0},
};

const bl_stage_class bl_stage_clicks = {
    .name = "clicks",
    .summary = "Clicks turned down by a soft gain",
    .source = "PAMGuard, click removal",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
    .quicker = quicker,
};
