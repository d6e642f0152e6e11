/* cqt: constant-Q transform: bins evenly apart in octaves, each over as many cycles of its frequency, so that low ones see
 * long and high ones short stretches. waveform [frame][channel][1] -> [frame][channel][bin].
 *
 * Bin k has the frequency fmin 2^((k + tuning) / bins_per_octave) and a filter of Q rate / (f + gamma / alpha) samples, alpha
 * = (r^2 - 1) / (r^2 + 1), r = 2^(1 / bins_per_octave), Q = filter_scale / alpha: a Hann window times exp(2 pi i f t), of sum
 * 1, times its length; scale divides by the root of the length. gamma 0 is constant-Q, librosa.cqt; gamma erb is 24.7 alpha /
 * 0.108, ears' bandwidths, librosa.vqt with gamma None. Frame i is centred at sample i hop_length, with zeros beyond both
 * ends. Brown and Puckette, J. Acoust. Soc. Am. 92 (1992) 2698-2701; Schoerkhuber and Klapuri, SMC (2010).
 *
 * The bins of each octave are taken from one transform, as long as its longest filter rounded up to a power of two, of the
 * signal as it is; librosa takes lower octaves from the signal at half the rate, again and again. What it loses at the
 * upper edge of these, by the resampler's slope, is kept here: 0.4 % of the largest value. Within a transform, values of a
 * filter that make up `sparsity` of its magnitude in all are left out, as there. */
#include <math.h>

#include "baleen/sort.h"
#include "baleen/wide.h"
#include "fft.h"
#include "framer.h"
#include "stage_util.h"
#include "window.h"

static const double pi = 3.14159265358979323846;
/* How many bins wide the Hann window is, by its noise bandwidth: librosa's number. */
#define HANN_BANDWIDTH 1.50018310546875

enum { MAGNITUDE, POWER, COMPLEX };
static const char *const outputs[] = {"magnitude", "power", "complex", NULL};
static const char *const erb_word[] = {"erb", NULL};

typedef struct params {
  int64_t hop_length, n_bins, bins_per_octave;
  double fmin, tuning, filter_scale, sparsity;
  bl_word gamma;
  bool scale;
  int output;
} params;

static const bl_opt opts[] = {
    BL_INT(params, hop_length, "512", 1, 1 << 24, "samples", "from one frame to the next"),
    BL_REAL_ABOVE(params, fmin, "32.703195662574829", 0, 1e9, "Hz", "lowest frequency; the default is C1"),
    BL_INT(params, n_bins, "84", 1, 10000, "", "how many bins"),
    BL_INT(params, bins_per_octave, "12", 1, 1000, "", "bins an octave"),
    BL_REAL(params, tuning, "0", -0.5, 0.5, "bins", "how far all bins are moved up"),
    BL_REAL_ABOVE(params, filter_scale, "1", 0, 100, "", "length of the filters; below 1 finer in time"),
    BL_WORD(params, gamma, "0", erb_word, 0, 1e6, 0, "Hz",
            "what the bandwidth of all bins is widened by; 0: constant-Q; erb: as ears have it"),
    {"sparsity", BL_OPT_REAL, offsetof(params, sparsity), "0.01", 0, 1, BL_OPT_OPEN_HI, NULL, "",
     "share of each filter that is left out", NULL},
    BL_BOOL(params, scale, "true", "divided by the root of the filter's length; false: a sine of 1 grows with it"),
    BL_ENUM(params, output, "magnitude", outputs, "what is put out for each frequency"),
    BL_OPT_END,
};

/* One bin's filter in a transform: values first .. first + n - 1. */
typedef struct filter {
  size_t first, n;
  float *re, *im;
} filter;

/* The bins of an octave, and their transform. */
typedef struct octave {
  size_t lowest, n_bins;
  bl_rfft fft;
} octave;

typedef struct state {
  bl_framer framer;
  size_t n_bins, n_octaves, n_longest;
  octave *octaves; /* from the highest down */
  filter *filters; /* [bin] */
  int output;
} state;

static double alpha_of(const params *p)
{
  double r = pow(2, 2 / (double)p->bins_per_octave);
  return (r - 1) / (r + 1);
}

static double hz_of(const params *p, size_t k)
{
  return p->fmin * pow(2, ((double)k + p->tuning) / (double)p->bins_per_octave);
}

static double gamma_of(const params *p) { return p->gamma.word < 0 ? p->gamma.real : 24.7 * alpha_of(p) / 0.108; }

static double length_of(const params *p, size_t k, double rate_hz)
{
  double alpha = alpha_of(p);
  return p->filter_scale / alpha * rate_hz / (hz_of(p, k) + gamma_of(p) / alpha);
}

static size_t transform_length(const params *p, size_t lowest, double rate_hz)
{
  size_t n = 2;
  while ((double)n < length_of(p, lowest, rate_hz)) n *= 2;
  return n;
}

