/* whiten: each bin of a spectrum over its running background. Shape unchanged, unit 1.
 *
 * y = S / max(B, F, eps), B the exponential running mean of the bin up to and with this frame (running.h), so that
 * steady noise of any colour comes out around 1 and what rises above it stands out. A sound counts in B as any frame
 * does: behind a loud one noise lies below 1 until time_s has gone by. A NaN or infinity comes out as NaN and leaves B.
 *
 * Start: the level of each bin in the first start_s is its background there and weighs in B as that many frames
 * (warmup.h: the mean of the values up to 4 times their median), so that a call at the start is measured against the
 * noise around it. These frames wait until all are known: latency start_s. start_s 0: nothing waits, frames count from
 * the first on, which gives 1.
 *
 * F, the floor, lies floor_db below the mean of B over the channel's bins, 10 log10 of the values (for magnitudes take
 * half as many dB): a bin that lossy coding left empty is not blown up to the level of noise. Of powers of 1024 samples
 * at 44.1 kHz the quietest bins of data/sets' orca calls (FLAC) lie 48 dB below the mean and those of sea waves that
 * Vorbis kept 55 dB; what it left of the others 60 to 80 dB, as a rule. A level at 0 Hz counts in the mean: filter it
 * first. */
#include "running.h"
#include "stage_util.h"
#include "warmup.h"

typedef struct params {
  double time_s, start_s, eps;
  bl_word floor_db;
} params;

static const char *const none_word[] = {"none", NULL};
static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, time_s, "10", 0, 1e9, "s", "time constant of the background"),
    BL_REAL(params, start_s, "3", 0, 1e9, "s",
            "the background starts from the level of this long; 0: from the first frame"),
    BL_WORD(params, floor_db, "60", none_word, 0, 1000, 0, "dB",
            "least background: this far below the mean of the channel's bins"),
    BL_REAL_ABOVE(params, eps, "1e-30", 0, 1e30, "", "least background, in the unit of what comes in"),
    BL_OPT_END,
};

enum { LOUD = 4 }; /* times the median: a call, not noise */

typedef struct state {
  double alpha, eps, share, *mean, *weight; /* share: floor over the mean of the background */
  size_t n_channels, n_bins, fixed;         /* fixed: frames that are part of the background already */
  bl_warmup first;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  size_t wanted;
  bl_status s = bl_need_linear(ctx, "whiten", in);
  if (!s) s = bl_warmup_shape(ctx, "whiten", ((const params *)pp)->start_s, in, out, &wanted);
  return s ? s : bl_stream_set_units(ctx, out, "1");
}

static void reset(void *sp)
{
  state *st = sp;
  for (size_t k = 0; k < st->n_channels * st->n_bins; k++) st->mean[k] = st->weight[k] = 0;
  st->fixed = 0;
  bl_warmup_reset(&st->first);
}

static void begin(void *sp)
{
  state *st = sp;
  st->fixed = st->first.held;
  for (size_t k = 0; k < st->n_channels * st->n_bins; k++) {
    double level = bl_warmup_level(&st->first, k, LOUD);
    if (isnan(level)) continue;
    st->mean[k] = level;
    for (size_t i = 0; i < st->fixed; i++) bl_running_count(&st->weight[k], st->alpha);
  }
}

static void count(state *st, size_t k, float x)
{
  if (!isfinite(x)) return;
  bl_running_count(&st->weight[k], st->alpha);
  st->mean[k] += ((double)x - st->mean[k]) / st->weight[k];
}

/* The floor of the bins from k on, which are one channel's; those of which nothing is known do not count. */
static double floor_of(const state *st, size_t k)
{
  double sum = 0;
  size_t n = 0;
  for (size_t b = k; b < k + st->n_bins; b++)
    if (st->weight[b] > 0) sum += st->mean[b], n++;
  return n ? fmax(st->eps, st->share * sum / (double)n) : st->eps;
}

static void step(void *sp, const float *x, float *y)
{
  state *st = sp;
  for (size_t k = 0; k < st->n_channels * st->n_bins && !st->fixed; k++) count(st, k, x[k]);
  if (st->fixed) st->fixed--;
  for (size_t k = 0; k < st->n_channels * st->n_bins; k += st->n_bins) {
    double least = floor_of(st, k);
    for (size_t b = k; b < k + st->n_bins; b++)
      y[b] = isfinite(x[b]) ? (float)((double)x[b] / fmax(least, st->mean[b])) : NAN;
  }
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  size_t width = bl_stream_width(in);
  st->alpha = bl_running_alpha(p->time_s, in->rate_hz);
  st->eps = p->eps;
  st->share = p->floor_db.word == 0 ? 0 : pow(10, -p->floor_db.real / 10);
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->first.begin = begin;
  st->first.step = step;
  st->mean = bl_calloc(ctx, width, sizeof *st->mean);
  st->weight = bl_calloc(ctx, width, sizeof *st->weight);
  if (!st->mean || !st->weight) return bl_fail_nomem(ctx, "whiten");
  return bl_warmup_init(ctx, "whiten", (size_t)rint(p->start_s * in->rate_hz), width, &st->first);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_warmup_push(ctx, &((state *)sp)->first, sp, x, n, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_warmup_finish(ctx, &((state *)sp)->first, sp, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->mean);
  bl_free(ctx, st->weight);
  bl_warmup_release(ctx, &st->first);
}

const bl_stage_class bl_stage_whiten = {
    .name = "whiten",
    .summary = "Bins of a spectrum over their running background",
    .source = "exponential background, as in detectors of whale calls",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
};
