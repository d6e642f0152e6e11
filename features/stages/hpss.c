/* hpss: what lasts over frames apart from what spreads over frequencies, tones from clicks. Magnitudes; shape unchanged.
 *
 * librosa.decompose.hpss: H is the median over kernel_frames frames of a bin, P that over kernel_bins bins of a frame, the
 * spectrum mirrored at its ends (scipy.ndimage, mode "reflect"). What comes out is the input times a mask, or the mask:
 *   harmonic    H^power / (H^power + (margin_harm P)^power)
 *   percussive  P^power / (P^power + (margin_perc H)^power)
 * and with power inf 1 where the first is larger than the second, else 0. Where both are 0 the mask is 0, and 1/2 if no
 * margin is above 1. Margins above 1 leave what is neither in none of the two. Fitzgerald, DAFx 2010; Driedger, Mueller and
 * Disch, ISMIR 2014. Latency: (kernel_frames - 1) / 2 frames. A NaN or infinity comes out as NaN and counts as infinity in
 * medians. */
#include <float.h>
#include <string.h>

#include "lag.h"
#include "running_median.h"
#include "stage_util.h"

enum { HARMONIC, PERCUSSIVE };
static const char *const components[] = {"harmonic", "percussive", NULL};
static const char *const inf_word[] = {"inf", NULL};

typedef struct params {
  int component;
  int64_t kernel_frames, kernel_bins;
  bl_word power;
  double margin_harm, margin_perc;
  bool mask;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, component, "harmonic", components, "what is put out"),
    BL_INT(params, kernel_frames, "31", 1, 9999, "frames", "of the median that finds what lasts, an odd number"),
    BL_INT(params, kernel_bins, "31", 1, 9999, "bins", "of the median that finds what spreads, an odd number"),
    {"power", BL_OPT_WORD, offsetof(params, power), "2", 0, 100, BL_OPT_OPEN_LO, inf_word, "",
     "of the mask: the larger, the harder; inf: 0 or 1", NULL},
    BL_REAL(params, margin_harm, "1", 1, 1e6, "", "how many times the other a value of the harmonic part must be"),
    BL_REAL(params, margin_perc, "1", 1, 1e6, "", "the same of the percussive part"),
    BL_BOOL(params, mask, "false", "the mask instead of what passes it"),
    BL_OPT_END,
};

typedef struct state {
  params p;
  size_t n_channels, n_bins, width, frames, bins;
  float *x;           /* ring of `frames` + 1 frames: a window's, and the one that goes */
  float *over_frames; /* [value of a frame][frames], in order */
  float *over_bins;   /* [bins], in order */
  float *spread;      /* P of a channel's frame */
  bl_lag lag;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_linear(ctx, "hpss", in);
  if (s) return s;
  if (p->kernel_frames % 2 == 0 || p->kernel_bins % 2 == 0)
    return bl_fail(ctx, BL_E_CONFIG, "hpss: %s: %d is even; take an odd number, so that there is a middle",
                   p->kernel_frames % 2 ? "kernel_bins" : "kernel_frames",
                   (int)(p->kernel_frames % 2 ? p->kernel_bins : p->kernel_frames));
  size_t ahead = (size_t)p->kernel_frames / 2;
  out->latency_s = in->latency_s + (double)ahead / in->rate_hz;
  return p->mask ? bl_stream_set_units(ctx, out, "1") : BL_OK;
}

/* Where place i < 0 or i >= n of n comes from when they are mirrored, the ends twice: c b a | a b c | c b a. */
static size_t mirrored(int64_t i, size_t n)
{
  int64_t period = 2 * (int64_t)n, r = i % period;
  if (r < 0) r += period;
  return (size_t)(r < (int64_t)n ? r : period - 1 - r);
}

static void reset(void *sp)
{
  state *st = sp;
  st->lag.total = st->lag.done = 0;
}

static void take(void *sp, const float *x)
{
  const state *st = sp;
  memcpy(st->x + st->lag.total % (st->frames + 1) * st->width, x, st->width * sizeof *x);
}

static const float *frame_at(const state *st, int64_t i)
{
  return st->x + mirrored(i, (size_t)st->lag.total) % (st->frames + 1) * st->width;
}