static bl_status check(bl_ctx *ctx, const params *p, double rate_hz)
{
  double top = hz_of(p, (size_t)p->n_bins - 1), edge = top;
  for (size_t k = 0; k < (size_t)p->n_bins; k++)
    edge = fmax(edge, hz_of(p, k) * (1 + 0.5 * HANN_BANDWIDTH * alpha_of(p) / p->filter_scale) + 0.5 * gamma_of(p));
  if (edge > rate_hz / 2)
    return bl_fail(
        ctx, BL_E_RANGE,
        "cqt: the highest bin, %g Hz, reaches up to %g Hz, but a rate of %g Hz holds nothing above %g; take fewer "
        "n_bins, or a lower fmin",
        top, edge, rate_hz, rate_hz / 2);
  if (length_of(p, 0, rate_hz) > 1 << 22)
    return bl_fail(ctx, BL_E_RANGE,
                   "cqt: the filter of %g Hz is %.0f samples long, more than 4194304; take a higher fmin, a smaller "
                   "filter_scale or fewer bins_per_octave",
                   hz_of(p, 0), length_of(p, 0, rate_hz));
  if (length_of(p, (size_t)p->n_bins - 1, rate_hz) >= 2) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "cqt: the filter of %g Hz is shorter than two samples; take a larger filter_scale",
                 top);
}

static bl_status set_bins(bl_ctx *ctx, const params *p, bl_stream *out)
{
  size_t n = (size_t)p->n_bins, each = p->output == COMPLEX ? 2 : 1;
  double *hz = bl_calloc(ctx, n, each * sizeof *hz);
  if (!hz) return bl_fail_nomem(ctx, "cqt");
  for (size_t i = 0; i < n * each; i++) hz[i] = hz_of(p, i / each);
  bl_status s = bl_stream_set_bins(ctx, out, n * each, hz, NULL);
  out->pairs = !s && each == 2;
  bl_free(ctx, hz);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_waveform(ctx, "cqt", in);
  if (!s) s = check(ctx, p, in->rate_hz);
  if (!s) s = set_bins(ctx, p, out);
  if (s) return s;
  bl_framer_shape(in, transform_length(p, 0, in->rate_hz), (size_t)p->hop_length, true, out);
  return p->output == POWER ? bl_stream_set_units(ctx, out, "%s^2") : BL_OK;
}

/* The filter of bin k in the middle of n samples, pairs at z, of sum 1 in magnitude times its length over n. */
static void write_filter(const params *p, size_t k, double rate_hz, size_t n, double *window, double *re, double *im)
{
  double length = length_of(p, k, rate_hz), sum = 0, from = floor(-length / 2);
  size_t taps = (size_t)(floor(length / 2) - from), left = (n - taps) / 2;
  bl_window_fill(BL_WINDOW_HANN, taps, true, window);
  for (size_t i = 0; i < taps; i++) sum += window[i];
  double scale = length / (double)n / sum / (p->scale ? sqrt(length) : 1);
  for (size_t i = 0; i < n; i++) re[i] = im[i] = 0;
  for (size_t i = 0; i < taps; i++) {
    double phase = 2 * pi * hz_of(p, k) * (from + (double)i) / rate_hz;
    re[left + i] = window[i] * scale * cos(phase);
    im[left + i] = window[i] * scale * sin(phase);
  }
}

/* The magnitude below which values of a filter may be left out: the smallest ones, as far as they make up `share`. */
static double least_kept(const double *re, const double *im, size_t n, double share, double *sorted)
{
  double sum = 0, below = 0;
  for (size_t i = 0; i < n; i++) sum += sorted[i] = hypot(re[i], im[i]);
  bl_sort(sorted, n);
  for (size_t i = 0; i < n; i++)
    if (!((below += sorted[i] / sum) < share)) return sorted[i];
  return sorted[n - 1];
}

static bl_status keep(bl_ctx *ctx, const double *re, const double *im, size_t n, double least, filter *f)
{
  size_t first = 0, behind = n;
  while (first < n && hypot(re[first], im[first]) < least) first++;
  while (behind > first && hypot(re[behind - 1], im[behind - 1]) < least) behind--;
  *f = (filter){.first = first, .n = behind - first};
  f->re = bl_calloc(ctx, f->n, sizeof *f->re);
  f->im = bl_calloc(ctx, f->n, sizeof *f->im);
  if (!f->re || !f->im) return bl_fail_nomem(ctx, "cqt");
  for (size_t i = 0; i < f->n; i++) {
    double a = re[first + i], b = im[first + i];
    if (hypot(a, b) < least) continue;
    f->re[i] = (float)a;
    f->im[i] = (float)b;
  }
  return BL_OK;
}

/* The transform of a complex filter from those of its parts a and b, up to half the rate: a + i b. */
static bl_status make_filter(bl_ctx *ctx, const params *p, size_t k, double rate_hz, bl_rfft64 fft[2], double *work,
                             filter *f)
{
  size_t n = fft[0].n, half = n / 2 + 1;
  write_filter(p, k, rate_hz, n, work, fft[0].in, fft[1].in);
  bl_rfft64_run(&fft[0]);
  bl_rfft64_run(&fft[1]);
  for (size_t i = 0; i < half; i++) {
    double re = fft[0].re[i] - fft[1].im[i];
    fft[1].im[i] = fft[0].im[i] + fft[1].re[i];
    fft[0].re[i] = re;
  }
  return keep(ctx, fft[0].re, fft[1].im, half, least_kept(fft[0].re, fft[1].im, half, p->sparsity, work), f);
}

