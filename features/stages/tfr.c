/* tfr: how strong each of some frequencies is at each time: every channel is convolved with a wave of each.
 * waveform [frame][channel][1] -> [frame][channel][freq], rate / decim frames a second, frame i at sample i decim.
 *
 * Waves and scale are MNE's (wavelets.h). Before the run's first sample and behind its last there are zeros, as in
 * mne.time_frequency.tfr_array_morlet and tfr_array_multitaper around an epoch: a run is one epoch, and the first and last
 * half wave are weaker for it. Where each segment shall be an epoch of its own, with a baseline, there is the summary tfr.
 * The latency is half the longest wave.
 *
 * output power: u^2, of several tapers weighted together; magnitude its root; complex and phase (rad, of one wave) of
 * morlet alone. Sums are double. */
#include <math.h>

#include "framer.h"
#include "stage_util.h"
#include "wavelets.h"

typedef enum output { POWER, MAGNITUDE, COMPLEX, PHASE } output;

typedef struct params {
  bl_wavelets_params w;
  int64_t decim;
  int output;
} params;

static const char *const methods[] = {"morlet", "multitaper", NULL}; /* in the order of wavelets.h */
static const char *const outputs[] = {"power", "magnitude", "complex", "phase", NULL};

static const bl_opt opts[] = {
    {"method", BL_OPT_ENUM, offsetof(params, w.method), "morlet", 0, 0, 0, methods, "",
     "what gives a wave its length: a Gaussian, or several tapers", NULL},
    BL_WAVELETS_OPTS(params, BL_OPT_NEEDED, "the frequencies, rising"),
    BL_INT(params, decim, "1", 1, 1 << 24, "samples", "from one frame to the next"),
    BL_ENUM(params, output, "power", outputs, "what is put out for each frequency"),
    BL_OPT_END,
};

typedef struct state {
  output output;
  bl_framer framer;
  bl_wavelets w;
  double *x; /* the samples of one channel around a frame */
} state;

static bl_status set_bins(bl_ctx *ctx, const params *p, bl_stream *out)
{
  size_t n = p->w.freqs.n;
  if (p->output != COMPLEX) return bl_stream_set_bins(ctx, out, n, p->w.freqs.v, NULL);
  double *twice = bl_calloc(ctx, 2 * n, sizeof *twice);
  bl_status s = twice ? BL_OK : bl_fail_nomem(ctx, "tfr");
  for (size_t i = 0; !s && i < 2 * n; i++) twice[i] = p->w.freqs.v[i / 2];
  if (!s) s = bl_stream_set_bins(ctx, out, 2 * n, twice, NULL);
  out->pairs = !s;
  bl_free(ctx, twice);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t reach;
  bl_status s = bl_need_waveform(ctx, "tfr", in);
  if (!s) s = bl_wavelets_check(ctx, "tfr", opts, p, &p->w, in->rate_hz);
  if (s) return s;
  if (p->w.method == BL_WAVELETS_MULTITAPER && (p->output == COMPLEX || p->output == PHASE))
    return bl_fail(ctx, BL_E_CONFIG,
                   "tfr: output %s is that of one wave, and multitaper has several; take power or "
                   "magnitude, or method: morlet",
                   outputs[p->output]);
  s = bl_wavelets_reach(ctx, "tfr", &p->w, in->rate_hz, &reach);
  if (!s) s = set_bins(ctx, p, out);
  bl_framer_shape(in, 2 * reach + 1, (size_t)p->decim, true, out);
  if (s || p->output == MAGNITUDE || p->output == COMPLEX) return s;
  return bl_stream_set_units(ctx, out, p->output == POWER ? "%s^2" : "rad");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->output = (output)p->output;
  bl_status s = bl_wavelets_make(ctx, "tfr", &p->w, in->rate_hz, &st->w);
  size_t length = 2 * st->w.reach + 1;
  if (!s) s = bl_framer_init(ctx, in->n_channels, length, (size_t)p->decim, true, BL_PAD_CONSTANT, &st->framer);
  if (s) return s;
  st->x = bl_calloc(ctx, length, sizeof *st->x);
  return st->x ? BL_OK : bl_fail_nomem(ctx, "tfr");
}

/* All frequencies of one channel at the middle of x. */
static void transform(void *user, const bl_framer *f, const float *x, float *to)
{
  state *st = user;
  const double *middle = st->x + st->w.reach;
  for (size_t i = 0; i < f->length; i++) st->x[i] = (double)x[i];
  for (size_t k = 0; k < st->w.n_freqs; k++) {
    double re, im;
    if (st->output == POWER || st->output == MAGNITUDE) {
      double power = bl_wavelets_power(&st->w, k, middle);
      to[k] = (float)(st->output == POWER ? power : sqrt(power));
      continue;
    }
    bl_wavelet_apply(&st->w.v[k], middle, &re, &im);
    if (st->output == PHASE) to[k] = (float)atan2(im, re);
    else to[2 * k] = (float)re, to[2 * k + 1] = (float)im;
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_framer_push(ctx, &((state *)sp)->framer, x, n, transform, sp, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_framer_finish(ctx, &((state *)sp)->framer, transform, sp, out);
}

static void reset(void *sp) { bl_framer_reset(&((state *)sp)->framer); }

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_framer_release(ctx, &st->framer);
  bl_wavelets_release(ctx, &st->w);
  bl_free(ctx, st->x);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_tfr = {
    .name = "tfr",
    .summary = "Power of each frequency over time, by Morlet waves or several tapers",
    .source = "mne.time_frequency.tfr_array_morlet, tfr_array_multitaper",
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
