/* pcen: per-channel energy normalisation of a spectrum, bin by bin. Shape unchanged.
 *
 *   M[t] = (1 - b) M[t-1] + b R[t], M[-1] = start
 *   y = bias^power expm1(power log1p(S (eps + M)^-gain / bias))
 * with b = (sqrt(1 + 4 T^2) - 1) / (2 T^2), T = time_constant times the frame rate, or given; power 0: log1p(S (eps +
 * M)^-gain); bias 0: (S (eps + M)^-gain)^power. S is the input times `scale`, R the same or, with max_size, the largest S
 * of so many bins around. librosa.pcen, whose defaults are meant for magnitudes times 2^31 (put power exponent=1 before,
 * and scale: 2147483648); Wang et al., ICASSP 2017; Lostanlen et al., IEEE Signal Process. Lett. 26 (2019) 39-43. maad.
 * sound.pcen is this with b: 0.025 and start: 0. Values below 0 count as 0. A NaN or infinity comes out as NaN and leaves M. */
#include <string.h>

#include "baleen/wide.h"
#include "fast_math.h"
#include "finite.h"
#include "stage_util.h"

typedef struct params {
  double gain, bias, power, time_constant, eps, scale;
  bl_word b;
  int64_t max_size;
  double start;
} params;

static const char *const auto_word[] = {"auto", NULL};

static const bl_opt opts[] = {
    BL_REAL(params, gain, "0.98", 0, 100, "", "how far loudness is evened out: 0 not at all, 1 fully"),
    BL_REAL(params, bias, "2", 0, 1e30, "", "what is added before the root, so that quiet bins stay quiet"),
    BL_REAL(params, power, "0.5", 0, 16, "", "exponent of the compression; 0: a logarithm"),
    BL_REAL_ABOVE(params, time_constant, "0.4", 0, 1e9, "s", "of the running mean that is divided by"),
    BL_REAL_ABOVE(params, eps, "1e-6", 0, 1e30, "", "added to the running mean"),
    BL_REAL_ABOVE(params, scale, "1", 0, 1e30, "", "what the input is multiplied by first"),
    BL_WORD(params, b, "auto", auto_word, 0, 1, BL_OPT_OPEN_LO, "",
            "weight of a new frame in the running mean; auto: as time_constant says"),
    BL_INT(params, max_size, "1", 1, 9999, "bins", "the running mean is that of the largest value of so many bins"),
    BL_REAL(params, start, "1", 0, 1e30, "", "what the running mean starts from"),
    BL_OPT_END,
};

typedef struct state {
  params p;
  double b, root;     /* root: bias^power */
  double *mean;       /* M, [channel][bin] */
  double *s, *around; /* S and R of a frame */
  double *before;     /* M before a frame that holds something broken */
  size_t n_channels, n_bins, width;
  bool usual;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_linear(ctx, "pcen", in);
  if (!s && p->b.word < 0) s = bl_opts_refuse_idle(ctx, "pcen", opts, pp, "time_constant", "b: auto");
  return s ? s : bl_stream_set_units(ctx, out, "1");
}

static void reset(void *sp)
{
  state *st = sp;
  for (size_t k = 0; k < st->width; k++) st->mean[k] = st->p.start;
}

/* Whether all that compress() takes exponentials of stays within +-1000, whatever comes in. */
static bool is_usual(const params *p)
{
  return p->power > 0 && p->power <= 2 && p->gain <= 2 && p->bias >= 1e-30 && p->eps >= 1e-12;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->p = *(const params *)pp;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->width = bl_stream_width(in);
  double t = st->p.time_constant * in->rate_hz;
  st->b = st->p.b.word < 0 ? st->p.b.real : 2 / (sqrt(1 + 4 * t * t) + 1); /* as above, without the cancellation */
  st->usual = is_usual(&st->p);
  st->root = pow(st->p.bias, st->p.power);
  st->mean = bl_calloc(ctx, st->width, sizeof *st->mean);
  st->s = bl_calloc(ctx, st->width, sizeof *st->s);
  st->around = bl_calloc(ctx, st->width, sizeof *st->around);
  st->before = bl_calloc(ctx, st->width, sizeof *st->before);
  if (!st->mean || !st->s || !st->around || !st->before) return bl_fail_nomem(ctx, "pcen");
  reset(st);
  return BL_OK;
}

