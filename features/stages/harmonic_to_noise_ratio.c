/* harmonic_to_noise_ratio: how much of each frame of a waveform repeats with a pitch, against what does not.
 * [sample][channel][1] -> [frame][channel][1], dB.
 *
 * Boersma, Proc. IFA 17 (1993) 97: the frame, free of its mean and under a Hann window, is correlated with itself, and each
 * lag divided by what the window alone gives there, so that r(0) = 1. Of the lags from rate / fmax to rate / fmin, r at the
 * highest peak (refined by the parabola through it and its neighbours) is the share that repeats: 10 log10 (r / (1 - r)),
 * kept within -100 .. 100 dB. Silence, and a frame without any peak above 0, give -100 dB; a value that is not finite NaN. A
 * frame should hold three periods of fmin or more. */
#include <math.h>

#include "finite.h"
#include "window.h"
#include "yin.h"

typedef struct params {
  bl_yin_params yin;
  bl_framing framing;
} params;

static const bl_opt opts[] = {
    BL_YIN_OPTS(params),
    BL_FRAMING_OPTS(params, "2048"),
    BL_OPT_END,
};

typedef struct state {
  bl_framer framer;
  bl_autocorr acf;
  double *window, *of_window; /* [frame_length]; [max_lag + 1] */
  size_t min_lag, max_lag;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"hnr"};
  const params *p = pp;
  bl_status s = bl_framing_shape(ctx, "harmonic_to_noise_ratio", &p->framing, in, out);
  if (!s) s = bl_yin_check(ctx, "harmonic_to_noise_ratio", &p->yin, &p->framing, in);
  if (!s && 2 * ceil(in->rate_hz / p->yin.fmin) > (double)p->framing.frame_length)
    s = bl_fail(
        ctx, BL_E_RANGE,
        "harmonic_to_noise_ratio: frames of %lld samples do not hold two periods of fmin %g Hz; take longer ones",
        (long long)p->framing.frame_length, p->yin.fmin);
  if (!s) s = bl_stream_set_bins(ctx, out, 1, NULL, names);
  return s ? s : bl_stream_set_units(ctx, out, "dB");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  const params *p = pp;
  size_t n = (size_t)p->framing.frame_length;
  (void)out;
  st->min_lag = (size_t)floor(in->rate_hz / p->yin.fmax);
  st->max_lag = (size_t)ceil(in->rate_hz / p->yin.fmin);
  bl_status s = bl_framing_init(ctx, &p->framing, in, &st->framer);
  if (!s) s = bl_autocorr_init(ctx, n, st->max_lag + 1, &st->acf);
  if (s) return s;
  st->window = bl_calloc(ctx, n, sizeof *st->window);
  st->of_window = bl_calloc(ctx, st->max_lag + 2, sizeof *st->of_window);
  if (!st->window || !st->of_window) return bl_fail_nomem(ctx, "harmonic_to_noise_ratio");
  bl_window_fill(BL_WINDOW_HANN, n, true, st->window);
  for (size_t i = 0; i < n; i++) st->acf.fft.time[i] = st->window[i];
  const double *r = bl_autocorr_run(&st->acf);
  for (size_t k = 0; k <= st->max_lag + 1; k++) st->of_window[k] = r[k] / r[0];
  return BL_OK;
}

/* The height of the parabola through three values, the middle one being the largest. */
static double crest(double before, double at, double behind)
{
  double a = behind + before - 2 * at, b = (behind - before) / 2;
  return a < 0 ? at - b * b / (2 * a) : at;
}

/* The highest peak of r[k] / r[0] / of_window[k] in the range; -1 when there is none. */
static double highest(const state *st, const double *r)
{
  const double *w = st->of_window;
  double most = -1;
  for (size_t k = st->min_lag < 2 ? 2 : st->min_lag; k <= st->max_lag; k++) {
    double before = r[k - 1] / w[k - 1] / r[0], at = r[k] / w[k] / r[0], behind = r[k + 1] / w[k + 1] / r[0];
    if (at > before && at >= behind) most = fmax(most, crest(before, at, behind));
  }
  return most;
}

static void ratio(void *user, const bl_framer *f, const float *x, float *to)
{
  state *st = user;
  double mean = 0, *time = st->acf.fft.time, r = -1;
  *to = NAN;
  if (!bl_all_finite_f32(x, f->length)) return;
  for (size_t i = 0; i < f->length; i++) mean += (double)x[i];
  mean /= (double)f->length;
  for (size_t i = 0; i < f->length; i++) time[i] = ((double)x[i] - mean) * st->window[i];
  const double *acf = bl_autocorr_run(&st->acf);
  if (acf[0] > 0) r = highest(st, acf);
  r = fmin(fmax(r, 1e-10), 1 - 1e-10);
  *to = (float)(10 * log10(r / (1 - r)));
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_framer_push(ctx, &((state *)sp)->framer, x, n, ratio, sp, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_framer_finish(ctx, &((state *)sp)->framer, ratio, sp, out);
}

static void reset(void *sp) { bl_framer_reset(&((state *)sp)->framer); }

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_framer_release(ctx, &st->framer);
  bl_autocorr_release(ctx, &st->acf);
  bl_free(ctx, st->window);
  bl_free(ctx, st->of_window);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_harmonic_to_noise_ratio = {
    .name = "harmonic_to_noise_ratio",
    .summary = "How much of each frame of a waveform repeats with a pitch, against what does not",
    .source = "Boersma, Proc. IFA 17 (1993) 97",
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
