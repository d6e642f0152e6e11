/* decimate: every `factor`-th frame behind a low-pass. [frame][channel][bin] -> fewer frames, ceil(n / factor) of n;
 * frame 0 stays at its time.
 *
 * scipy.signal.decimate(x, q, ftype="fir"), zero phase: 20 q + 1 taps, Hamming, cut off at half the new rate. Beyond
 * the ends the run goes on by `pad`: reflect_limited as the stage fir does it, zero as scipy.signal does. */
#include "fir_design.h"
#include "polyphase.h"

typedef struct params {
  int64_t factor;
  int pad;
} params;

static const bl_opt opts[] = {
    {"factor", BL_OPT_INT, offsetof(params, factor), NULL, 1, BL_POLYPHASE_MAX, BL_OPT_NEEDED, NULL, "",
     "how many times lower the new rate is", NULL},
    BL_ENUM(params, pad, "reflect_limited", bl_polyphase_pads,
            "beyond the ends: 2 x[0] - x[k], zeros, or the last value"),
    BL_OPT_END,
};

static size_t half_length(const params *p) { return p->factor == 1 ? 0 : 10 * (size_t)p->factor; }

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->factor < 1)
    return bl_fail(ctx, BL_E_CONFIG, "decimate: factor is not given; say how many times lower the rate shall be");
  out->rate_hz = in->rate_hz / (double)p->factor;
  out->latency_s = in->latency_s + (double)bl_polyphase_ahead(half_length(p), 1) / in->rate_hz;
  if (in->n_bins == 1 && in->source_rate_hz == in->rate_hz) out->source_rate_hz = out->rate_hz; /* a waveform */
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  size_t half = half_length(p);
  (void)out;
  double *h = bl_calloc(ctx, 2 * half + 1, sizeof *h);
  if (!h) return bl_fail_nomem(ctx, "decimate");
  h[0] = 1;
  if (half) bl_firwin_lowpass(2 * half + 1, 1 / (double)p->factor, BL_WINDOW_HAMMING, h);
  bl_status s = bl_polyphase_init(ctx, "decimate", 1, (size_t)p->factor, h, half, (bl_polyphase_pad)p->pad,
                                  bl_stream_width(in), sp);
  bl_free(ctx, h);
  return s;
}

const bl_stage_class bl_stage_decimate = {
    .name = "decimate",
    .summary = "A rate lower by a whole factor, behind a low-pass",
    .source = "scipy.signal.decimate, ftype fir",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_polyphase),
    .shape = shape,
    .init = init,
    .push = bl_polyphase_push,
    .finish = bl_polyphase_finish,
    .reset = bl_polyphase_reset,
    .release = bl_polyphase_release,
    .warm_up = bl_polyphase_warm_up,
};
