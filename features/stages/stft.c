/* stft: short-time Fourier transform of every channel.
 *
 * waveform [frame][channel][1] -> [frame][channel][bin], rate / hop frames a second, n_fft / 2 + 1 frequencies k rate /
 * n_fft. output complex: pairs (re, im), bins "re_<hz>Hz", "im_<hz>Hz"; magnitude: |X|; power: |X|^2;
 * angle: the phase in radians, -pi to pi; phase: the same, unwrapped from bin to bin as scipy.signal.spectrogram does.
 *
 * Conventions are librosa's: the window is periodic, win_length long, zero-padded on both sides to n_fft ((n_fft -
 * win_length) div 2 on the left); centred frames are padded by n_fft div 2 on both sides, so that frame i is centred
 * at sample i hop; without centring, frame i starts at sample i hop. Times of uncentred frames are those of
 * scipy.signal.spectrogram: the middle of the frame.
 *
 * align left is the way of scipy, matplotlib.mlab, python_speech_features and HTK: a frame is win_length samples, and
 * zeros follow up to n_fft; centring then pads by win_length div 2. pad_end gives the samples that are left at the end a
 * frame of their own (framer.h).
 *
 * scaling is scipy's, for output power: density divides |X|^2 by rate sum w^2 (unit^2/Hz), spectrum by (sum w)^2; both
 * double all but DC and (even n_fft) the Nyquist frequency, unless one_sided is false, as in scipy.signal.stft and the
 * modes magnitude and complex of scipy.signal.spectrogram. Complex and magnitude carry the square root of it.
 *
 * Before the window, each frame's win_length samples are freed of their mean (detrend constant) or their straight line
 * (linear), as scipy and MNE do for Welch's method, and then, with preemphasis k, become x[i] - k x[i - 1], the first
 * one (1 - k) x[0], as in HTK and Kaldi; the stage pre_emphasis filters the recording instead.
 *
 * In single precision a bin is off by some 1e-7 of the loudest of its frame, so that bins 100 dB below that one lose
 * digits, which pcen, db and whatever divides by a bin's own level bring to light. precision double takes twice as long
 * and rounds each bin at the end alone, as numpy does. */
#include "baleen/wide.h"
#include "fft.h"
#include "framer.h"
#include "stage_util.h"
#include "window.h"

typedef enum output { COMPLEX, MAGNITUDE, POWER, ANGLE, PHASE } output;
typedef enum scaling { NONE, DENSITY, SPECTRUM } scaling;
enum { DETREND_NONE, DETREND_CONSTANT, DETREND_LINEAR };

typedef struct params {
  int64_t n_fft;
  bl_word hop_length, win_length;
  bl_window_spec window;
  int pad_mode, align, detrend, scaling, output, precision;
  bool periodic, center, pad_end, one_sided;
  double preemphasis;
} params;

static const double pi = 3.14159265358979323846;
static const char *const auto_word[] = {"auto", NULL};
static const char *const pad_modes[] = {"constant", "reflect", "edge", NULL}; /* in the order of bl_pad */
static const char *const aligns[] = {"center", "left", NULL};
static const char *const detrends[] = {"none", "constant", "linear", NULL};
static const char *const scalings[] = {"none", "density", "spectrum", NULL};
static const char *const outputs[] = {"complex", "magnitude", "power", "angle", "phase", NULL};

static const char *const precisions[] = {"single", "double", NULL};

