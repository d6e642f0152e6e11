/* comb: narrow causal notches at a frequency and its multiples below half the rate. Shape unchanged, nothing waits.
 *
 * One scipy.signal.iirnotch(f, q) for each multiple f, in series (Orfanidis, Introduction to Signal Processing, 11.3): with
 * bw = 2 pi f / (rate q) and g = 1 / (1 + tan(bw / 2)), H(z) = g (1 - 2 cos w z^-1 + z^-2) / (1 - 2 g cos w z^-1 +
 * (2 g - 1) z^-2). The -3 dB width is f / q at each multiple. Start and broken values as in the stage iir. */
#include <math.h>

#include "iir.h"

typedef struct params {
  double freq, q;
  bl_word n_notches;
  int start;
} params;

static const double pi = 3.14159265358979323846;
enum { MAX_NOTCHES = 1024 };
static const char *const all_word[] = {"all", NULL};
static const char *const starts[] = {"zero", "steady", NULL};
static const bl_opt opts[] = {
    {"freq", BL_OPT_REAL, offsetof(params, freq), "50", 0, 1e9, BL_OPT_OPEN_LO, NULL, "Hz",
     "the lowest frequency to stop"},
    BL_REAL_ABOVE(params, q, "30", 0, 1e6, "", "quality: each notch's frequency over its width at -3 dB"),
    BL_WORD(params, n_notches, "all", all_word, 1, MAX_NOTCHES, BL_OPT_WHOLE, "",
            "how many multiples, freq itself included; all: those below half the rate"),
    BL_ENUM(params, start, "zero", starts, "zero: from rest; steady: as if the first value had always stood there"),
    BL_OPT_END,
};

static bl_status count(bl_ctx *ctx, const params *p, double rate, size_t *n)
{
  double below = ceil(rate / 2 / p->freq) - 1; /* multiples below half the rate, which itself is out */
  if (below < 1)
    return bl_fail(ctx, BL_E_RANGE, "comb: freq %g Hz must be below half the sampling rate, %g Hz", p->freq, rate / 2);
  if (p->n_notches.word != 0 && p->n_notches.real > below)
    return bl_fail(ctx, BL_E_RANGE,
                   "comb: n_notches is %g, but only %g multiples of %g Hz lie below half the sampling rate, "
                   "%g Hz",
                   p->n_notches.real, below, p->freq, rate / 2);
  if (p->n_notches.word != 0) below = p->n_notches.real;
  if (below > MAX_NOTCHES)
    return bl_fail(ctx, BL_E_RANGE,
                   "comb: %g multiples of %g Hz lie below half the sampling rate, %g Hz, and at most %d are "
                   "possible; give n_notches",
                   below, p->freq, rate / 2, MAX_NOTCHES);
  if (below * p->freq / p->q > rate / 2)
    return bl_fail(ctx, BL_E_RANGE,
                   "comb: with q %g the notch at %g Hz is wider than the whole band, %g Hz; make q larger", p->q,
                   below * p->freq, rate / 2);
  *n = (size_t)below;
  return BL_OK;
}

static bl_biquad notch(double f, double q, double rate)
{
  double w = 2 * pi * f / rate, g = 1 / (1 + tan(w / q / 2));
  return (bl_biquad){g, -2 * g * cos(w), g, -2 * g * cos(w), 2 * g - 1};
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  size_t n;
  (void)out;
  return count(ctx, pp, in->rate_hz, &n);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  size_t n = 0;
  (void)out;
  bl_status s = count(ctx, p, in->rate_hz, &n);
  if (s) return s;
  bl_biquad *sos = bl_calloc(ctx, n, sizeof *sos);
  if (!sos) return bl_fail_nomem(ctx, "comb");
  for (size_t i = 0; i < n; i++) sos[i] = notch((double)(i + 1) * p->freq, p->q, in->rate_hz);
  s = bl_iir_init(ctx, "comb", sos, n, bl_stream_width(in), p->start == 1, sp);
  bl_free(ctx, sos);
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  bl_iir_run(sp, x, n, y);
  return BL_OK;
}

static void reset(void *sp) { bl_iir_reset(sp); }
static void release(bl_ctx *ctx, void *sp) { bl_iir_release(ctx, sp); }

const bl_stage_class bl_stage_comb = {
    .name = "comb",
    .summary = "Narrow causal notches at a frequency and all its multiples",
    .source = "scipy.signal.iirnotch, in series",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_iir),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
};
