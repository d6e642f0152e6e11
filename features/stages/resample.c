/* resample: another rate. [frame][channel][bin] at the old rate -> the same at rate_hz; frame 0 stays at its time, and
 * a run of n frames gives all frames whose time lies before that of frame n, ceil(n rate_hz / old).
 *
 * method polyphase, the default: scipy.signal.resample_poly, low-pass by a Kaiser window of beta 5 and half length 10
 * max(up, down), up / down the ratio of the rates, which must be one of whole numbers. It agrees with scipy to the
 * rounding of float32, waits for ten samples of the lower rate only, and 64 channels at 256 Hz take three quarters of
 * soxr's time (one channel at 44.1 kHz one and a half times). Beyond the ends the run goes on by `pad`: reflect_limited
 * as the stage fir does it, which spares a recording with an offset a jump at each end; zero is resample_poly's own
 * default. method soxr: libsoxr, quality HQ (20 bit) or VHQ (28 bit), any ratio: a steeper filter, which keeps more
 * below and lets through less above half the lower rate, but waits for its blocks. Zeros beyond the ends. Of real EEG
 * below three fifths of half the lower rate it gives what resampling by FFT does, to 1.8e-6 of the RMS (HQ) and 5.2e-7
 * (VHQ). A broken value shows where taps reach it (polyphase), or anywhere in libsoxr's block. */
#include <math.h>

#include "polyphase.h"
#include "resample_soxr.h"
#include "stage_util.h"

typedef enum method { POLYPHASE, SOXR } method;
typedef struct params {
  double rate_hz;
  int method, pad, quality;
} params;

static const char *const methods[] = {"polyphase", "soxr", NULL};
static const char *const qualities[] = {"HQ", "VHQ", NULL};
static const bl_opt opts[] = {
    {"rate_hz", BL_OPT_REAL, offsetof(params, rate_hz), NULL, 0, 1e9, BL_OPT_NEEDED | BL_OPT_OPEN_LO, NULL, "Hz",
     "the new rate", NULL},
    BL_ENUM(params, method, "polyphase", methods,
            "polyphase: exact and prompt; soxr: steepest filter, any ratio of rates"),
    BL_ENUM(params, pad, "reflect_limited", bl_polyphase_pads,
            "beyond the ends, for polyphase: 2 x[0] - x[k], zeros, or the last value; soxr takes zeros"),
    BL_ENUM(params, quality, "HQ", qualities, "of soxr: HQ 20 bit, VHQ 28 bit"),
    BL_OPT_END,
};

typedef struct state {
  method method;
  bl_polyphase poly;
  bl_soxr soxr;
} state;

static bl_status ratio(bl_ctx *ctx, const params *p, const bl_stream *in, size_t *up, size_t *down)
{
  if (bl_polyphase_ratio(in->rate_hz, p->rate_hz, up, down)) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "resample: from %.12g to %.12g Hz is no ratio of whole numbers up to %d; choose a rate that "
                 "is, or method: soxr",
                 in->rate_hz, p->rate_hz, BL_POLYPHASE_MAX);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t up, down;
  double wait;
  bl_status s;
  if (!(p->rate_hz > 0)) return bl_fail(ctx, BL_E_CONFIG, "resample: rate_hz is not given; say which rate is wanted");
  if (p->method == SOXR) {
    if ((s = bl_opts_refuse_idle(ctx, "resample", opts, p, "pad", "method: polyphase"))) return s;
    if ((s = bl_soxr_latency(ctx, "resample", in->rate_hz, p->rate_hz, p->quality == 1, &wait))) return s;
  } else {
    if ((s = bl_opts_refuse_idle(ctx, "resample", opts, p, "quality", "method: soxr"))) return s;
    if ((s = ratio(ctx, p, in, &up, &down))) return s;
    wait = (double)bl_polyphase_ahead(bl_polyphase_half(up, down), up) / in->rate_hz;
  }
  out->rate_hz = p->rate_hz;
  out->latency_s = in->latency_s + wait;
  if (in->n_bins == 1 && in->source_rate_hz == in->rate_hz) out->source_rate_hz = p->rate_hz; /* a waveform */
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  size_t up, down, width = bl_stream_width(in);
  (void)out;
  st->method = (method)p->method;
  if (st->method == SOXR)
    return bl_soxr_init(ctx, "resample", in->rate_hz, p->rate_hz, p->quality == 1, width, &st->soxr);
  bl_status s = ratio(ctx, p, in, &up, &down);
  if (s) return s;
  return bl_polyphase_init_kaiser(ctx, "resample", up, down, (bl_polyphase_pad)p->pad, width, &st->poly);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  return st->method == SOXR ? bl_soxr_push(ctx, &st->soxr, x, n, out) : bl_polyphase_push(ctx, &st->poly, x, n, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  return st->method == SOXR ? bl_soxr_finish(ctx, &st->soxr, out) : bl_polyphase_finish(ctx, &st->poly, out);
}

static void reset(void *sp)
{
  state *st = sp;
  if (st->method == SOXR) bl_soxr_reset(&st->soxr);
  else bl_polyphase_reset(&st->poly);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_soxr_release(ctx, &st->soxr);
  bl_polyphase_release(ctx, &st->poly);
}

/* libsoxr does not say what it remembers. */
static bool warm_up(const void *sp, bl_warm_up *out)
{
  const state *st = sp;
  return st->method == POLYPHASE && bl_polyphase_warm_up(&st->poly, out);
}

static const bl_quicker quicker[] = {
    {"method", "polyphase", "a filter less steep"},
    {0},
};

const bl_stage_class bl_stage_resample = {
    .name = "resample",
    .summary = "Another sampling rate",
    .source = "scipy.signal.resample_poly; libsoxr",
    .tags = BL_STAGE_CONVERTS,
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