static const bl_opt opts[] = {
    BL_INT(params, n_fft, "2048", 2, 1 << 20, "samples", "length of the transform"),
    BL_WORD(params, hop_length, "auto", auto_word, 1, 1 << 24, BL_OPT_WHOLE, "samples",
            "from one frame to the next; auto: a quarter of win_length"),
    BL_WORD(params, win_length, "auto", auto_word, 1, 1 << 20, BL_OPT_WHOLE, "samples",
            "length of the window, filled up with zeros to n_fft; auto: n_fft"),
    BL_WINDOW_OPTS(params, window, "hann", "the window"),
    BL_BOOL(params, periodic, "true", "periodic window, as for spectra; false: symmetric"),
    BL_BOOL(params, center, "true", "pad both ends so that frame i is centred at sample i hop_length"),
    BL_ENUM(params, pad_mode, "constant", pad_modes,
            "what centring pads with: zeros, the signal reflected, or its first and last value"),
    BL_ENUM(params, align, "center", aligns,
            "where a window shorter than n_fft lies, zeros on both sides or behind it"),
    BL_BOOL(params, pad_end, "false", "fill up the last frame with zeros, where samples are left for it"),
    BL_ENUM(params, detrend, "none", detrends, "remove each frame's mean, or its straight line"),
    BL_REAL(params, preemphasis, "0", 0, 1, "", "x[i] - this x[i - 1] within each frame, as HTK does; 0: none"),
    BL_ENUM(params, scaling, "none", scalings, "density: power per Hz; spectrum: power of a sine"),
    BL_BOOL(params, one_sided, "true", "a scaling counts both halves of the spectrum: doubles all but DC and Nyquist"),
    BL_ENUM(params, output, "complex", outputs,
            "what is put out for each frequency; angle: radians; phase: the same without jumps from bin to bin"),
    BL_ENUM(params, precision, "single", precisions,
            "of the transform; double: bins far below the loudest of a frame keep their digits, at twice the time"),
    BL_OPT_END,
};

/* Options resolved to numbers. */
typedef struct sizes {
  size_t n_fft, hop, win, left; /* left: zeros before the window */
  size_t frame, before;         /* samples of a frame; those of them before the window */
} sizes;

static sizes sizes_of(const params *p)
{
  sizes z = {.n_fft = (size_t)p->n_fft};
  z.win = p->win_length.word == 0 ? z.n_fft : (size_t)p->win_length.real;
  z.hop = p->hop_length.word == 0 ? z.win / 4 : (size_t)p->hop_length.real;
  if (!z.hop) z.hop = 1;
  z.left = p->align == 0 && z.win < z.n_fft ? (z.n_fft - z.win) / 2 : 0;
  z.before = z.left;
  z.frame = p->align == 0 ? z.n_fft : z.win;
  return z;
}

typedef struct state {
  sizes z;
  output output;
  int detrend;
  bool one_sided;
  double preemphasis;
  bl_framer framer;
  bl_rfft fft;
  float *window; /* z.win values, scaling included */
  /* precision double: the transform, the window, the powers of a frame; their rounded values go through fft.re and .im */
  bool exact;
  bl_rfft64 fft64;
  double *window64, *powers;
} state;

static bl_status complex_bins(bl_ctx *ctx, bl_stream *out, const double *hz, size_t n)
{
  double *twice = bl_calloc(ctx, 2 * n, sizeof *twice);
  bl_status s = twice ? BL_OK : bl_fail_nomem(ctx, "stft");
  for (size_t i = 0; !s && i < 2 * n; i++) twice[i] = hz[i / 2];
  if (!s) s = bl_stream_set_bins(ctx, out, 2 * n, twice, NULL);
  out->pairs = !s;
  bl_free(ctx, twice);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  sizes z = sizes_of(p);
  bl_status s = bl_need_waveform(ctx, "stft", in);
  if (!s) s = bl_window_check(ctx, "stft", &p->window);
  if (s) return s;
  if (z.win > z.n_fft)
    return bl_fail(ctx, BL_E_RANGE, "stft: win_length %zu is longer than n_fft %zu; make n_fft at least as long", z.win,
                   z.n_fft);
  if (p->scaling == NONE &&
      (s = bl_opts_refuse_idle(ctx, "stft", opts, pp, "one_sided", "scaling: density or spectrum")))
    return s;
  bl_framer_shape(in, z.frame, z.hop, p->center, out);
  size_t n = z.n_fft / 2 + 1;
  double *hz = bl_calloc(ctx, n, sizeof *hz);
  if (!hz) return bl_fail_nomem(ctx, "stft");
  for (size_t k = 0; k < n; k++) hz[k] = (double)k * in->rate_hz / (double)z.n_fft;
  s = p->output == COMPLEX ? complex_bins(ctx, out, hz, n) : bl_stream_set_bins(ctx, out, n, hz, NULL);
  bl_free(ctx, hz);
  if (s) return s;
  if (p->output >= ANGLE) return bl_stream_set_units(ctx, out, "rad");
  if (p->output == POWER) return bl_stream_set_units(ctx, out, p->scaling == DENSITY ? "%s^2/Hz" : "%s^2");
  return p->scaling == DENSITY ? bl_stream_set_units(ctx, out, "%s/sqrt(Hz)") : BL_OK;
}

