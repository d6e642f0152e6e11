/* psd: the power spectral density over and over, of the last length_s of every channel: Welch's (mean or median of parts) or
 * by several tapers, as the summaries welch and multitaper make it of a segment (psd.h has the conventions).
 * waveform [frame][channel][1] -> [frame][channel][bin], a frame each hop_s, its time being the middle of its stretch; only
 * full stretches, so that it is as long late. With psd_method multitaper and one part (window_s = length_s) it is the
 * multitaper spectrogram of sleep research; stft {scaling: density, detrend: constant} is the plain one. u^2/Hz, made in
 * double precision. */
#include <math.h>

#include "framer.h"
#include "psd.h"
#include "stage_util.h"

typedef struct params {
  double length_s, hop_s;
  bl_psd_params psd;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, length_s, "4", 0, 1e6, "s", "length of the stretch of which each spectrum is made"),
    BL_REAL_ABOVE(params, hop_s, "1", 0, 1e6, "s", "from one spectrum to the next"),
    BL_PSD_METHOD_OPT(params),
    BL_PSD_PART_OPTS(params),
    BL_PSD_WELCH_OPTS(params),
    BL_MULTITAPER_OPTS(params, psd.multitaper),
    BL_OPT_END,
};

typedef struct state {
  bl_ctx *ctx; /* of the push at work */
  bl_status status;
  bl_stream one; /* a channel alone */
  bl_framer framer;
  bl_psd psd;
} state;

static bl_status sizes(bl_ctx *ctx, const params *p, const bl_stream *in, size_t *length, size_t *hop,
                       bl_psd_plan *plan)
{
  double n = rint(p->length_s * in->rate_hz), step = rint(p->hop_s * in->rate_hz);
  bl_status s = bl_need_waveform(ctx, "psd", in);
  if (!s) s = bl_psd_shape(ctx, "psd", &p->psd, in, plan);
  if (!s) s = bl_psd_refuse_idle(ctx, "psd", opts, p, p->psd.method);
  if (s) return s;
  if (step < 1 || n > 1e8)
    return bl_fail(ctx, BL_E_RANGE,
                   "psd: length_s %g and hop_s %g are %g and %g samples at %g Hz; from 1 to 100000000 are "
                   "possible",
                   p->length_s, p->hop_s, n, step, in->rate_hz);
  if (n < (double)plan->n_per_seg)
    return bl_fail(ctx, BL_E_RANGE,
                   "psd: length_s %g is shorter than one part of %zu samples (window_s, n_per_seg); make it "
                   "as long at least",
                   p->length_s, plan->n_per_seg);
  *length = (size_t)n;
  *hop = (size_t)step;
  return BL_OK;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  size_t length = 0, hop = 0;
  bl_psd_plan plan;
  bl_status s = sizes(ctx, pp, in, &length, &hop, &plan);
  if (s) return s;
  double *hz = bl_calloc(ctx, plan.n_bins, sizeof *hz);
  if (!hz) return bl_fail_nomem(ctx, "psd");
  for (size_t k = 0; k < plan.n_bins; k++) hz[k] = (double)k * plan.df_hz;
  s = bl_stream_set_bins(ctx, out, plan.n_bins, hz, NULL);
  bl_free(ctx, hz);
  bl_framer_shape(in, length, hop, false, out);
  return s ? s : bl_stream_set_units(ctx, out, "%s^2/Hz");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  size_t length = 0, hop = 0;
  bl_psd_plan plan;
  (void)out;
  bl_status s = sizes(ctx, p, in, &length, &hop, &plan);
  st->one = (bl_stream){.rate_hz = in->rate_hz, .source_rate_hz = in->rate_hz, .n_channels = 1, .n_bins = 1};
  if (!s) s = bl_psd_init(ctx, "psd", &p->psd, &st->one, &st->psd);
  return s ? s : bl_framer_init(ctx, in->n_channels, length, hop, false, BL_PAD_CONSTANT, &st->framer);
}

static void transform(void *user, const bl_framer *f, const float *x, float *to)
{
  state *st = user;
  if (st->status) return;
  bl_psd_begin(&st->psd);
  st->status = bl_psd_push(st->ctx, &st->psd, x, f->length);
  if (!st->status) st->status = bl_psd_finish(st->ctx, &st->psd);
  for (size_t k = 0; !st->status && k < st->psd.plan.n_bins; k++) to[k] = (float)st->psd.psd[k];
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  st->ctx = ctx;
  st->status = BL_OK;
  bl_status s = bl_framer_push(ctx, &st->framer, x, n, transform, st, out);
  return s ? s : st->status;
}

static void reset(void *sp) { bl_framer_reset(&((state *)sp)->framer); }

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_framer_release(ctx, &st->framer);
  bl_psd_release(ctx, &st->psd);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_psd = {
    .name = "psd",
    .summary = "Power spectral density over time: Welch's, or by several tapers",
    .source = "scipy.signal.welch; mne.time_frequency.psd_array_multitaper",
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