/* The windows over frames move to frame `done`. */
static void move_windows(state *st)
{
  int64_t done = (int64_t)st->lag.done, half = (int64_t)(st->frames / 2);
  size_t n = st->frames;
  if (done == 0) {
    for (size_t k = 0; k < n; k++) {
      const float *x = frame_at(st, (int64_t)k - half);
      for (size_t i = 0; i < st->width; i++) st->over_frames[i * n + k] = x[i];
    }
    for (size_t i = 0; i < st->width; i++) bl_running_median_begin(st->over_frames + i * n, n);
    return;
  }
  const float *gone = frame_at(st, done - 1 - half), *come = frame_at(st, done + half);
  for (size_t i = 0; i < st->width; i++) bl_running_median_replace(st->over_frames + i * n, n, gone[i], come[i]);
}

static void medians_over_bins(state *st, const float *x)
{
  int64_t half = (int64_t)(st->bins / 2);
  for (size_t k = 0; k < st->bins; k++) st->over_bins[k] = x[mirrored((int64_t)k - half, st->n_bins)];
  bl_running_median_begin(st->over_bins, st->bins);
  for (size_t b = 0; b < st->n_bins; b++) {
    int64_t at = (int64_t)b;
    if (b)
      bl_running_median_replace(st->over_bins, st->bins, x[mirrored(at - 1 - half, st->n_bins)],
                                x[mirrored(at + half, st->n_bins)]);
    st->spread[b] = bl_running_median(st->over_bins, st->bins);
  }
}

/* librosa.util.softmask. */
static double mask_of(const state *st, double x, double ref)
{
  const params *p = &st->p;
  if (p->power.word == 0) return x > ref;
  double most = x > ref ? x : ref;
  if (most < (double)FLT_MIN) return p->margin_harm > 1 || p->margin_perc > 1 ? 0 : 0.5;
  if (!isfinite(most)) return isfinite(x) ? 0 : isfinite(ref) ? 1 : 0.5;
  double a = x / most, b = ref / most;
  if (p->power.real == 2) a *= a, b *= b;
  else a = pow(a, p->power.real), b = pow(b, p->power.real);
  return a / (a + b);
}

static void give(void *sp, float *y)
{
  state *st = sp;
  const float *x = st->x + st->lag.done % (st->frames + 1) * st->width;
  move_windows(st);
  for (size_t c = 0; c < st->n_channels; c++) {
    medians_over_bins(st, x + c * st->n_bins);
    for (size_t b = 0; b < st->n_bins; b++) {
      size_t i = c * st->n_bins + b;
      double h = (double)bl_running_median(st->over_frames + i * st->frames, st->frames), p = (double)st->spread[b];
      double m =
          st->p.component == HARMONIC ? mask_of(st, h, p * st->p.margin_harm) : mask_of(st, p, h * st->p.margin_perc);
      y[i] = !isfinite(x[i]) ? NAN : (float)(st->p.mask ? m : m * (double)x[i]);
    }
  }
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  *st = (state){.p = *p,
                .n_channels = in->n_channels,
                .n_bins = in->n_bins,
                .width = bl_stream_width(in),
                .frames = (size_t)p->kernel_frames,
                .bins = (size_t)p->kernel_bins};
  st->lag = (bl_lag){.behind = st->frames / 2, .width = st->width, .take = take, .give = give};
  st->x = bl_calloc(ctx, st->frames + 1, st->width * sizeof *st->x);
  st->over_frames = bl_calloc(ctx, st->width, st->frames * sizeof *st->over_frames);
  st->over_bins = bl_calloc(ctx, st->bins, sizeof *st->over_bins);
  st->spread = bl_calloc(ctx, st->n_bins, sizeof *st->spread);
  return st->x && st->over_frames && st->over_bins && st->spread ? BL_OK : bl_fail_nomem(ctx, "hpss");
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
  bl_free(ctx, st->over_frames);
  bl_free(ctx, st->over_bins);
  bl_free(ctx, st->spread);
}

static bool warm_up(const void *sp, bl_warm_up *out)
{
  *out = (bl_warm_up){((const state *)sp)->lag.behind, 1};
  return true;
}

const bl_stage_class bl_stage_hpss = {
    .name = "hpss",
    .summary = "What lasts over frames apart from what spreads over frequencies",
    .source = "librosa.decompose.hpss; Fitzgerald 2010",
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
