/* comb: narrow causal notches at a frequency and its multiples, all freq / q wide at -3 dB. Shape unchanged, nothing
 * waits.
 *
 * Where the rate is a whole multiple of freq, one delay stops every multiple up to half the rate (comb_core.c): with
 * `zero` that is scipy.signal.iircomb(freq, q, ftype="notch"), which stops 0 Hz too; without, the same but for its pole
 * and zero at 0 Hz, so that slow waves and levels pass: above freq / 2 the gains differ by less than 1e-3 (q 30) or
 * 0.01 (q 10). Else, and for the first n_notches alone, scipy.signal.iirnotch(k freq, k q) for each multiple k, in
 * series (Orfanidis, Introduction to Signal Processing, 11.3): with w = 2 pi k freq / rate and g = 1 / (1 + tan(pi freq
 * / (rate q))), H(z) = g (1 - 2 cos w z^-1 + z^-2) / (1 - 2 g cos w z^-1 + (2 g - 1) z^-2), which between two notches
 * of many takes off 10.7 / q^2 dB (0.012 dB for q 30) where a comb takes nothing. Start and broken values as in the
 * stage iir. */
#include <math.h>

#include "comb_core.h"
#include "iir.h"

typedef struct params {
  double freq, q;
  bl_word n_notches;
  bool zero;
  int start;
} params;

static const double pi = 3.14159265358979323846;
enum { MAX_NOTCHES = 1024, MAX_PERIOD = 1 << 20 };
static const char *const all_word[] = {"all", NULL};
static const char *const starts[] = {"zero", "steady", NULL};
static const bl_opt opts[] = {
    {"freq", BL_OPT_REAL, offsetof(params, freq), "50", 0, 1e9, BL_OPT_OPEN_LO, NULL, "Hz",
     "the lowest frequency to stop", NULL},
    BL_REAL_ABOVE(params, q, "30", 0, 1e6, "", "quality: freq over the width at -3 dB, which all notches have"),
    BL_WORD(params, n_notches, "all", all_word, 1, MAX_NOTCHES, BL_OPT_WHOLE, "",
            "how many multiples, freq itself included; all: those up to half the rate"),
    BL_BOOL(params, zero, "false", "stop 0 Hz too, as scipy.signal.iircomb does"),
    BL_ENUM(params, start, "zero", starts, "zero: from rest; steady: as if the first value had always stood there"),
    BL_OPT_END,
};

typedef struct state {
  bool whole; /* which of the two */
  bl_comb comb;
  bl_iir series;
} state;

/* Frames in a period of freq, when that is whole and all multiples are to go; else 0. */
static size_t period_of(const params *p, double rate)
{
  double n = rint(rate / p->freq);
  bool whole = fabs(rate / p->freq - n) <= 1e-9 * n && n <= MAX_PERIOD;
  return whole && p->n_notches.word == 0 ? (size_t)n : 0;
}

static bl_status check_widths(bl_ctx *ctx, const params *p, double rate, bool alone)
{
  if (!alone && !(p->q > 2))
    return bl_fail(ctx, BL_E_RANGE,
                   "comb: with q %g the notches are %g Hz wide, half or more of the %g Hz from one to the next; make q "
                   "larger",
                   p->q, p->freq / p->q, p->freq);
  if (p->freq / p->q >= rate / 2)
    return bl_fail(ctx, BL_E_RANGE,
                   "comb: with q %g the notch at %g Hz is wider than the whole band, %g Hz; make q larger", p->q,
                   p->freq, rate / 2);
  return BL_OK;
}

/* Notches in series, 0 Hz not counted; 0 when one delay does it. */
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
  bool whole = period_of(p, rate) > 0;
  if (!whole && below > MAX_NOTCHES)
    return bl_fail(ctx, BL_E_RANGE,
                   "comb: %g multiples of %g Hz lie below half the sampling rate, %g Hz, and at most %d are "
                   "possible where the rate is no whole multiple of freq; give n_notches",
                   below, p->freq, rate / 2, MAX_NOTCHES);
  *n = whole ? 0 : (size_t)below;
  return check_widths(ctx, p, rate, !whole && below == 1 && !p->zero);
}

static bl_biquad notch(double w, double half_width)
{
  double g = 1 / (1 + tan(half_width));
  return (bl_biquad){g, -2 * g * cos(w), g, -2 * g * cos(w), 2 * g - 1};
}

/* Half the width lies below 0 Hz, and one zero and one pole make the notch. */
static bl_biquad notch_at_zero(double half_width)
{
  double g = 1 / (1 + tan(half_width / 2));
  return (bl_biquad){g, -g, 0, 1 - 2 * g, 0};
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  size_t n;
  (void)out;
  return count(ctx, pp, in->rate_hz, &n);
}

static bl_status init_series(bl_ctx *ctx, const params *p, const bl_stream *in, size_t n, bl_iir *f)
{
  double w = 2 * pi * p->freq / in->rate_hz, half_width = w / p->q / 2;
  bl_biquad *sos = bl_calloc(ctx, n + 1, sizeof *sos);
  if (!sos) return bl_fail_nomem(ctx, "comb");
  for (size_t i = 0; i < n; i++) sos[i] = notch((double)(i + 1) * w, half_width);
  sos[n] = notch_at_zero(half_width);
  bl_status s = bl_iir_init(ctx, "comb", sos, n + p->zero, bl_stream_width(in), p->start == 1, f);
  bl_free(ctx, sos);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  size_t n = 0, period = period_of(p, in->rate_hz);
  (void)out;
  bl_status s = count(ctx, p, in->rate_hz, &n);
  if (s) return s;
  st->whole = period > 0;
  if (!st->whole) return init_series(ctx, p, in, n, &st->series);
  return bl_comb_init(ctx, bl_stream_width(in), period, p->q, p->zero, p->start == 1, &st->comb);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (st->whole) bl_comb_run(&st->comb, x, n, y);
  else bl_iir_run(&st->series, x, n, y);
  return BL_OK;
}

static void reset(void *sp)
{
  state *st = sp;
  if (st->whole) bl_comb_reset(&st->comb);
  else bl_iir_reset(&st->series);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_comb_release(ctx, &st->comb);
  bl_iir_release(ctx, &st->series);
}

const bl_stage_class bl_stage_comb = {
    .name = "comb",
    .summary = "Narrow causal notches at a frequency and all its multiples",
    .source = "scipy.signal.iircomb; iirnotch in series",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
};