static bl_status make_octave(bl_ctx *ctx, const params *p, double rate_hz, octave *o, filter *filters)
{
  size_t n = transform_length(p, o->lowest, rate_hz);
  bl_rfft64 fft[2] = {{0}, {0}};
  double *work = bl_calloc(ctx, n + 2, sizeof *work);
  bl_status s = work ? bl_rfft_init(ctx, n, &o->fft) : bl_fail_nomem(ctx, "cqt");
  if (!s) s = bl_rfft64_init(ctx, n, &fft[0]);
  if (!s) s = bl_rfft64_init(ctx, n, &fft[1]);
  for (size_t i = 0; !s && i < o->n_bins; i++)
    s = make_filter(ctx, p, o->lowest + i, rate_hz, fft, work, &filters[o->lowest + i]);
  bl_rfft64_release(ctx, &fft[0]);
  bl_rfft64_release(ctx, &fft[1]);
  bl_free(ctx, work);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  size_t n = (size_t)p->n_bins, each = (size_t)p->bins_per_octave;
  st->output = p->output;
  st->n_bins = n;
  st->n_octaves = (n + each - 1) / each;
  st->n_longest = transform_length(p, 0, in->rate_hz);
  st->octaves = bl_calloc(ctx, st->n_octaves, sizeof *st->octaves);
  st->filters = bl_calloc(ctx, n, sizeof *st->filters);
  if (!st->octaves || !st->filters) return bl_fail_nomem(ctx, "cqt");
  bl_status s = BL_OK;
  for (size_t i = 0, top = n; !s && i < st->n_octaves; i++) {
    octave *o = &st->octaves[i];
    o->n_bins = top < each ? top : each;
    o->lowest = top -= o->n_bins;
    s = make_octave(ctx, p, in->rate_hz, o, st->filters);
  }
  if (s) return s;
  return bl_framer_init(ctx, in->n_channels, st->n_longest, (size_t)p->hop_length, true, BL_PAD_CONSTANT, &st->framer);
}

/* sum of f x over the filter's values; always the same additions. */
enum { SIDE = 8 };
BL_WIDE static void filter_sum(const filter *f, const float *restrict x_re, const float *restrict x_im, float *re,
                               float *im)
{
  float sum_re[SIDE] = {0}, sum_im[SIDE] = {0};
  const float *restrict a = f->re, *restrict b = f->im;
  size_t i = 0;
  for (; i + SIDE <= f->n; i += SIDE)
    for (size_t j = 0; j < SIDE; j++) {
      sum_re[j] += a[i + j] * x_re[i + j] - b[i + j] * x_im[i + j];
      sum_im[j] += a[i + j] * x_im[i + j] + b[i + j] * x_re[i + j];
    }
  for (size_t j = 0; i + j < f->n; j++) {
    sum_re[j] += a[i + j] * x_re[i + j] - b[i + j] * x_im[i + j];
    sum_im[j] += a[i + j] * x_im[i + j] + b[i + j] * x_re[i + j];
  }
  *re = ((sum_re[0] + sum_re[4]) + (sum_re[2] + sum_re[6])) + ((sum_re[1] + sum_re[5]) + (sum_re[3] + sum_re[7]));
  *im = ((sum_im[0] + sum_im[4]) + (sum_im[2] + sum_im[6])) + ((sum_im[1] + sum_im[5]) + (sum_im[3] + sum_im[7]));
}

static void transform(void *user, const bl_framer *framer, const float *x, float *to)
{
  state *st = user;
  (void)framer;
  for (size_t i = 0; i < st->n_octaves; i++) {
    octave *o = &st->octaves[i];
    const float *middle = x + (st->n_longest - o->fft.n) / 2;
    for (size_t k = 0; k < o->fft.n; k++) o->fft.in[k] = middle[k];
    bl_rfft_run(&o->fft);
    for (size_t k = o->lowest; k < o->lowest + o->n_bins; k++) {
      const filter *f = &st->filters[k];
      float re, im;
      filter_sum(f, o->fft.re + f->first, o->fft.im + f->first, &re, &im);
      if (st->output == COMPLEX) to[2 * k] = re, to[2 * k + 1] = im;
      else to[k] = st->output == POWER ? re * re + im * im : sqrtf(re * re + im * im);
    }
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
  for (size_t i = 0; st->octaves && i < st->n_octaves; i++) bl_rfft_release(ctx, &st->octaves[i].fft);
  for (size_t k = 0; st->filters && k < st->n_bins; k++) {
    bl_free(ctx, st->filters[k].re);
    bl_free(ctx, st->filters[k].im);
  }
  bl_free(ctx, st->octaves);
  bl_free(ctx, st->filters);
  bl_framer_release(ctx, &st->framer);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_cqt = {
    .name = "cqt",
    .summary = "Constant-Q transform: bins evenly apart in octaves",
    .source = "librosa.cqt, vqt",
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
