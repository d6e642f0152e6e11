/* formants: resonances of the vocal tract (or of a beak) in each frame of a waveform. [sample][channel][1] ->
 * [frame][channel][n_formants].
 *
 * The zeros z of linear prediction (lpc.h) above the real axis are resonances of frequency arg z rate / 2 pi and bandwidth
 * - ln |z| rate / pi. Those of min_hz or more and of a bandwidth below max_bandwidth_hz count, the lowest first (Snell and
 * Milinazzo, IEEE Trans. SAP 1 (1993) 129; Markel and Gray 1976); where fewer are found, NaN. Bins "F1" .. Put
 * pre_emphasis before it, and resample to about twice the highest formant that is looked for: 10 or 11 kHz for speech. */
#include <math.h>

#include "framing.h"
#include "lpc.h"
#include "stage_util.h"

enum { FREQUENCY, BANDWIDTH };
static const char *const outputs[] = {"frequency", "bandwidth", NULL};
static const char *const auto_word[] = {"auto", NULL};

typedef struct params {
  bl_framing framing;
  bl_word order;
  int64_t n_formants;
  double min_hz, max_bandwidth_hz;
  int window, output;
} params;

static const bl_opt opts[] = {
    BL_INT(params, n_formants, "4", 1, 16, "", "how many, from the lowest on"),
    BL_WORD(params, order, "auto", auto_word, 2, BL_LPC_MAX_ORDER, BL_OPT_WHOLE, "",
            "order of the prediction; auto: 2 + rate / 1000, at most 64"),
    BL_FRAMING_OPTS(params, "2048"),
    BL_ENUM(params, window, "hamming", bl_lpc_windows, "weights of a frame, symmetric"),
    BL_REAL(params, min_hz, "90", 0, 1e9, "Hz", "lower resonances are none of formants but of the voice or the room"),
    BL_REAL_ABOVE(params, max_bandwidth_hz, "400", 0, 1e9, "Hz", "broader resonances only shape the spectrum"),
    BL_ENUM(params, output, "frequency", outputs, "what is put out of each"),
    BL_OPT_END,
};

typedef struct state {
  bl_framer framer;
  bl_lpc lpc;
  const params *p;
  double rate_hz;
} state;

typedef struct resonance {
  double hz, bandwidth;
} resonance;

static size_t order_of(const params *p, const bl_stream *in)
{
  if (p->order.word != 0) return (size_t)p->order.real;
  return (size_t)fmin(2 + rint(in->rate_hz / 1000), BL_LPC_MAX_ORDER);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_framing_shape(ctx, "formants", &p->framing, in, out);
  if (!s && order_of(p, in) >= (size_t)p->framing.frame_length)
    s = bl_fail(ctx, BL_E_RANGE, "formants: order %zu needs frames longer than %lld samples", order_of(p, in),
                (long long)p->framing.frame_length);
  if (!s && p->min_hz >= in->rate_hz / 2)
    s = bl_fail(ctx, BL_E_RANGE, "formants: min_hz %g Hz is not below half the sampling rate, %g Hz", p->min_hz,
                in->rate_hz / 2);
  if (!s) s = bl_number_bins(ctx, out, "F", 1, (size_t)p->n_formants, NULL);
  return s ? s : bl_stream_set_units(ctx, out, "Hz");
}

/* Above this the order that goes by the rate is spent on what lies above all formants, and hardly a resonance of the voice
 * comes out narrow enough to count. */
static const double highest_rate = 16000;

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  const params *p = st->p = pp;
  (void)out;
  if (in->rate_hz > highest_rate && p->order.word == 0)
    bl_warn(ctx, BL_W_ADJUSTED,
            "formants: at %g Hz an order of %zu describes more than the voice, and many formants may be missing; put "
            "resample: {rate_hz: 11000} before it (twice the highest formant), or choose an order",
            in->rate_hz, order_of(p, in));
  st->rate_hz = in->rate_hz;
  bl_status s = bl_framing_init(ctx, &p->framing, in, &st->framer);
  return s ? s : bl_lpc_init(ctx, (size_t)p->framing.frame_length, order_of(p, in), p->window, &st->lpc);
}

/* The resonances that count, by frequency; returns how many. */
static size_t find(const state *st, const double *a, resonance *found)
{
  static const double pi = 3.14159265358979323846;
  /* A zero on the real axis is no resonance; rounding moves it off by less than this, which is 0.0002 Hz at 10 kHz. */
  static const double off_axis = 1e-7;
  double complex roots[BL_LPC_MAX_ORDER];
  size_t n = 0;
  bl_lpc_roots(a, st->lpc.order, roots);
  for (size_t k = 0; k < st->lpc.order; k++) {
    if (!(cimag(roots[k]) > off_axis)) continue;
    resonance r = {carg(roots[k]) * st->rate_hz / (2 * pi), -log(cabs(roots[k])) * st->rate_hz / pi};
    if (!(r.hz >= st->p->min_hz) || !(r.bandwidth < st->p->max_bandwidth_hz)) continue;
    size_t at = n++;
    for (; at > 0 && found[at - 1].hz > r.hz; at--) found[at] = found[at - 1];
    found[at] = r;
  }
  return n;
}

static void resonances(void *user, const bl_framer *f, const float *x, float *to)
{
  state *st = user;
  double a[BL_LPC_MAX_ORDER + 1];
  resonance found[BL_LPC_MAX_ORDER];
  (void)f;
  size_t n = bl_lpc_run(&st->lpc, x, a) ? find(st, a, found) : 0;
  for (size_t k = 0; k < (size_t)st->p->n_formants; k++)
    to[k] = k < n ? (float)(st->p->output == FREQUENCY ? found[k].hz : found[k].bandwidth) : NAN;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_framer_push(ctx, &((state *)sp)->framer, x, n, resonances, sp, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_framer_finish(ctx, &((state *)sp)->framer, resonances, sp, out);
}

static void reset(void *sp) { bl_framer_reset(&((state *)sp)->framer); }

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_framer_release(ctx, &st->framer);
  bl_lpc_release(ctx, &st->lpc);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_formants = {
    .name = "formants",
    .summary = "Resonances of each frame of a waveform, by linear prediction",
    .source = "Markel and Gray 1976; Snell and Milinazzo 1993",
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
