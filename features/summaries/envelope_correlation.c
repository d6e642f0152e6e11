/* envelope_correlation: how the envelopes of pairs of channels rise and fall together over the segment, as
 * mne_connectivity.envelope_correlation of one epoch.
 *
 * The signal must have been filtered to a band before (`fir`): an envelope is one of a band. It is the modulus of the
 * analytic signal z of the whole segment (analytic.h), filled with zeros to the next length that has no factor but 2, 3
 * and 5. Volume conduction gives two channels a share of the same source at once; pairwise orthogonalisation takes it out:
 * of z_a only what stands at right angles to z_b is left, |Im(z_a conj(z_b) / |z_b|)|, and its correlation with |z_b| is
 * averaged with that of b without a, absolute values first unless absolute is false. log: envelopes are ln |z|^2.
 * An envelope that does not vary has the correlation 0, with `none`; where it is 0 (silence) there is no angle and no
 * logarithm, and pairwise and log give NaN and a warning. Row: one value a pair a < b. Keeps the segment.
 * Hipp and others, Nature Neurosci. 15 (2012) 884; Khan and others, NeuroImage 174 (2018) 57. */
#include <math.h>
#include <string.h>

#include "analytic.h"
#include "baleen/wide.h"
#include "connectivity.h"
#include "fft.h"
#include "moments.h"

static const char who[] = "envelope_correlation";
static const char *const ways[] = {"pairwise", "none", NULL};
enum { PAIRWISE, NONE };

typedef struct env_params {
  int orthogonalize;
  bool log, absolute;
} env_params;

typedef struct env_state {
  const env_params *params;
  const bl_stream *in;
  size_t n_channels, n;
  float *x; /* [n][channel] */
  size_t cap;
  double *work; /* of each channel z, z / |z| and the centred envelope, [channel][n] each; then two rows */
  size_t cap_work;
  double *norm; /* [channel], of the centred envelope */
  bl_analytic analytic;
} env_state;

static const bl_opt opts[] = {
    BL_ENUM(env_params, orthogonalize, "pairwise", ways, "whether what two channels share at once is taken out"),
    BL_BOOL(env_params, log, "false", "whether envelopes are squared and their logarithm taken"),
    BL_BOOL(env_params, absolute, "true", "pairwise: whether absolute values are averaged"), BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const env_params *p = params;
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has %zu bins; it takes waveforms of one band", who, in->n_bins);
  if (in->n_channels < 2)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has one channel; it takes two or more, to compare them", who);
  bl_status s = p->orthogonalize == PAIRWISE
                    ? BL_OK
                    : bl_opts_refuse_idle(ctx, who, opts, p, "absolute", "orthogonalize: pairwise");
  for (size_t a = 0; !s && a < in->n_channels; a++)
    for (size_t b = a + 1; !s && b < in->n_channels; b++) {
      char *pair = bl_pair_name(ctx, in, a, b);
      s = pair ? bl_feature_add(ctx, out, pair, NULL, "envelope_correlation", "1") : bl_fail_nomem(ctx, who);
      bl_free(ctx, pair);
    }
  return s;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  env_state *s = state;
  s->params = params;
  s->in = in;
  s->n_channels = in->n_channels;
  s->norm = bl_calloc(ctx, s->n_channels, sizeof *s->norm);
  return s->norm ? BL_OK : bl_fail_nomem(ctx, who);
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  ((env_state *)state)->n = 0;
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  env_state *s = state;
  void *v = s->x;
  bl_status status = bl_grow(ctx, &v, &s->cap, (s->n + n) * s->n_channels, sizeof *s->x, who);
  if (status) return status;
  s->x = v;
  memcpy(s->x + s->n * s->n_channels, x, n * s->n_channels * sizeof *x);
  s->n += n;
  return BL_OK;
}

enum { LANES = 4 };

/* Sums of a few interleaved parts, which the processor adds side by side. */
BL_WIDE static double total(const double *x, size_t n)
{
  double part[LANES] = {0}, sum = 0;
  size_t whole = n / LANES * LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t k = 0; k < LANES; k++) part[k] += x[i + k];
  for (size_t i = whole; i < n; i++) sum += x[i];
  return ((part[0] + part[1]) + (part[2] + part[3])) + sum;
}

BL_WIDE static double product(const double *x, const double *y, size_t n)
{
  double part[LANES] = {0}, sum = 0;
  size_t whole = n / LANES * LANES;
  for (size_t i = 0; i < whole; i += LANES)
    for (size_t k = 0; k < LANES; k++) part[k] += x[i + k] * y[i + k];
  for (size_t i = whole; i < n; i++) sum += x[i] * y[i];
  return ((part[0] + part[1]) + (part[2] + part[3])) + sum;
}

BL_WIDE static void at_right_angles(const double *restrict re, const double *restrict im, const double *restrict ure,
                                    const double *restrict uim, double *restrict to, size_t n)
{
  for (size_t i = 0; i < n; i++) to[i] = fabs(im[i] * ure[i] - re[i] * uim[i]);
}