/* The window, scaling included. */
static bl_status make_window(bl_ctx *ctx, const params *p, size_t n, double rate_hz, state *st)
{
  double *w = st->window64 = bl_calloc(ctx, n, sizeof *w), sum = 0, squares = 0, scale = 1;
  st->window = bl_calloc(ctx, n, sizeof *st->window);
  if (!w || !st->window) return bl_fail_nomem(ctx, "stft");
  bl_status s = bl_window_make(ctx, "stft", &p->window, n, p->periodic, w);
  if (s) return s;
  for (size_t i = 0; i < n; i++) sum += w[i], squares += w[i] * w[i];
  if (p->scaling != NONE) scale = p->scaling == DENSITY ? sqrt(rate_hz * squares) : fabs(sum);
  if (!(scale > 0))
    return bl_fail(ctx, BL_E_RANGE,
                   "stft: a %s window of %zu samples is all zeros and cannot be scaled; make win_length longer",
                   bl_window_names[p->window.kind], n);
  for (size_t i = 0; i < n; i++) st->window[i] = (float)(w[i] /= scale);
  return BL_OK;
}

static bl_status init_double(bl_ctx *ctx, state *st)
{
  st->powers = bl_calloc(ctx, st->z.n_fft / 2 + 1, sizeof *st->powers);
  return st->powers ? bl_rfft64_init(ctx, st->z.n_fft, &st->fft64) : bl_fail_nomem(ctx, "stft");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  sizes z = st->z = sizes_of(p);
  st->output = (output)p->output;
  st->detrend = p->detrend;
  st->preemphasis = p->preemphasis;
  st->one_sided = p->scaling != NONE && p->one_sided;
  st->exact = p->precision == 1;
  bl_status s = bl_framer_init(ctx, in->n_channels, z.frame, z.hop, p->center, (bl_pad)p->pad_mode, &st->framer);
  st->framer.fill_end = p->pad_end;
  if (!s) s = bl_rfft_init(ctx, z.n_fft, &st->fft);
  if (!s) s = make_window(ctx, p, z.win, in->rate_hz, st);
  return s || !st->exact ? s : init_double(ctx, st);
}

BL_WIDE static void multiply(const float *restrict x, const float *restrict w, float *restrict to, size_t n)
{
  for (size_t i = 0; i < n; i++) to[i] = x[i] * w[i];
}

/* The straight line through n samples that is nearest to them: value at the first, and step. */
static void line_of(const float *x, size_t n, bool level, double *at, double *step)
{
  double sum = 0, along = 0, middle = ((double)n - 1) / 2, squares = (double)n * ((double)n * (double)n - 1) / 12;
  for (size_t i = 0; i < n; i++) sum += (double)x[i];
  if (!level)
    for (size_t i = 0; i < n; i++) along += ((double)i - middle) * (double)x[i];
  *step = !level && n > 1 ? along / squares : 0;
  *at = sum / (double)n - middle * *step;
}