/* S; values below 0, whose sign bit is set, are 0, and so is what is not finite. */
BL_WIDE static void take(const float *restrict x, double *restrict s, size_t n, double scale)
{
  for (size_t k = 0; k < n; k++) {
    int32_t bits;
    float v;
    memcpy(&bits, &x[k], sizeof bits);
    bits &= ~(bits >> 31) & -((bits & 0x7fffffff) < 0x7f800000);
    memcpy(&v, &bits, sizeof v);
    s[k] = (double)v * scale;
  }
}

/* The largest of max_size values around each, of those that are there (scipy.ndimage.maximum_filter1d). */
static void largest(const state *st, const double *s, double *to)
{
  size_t left = (size_t)st->p.max_size / 2, right = ((size_t)st->p.max_size - 1) / 2, n = st->n_bins;
  for (size_t k = 0; k < n; k++) {
    double most = 0;
    for (size_t i = k > left ? k - left : 0; i < n && i <= k + right; i++) most = s[i] > most ? s[i] : most;
    to[k] = most;
  }
}

/* M moves, and u = S (eps + M)^-gain / bias. */
BL_WIDE static void gain_control(double *restrict mean, const double *restrict around, double *restrict s, size_t n,
                                 double b, const params *p)
{
  double gain = -p->gain, eps = p->eps, per_bias = 1 / p->bias;
  for (size_t k = 0; k < n; k++) {
    double m = mean[k] = (1 - b) * mean[k] + b * around[k];
    s[k] *= bl_fast_exp2_less(gain * bl_fast_log2(eps + m), 0) * per_bias;
  }
}

/* y = root ((1 + u)^power - 1). */
BL_WIDE static void compress(const double *restrict u, float *restrict y, size_t n, double power, double root)
{
  for (size_t k = 0; k < n; k++) y[k] = (float)(root * bl_fast_exp2_less(power * bl_fast_log2_1p(u[k]), 1));
}

BL_WIDE static void compress_by_root(const double *restrict u, float *restrict y, size_t n, double root)
{
  for (size_t k = 0; k < n; k++) y[k] = (float)(root * (u[k] / (1 + sqrt(1 + u[k]))));
}

/* The others: a logarithm, a power that no bias keeps from 0, and odd numbers. */
static void compress_otherwise(state *st, const double *around, float *y)
{
  const params *p = &st->p;
  for (size_t k = 0; k < st->width; k++) {
    double m = st->mean[k] = (1 - st->b) * st->mean[k] + st->b * around[k];
    double u = st->s[k] * pow(p->eps + m, -p->gain);
    y[k] = (float)(p->power == 0  ? log1p(u)
                   : p->bias == 0 ? pow(u, p->power)
                                  : st->root * expm1(p->power * log1p(u / p->bias)));
  }
}

/* A frame in which something is not finite: that comes out as NaN, and its M is as it was. */
static void spoil(state *st, const float *x, float *y)
{
  for (size_t k = 0; k < st->width; k++)
    if (!isfinite(x[k])) {
      y[k] = NAN;
      st->mean[k] = st->before[k];
    }
}

static void step(state *st, const float *x, float *y)
{
  const params *p = &st->p;
  take(x, st->s, st->width, p->scale);
  double *around = st->around;
  if (p->max_size == 1) memcpy(around, st->s, st->width * sizeof *around);
  for (size_t c = 0; p->max_size > 1 && c < st->n_channels; c++)
    largest(st, st->s + c * st->n_bins, st->around + c * st->n_bins);
  if (!st->usual) {
    compress_otherwise(st, around, y);
    return;
  }
  gain_control(st->mean, around, st->s, st->width, st->b, p);
  if (p->power == 0.5) compress_by_root(st->s, y, st->width, st->root);
  else compress(st->s, y, st->width, p->power, st->root);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->width, y += st->width) {
    bool whole = bl_all_finite_f32(x, st->width);
    if (!whole) memcpy(st->before, st->mean, st->width * sizeof *st->mean);
    step(st, x, y);
    if (!whole) spoil(st, x, y);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->mean);
  bl_free(ctx, st->s);
  bl_free(ctx, st->around);
  bl_free(ctx, st->before);
}

const bl_stage_class bl_stage_pcen = {
    .name = "pcen",
    .summary = "Per-channel energy normalisation of a spectrum",
    .source = "librosa.pcen; Wang et al. 2017",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
};