static void centre(double *x, size_t n)
{
  double mean = total(x, n) / (double)n;
  for (size_t i = 0; i < n; i++) x[i] -= mean;
}

static void take_log(double *x, size_t n)
{
  for (size_t i = 0; i < n; i++) x[i] = log(x[i] * x[i]);
}

/* Parts of the work of one channel. */
typedef struct channel {
  double *re, *im, *ure, *uim, *env;
} channel;

static channel channel_of(const env_state *s, size_t c)
{
  size_t row = s->n, all = s->n_channels * row;
  double *at = s->work + c * row;
  return (channel){at, at + all, at + 2 * all, at + 3 * all, at + 4 * all};
}

static bl_status prepare(bl_ctx *ctx, env_state *s, double *wide, size_t n_fft)
{
  for (size_t c = 0; c < s->n_channels; c++) {
    channel z = channel_of(s, c);
    for (size_t i = 0; i < s->n; i++) z.re[i] = (double)s->x[i * s->n_channels + c];
    memcpy(wide, z.re, s->n * sizeof *wide);
    memset(wide + s->n, 0, (n_fft - s->n) * sizeof *wide);
    bl_status status = bl_hilbert(ctx, &s->analytic, wide, n_fft, wide);
    if (status) return status;
    memcpy(z.im, wide, s->n * sizeof *wide);
    for (size_t i = 0; i < s->n; i++) {
      z.env[i] = sqrt(z.re[i] * z.re[i] + z.im[i] * z.im[i]);
      z.ure[i] = z.re[i] / z.env[i];
      z.uim[i] = z.im[i] / z.env[i];
    }
    if (s->params->log) take_log(z.env, s->n);
    centre(z.env, s->n);
    s->norm[c] = sqrt(product(z.env, z.env, s->n));
  }
  return BL_OK;
}

static double over(double sum, double a, double b) { return sum / (a == 0 ? 1 : a) / (b == 0 ? 1 : b); }

/* The envelope of what a has at right angles to b, against that of b. */
static double without(const env_state *s, size_t a, size_t b, double *row)
{
  channel x = channel_of(s, a), y = channel_of(s, b);
  at_right_angles(x.re, x.im, y.ure, y.uim, row, s->n);
  if (s->params->log) take_log(row, s->n);
  centre(row, s->n);
  double r = over(product(row, y.env, s->n), s->norm[b], sqrt(product(row, row, s->n)));
  return s->params->absolute ? fabs(r) : r;
}

static bool finite_came_in(const env_state *s, size_t c) { return isfinite(total(channel_of(s, c).re, s->n)); }

static bl_status tell_undefined(bl_ctx *ctx, const env_state *s, size_t a, size_t b)
{
  char *pair = bl_pair_name(ctx, s->in, a, b);
  if (!pair) return bl_fail_nomem(ctx, who);
  bl_warn(ctx, BL_W_UNDEFINED, "%s: not defined for %s in a segment (an envelope is 0, as of silence); it gives NaN",
          who, pair);
  bl_free(ctx, pair);
  return BL_OK;
}

static bl_status pair_value(bl_ctx *ctx, const env_state *s, size_t a, size_t b, double *room, float *out)
{
  double r = s->params->orthogonalize == PAIRWISE
                 ? (without(s, a, b, room) + without(s, b, a, room)) / 2
                 : over(product(channel_of(s, a).env, channel_of(s, b).env, s->n), s->norm[a], s->norm[b]);
  *out = (float)r;
  return isfinite(r) || !finite_came_in(s, a) || !finite_came_in(s, b) ? BL_OK : tell_undefined(ctx, s, a, b);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  env_state *s = state;
  bl_status status = bl_need_frames(ctx, who, s->n, 2);
  if (status) return status;
  size_t n_fft = bl_fft_length(s->n, 5, 1);
  void *v = s->work;
  status = bl_grow(ctx, &v, &s->cap_work, 5 * s->n_channels * s->n + n_fft, sizeof *s->work, who);
  if (status) return status;
  s->work = v;
  double *last = s->work + 5 * s->n_channels * s->n;
  status = prepare(ctx, s, last, n_fft);
  for (size_t a = 0; !status && a < s->n_channels; a++)
    for (size_t b = a + 1; !status && b < s->n_channels; b++) status = pair_value(ctx, s, a, b, last, row++);
  return status;
}

static void release(bl_ctx *ctx, void *state)
{
  env_state *s = state;
  bl_free(ctx, s->x);
  bl_free(ctx, s->work);
  bl_free(ctx, s->norm);
  bl_analytic_release(ctx, &s->analytic);
}

const bl_summary_class bl_summary_envelope_correlation = {
    .name = "envelope_correlation",
    .summary = "correlation of the envelopes of pairs of channels",
    .source = "mne_connectivity.envelope_correlation",
    .opts = opts,
    .params_size = sizeof(env_params),
    .state_size = sizeof(env_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