/* The windowed frame into the transform's input; what lies outside the window stays zero. */
static void load(state *st, const float *x)
{
  sizes z = st->z;
  float *in = st->fft.in + z.left;
  double *in64 = st->exact ? st->fft64.in + z.left : NULL;
  const float *w = st->window;
  double at = 0, step = 0, before;
  x += z.before;
  if (st->detrend == DETREND_NONE && st->preemphasis <= 0 && !in64) {
    multiply(x, w, in, z.win);
    return;
  }
  if (st->detrend != DETREND_NONE) line_of(x, z.win, st->detrend == DETREND_CONSTANT, &at, &step);
  before = (double)x[0] - at;
  for (size_t i = 0; i < z.win; i++) {
    double v = (double)x[i] - (at + (double)i * step);
    if (in64) in64[i] = (v - st->preemphasis * before) * st->window64[i];
    else in[i] = (float)(v - st->preemphasis * before) * w[i];
    before = v;
  }
}

/* The phases of bins 0 .. n - 1. Unwrapped, neighbours differ by no more than half a turn: where they would, all that
 * follow are turned by as many whole turns as it takes. */
static void finish_phases(const state *st, float *restrict to, size_t n)
{
  double turns = 0, before = 0;
  for (size_t k = 0; k < n; k++) {
    double re = (double)st->fft.re[k], im = (double)st->fft.im[k];
    double angle = re == 0 && im == 0 ? 0 : atan2(im, re); /* not pi, for a zero has a sign */
    if (st->output == PHASE && k) turns -= round((angle - before) / (2 * pi));
    before = angle;
    to[k] = (float)(angle + 2 * pi * turns);
  }
}

/* The transform's output in the form that was asked for, doubled where a one-sided spectrum stands for two halves.
 * Powers are there already. */
static void finish_bins(const state *st, float *restrict to)
{
  size_t n = st->z.n_fft / 2 + 1;
  const float *restrict re = st->fft.re, *restrict im = st->fft.im;
  /* DC has no twin, nor has the last frequency of an even length */
  size_t last = st->z.n_fft % 2 ? n : n - 1;
  if (st->output >= ANGLE) {
    finish_phases(st, to, n);
    return;
  }
  if (st->output == COMPLEX) {
    for (size_t k = 0; k < n; k++) {
      to[2 * k] = re[k];
      to[2 * k + 1] = im[k];
    }
    if (st->one_sided)
      for (size_t i = 2; i < 2 * last; i++) to[i] *= (float)sqrt(2);
    return;
  }
  if (st->one_sided)
    for (size_t k = 1; k < last; k++) to[k] *= 2;
  if (st->output == MAGNITUDE)
    for (size_t k = 0; k < n; k++) to[k] = sqrtf(to[k]);
}

/* The double-precision transform, rounded. */
static void transform_exactly(state *st, bool pairs, float *to)
{
  size_t n = st->z.n_fft / 2 + 1;
  if (pairs) {
    bl_rfft64_run(&st->fft64);
    for (size_t k = 0; k < n; k++) {
      st->fft.re[k] = (float)st->fft64.re[k];
      st->fft.im[k] = (float)st->fft64.im[k];
    }
    return;
  }
  bl_rfft64_run_powers(&st->fft64, st->powers);
  for (size_t k = 0; k < n; k++) to[k] = (float)st->powers[k];
}

static void transform(void *user, const bl_framer *f, const float *x, float *to)
{
  state *st = user;
  (void)f;
  load(st, x);
  bool pairs = st->output == COMPLEX || st->output >= ANGLE;
  if (st->exact) transform_exactly(st, pairs, to);
  else if (pairs) bl_rfft_run(&st->fft);
  else bl_rfft_run_powers(&st->fft, to);
  finish_bins(st, to);
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
  bl_rfft_release(ctx, &st->fft);
  bl_free(ctx, st->window);
  bl_rfft64_release(ctx, &st->fft64);
  bl_free(ctx, st->window64);
  bl_free(ctx, st->powers);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_stft = {
    .name = "stft",
    .summary = "Short-time Fourier transform of each channel",
    .source = "librosa.stft; scaling and detrend as scipy.signal.spectrogram",
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
