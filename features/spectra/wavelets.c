/* wavelets.c: see wavelets.h. Tallon-Baudry and others, J. Neurosci. 17 (1997) 722-734; Thomson 1982 (dpss.h). */
#include "wavelets.h"

#include <math.h>

#include "baleen/wide.h"
#include "dpss.h"

static const double pi = 3.14159265358979323846;

const char *const bl_wavelets_sigma[] = {"auto", NULL};
const char *const bl_wavelets_tapers[] = {"ratio", "alike", NULL};

static double cycles_of(const bl_wavelets_params *p, size_t k) { return p->n_cycles.v[p->n_cycles.n == 1 ? 0 : k]; }

static bl_status check_freqs(bl_ctx *ctx, const char *who, const bl_wavelets_params *p, double rate_hz)
{
  for (size_t k = 0; k < p->freqs.n; k++) {
    double f = p->freqs.v[k];
    if (f > rate_hz / 2)
      return bl_fail(ctx, BL_E_RANGE, "%s: freqs: %g Hz, but a rate of %g Hz holds nothing above %g; leave it out", who,
                     f, rate_hz, rate_hz / 2);
    if (k && !(f > p->freqs.v[k - 1]))
      return bl_fail(ctx, BL_E_CONFIG, "%s: freqs: %g Hz stands behind %g; they are written in rising order", who, f,
                     p->freqs.v[k - 1]);
  }
  if (p->n_cycles.n == 1 || p->n_cycles.n == p->freqs.n) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "%s: n_cycles has %zu numbers; give one, or one for each of the %zu freqs", who,
                 p->n_cycles.n, p->freqs.n);
}

bl_status bl_wavelets_check(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params,
                            const bl_wavelets_params *p, double rate_hz)
{
  bl_status s = check_freqs(ctx, who, p, rate_hz);
  if (!s && !p->freqs.n) s = bl_fail(ctx, BL_E_CONFIG, "%s: freqs is empty; name at least one, as [4, 8, 16]", who);
  if (!s && p->method != BL_WAVELETS_MORLET)
    s = bl_opts_refuse_idle(ctx, who, table, params, "sigma", "method: morlet");
  if (!s && p->method != BL_WAVELETS_MULTITAPER)
    s = bl_opts_refuse_idle(ctx, who, table, params, "time_bandwidth", "method: multitaper");
  if (!s && p->method != BL_WAVELETS_MULTITAPER)
    s = bl_opts_refuse_idle(ctx, who, table, params, "taper_weights", "method: multitaper");
  return s;
}

static size_t tapers_of(const bl_wavelets_params *p)
{
  return p->method == BL_WAVELETS_MULTITAPER ? (size_t)floor(p->time_bandwidth - 1) : 1;
}

/* Deviation in s of the Gaussian of frequency k. */
static double deviation_of(const bl_wavelets_params *p, size_t k)
{
  return cycles_of(p, k) / (2 * pi * (p->sigma.word >= 0 ? p->freqs.v[k] : p->sigma.real));
}

/* How many samples the waves of frequency k have, counted as numpy.arange does. */
static bl_status count_samples(bl_ctx *ctx, const char *who, const bl_wavelets_params *p, size_t k, double rate_hz,
                               size_t *out)
{
  bool tapered = p->method == BL_WAVELETS_MULTITAPER;
  double n = tapered ? ceil(cycles_of(p, k) / p->freqs.v[k] / (1 / rate_hz))
                     : 2 * fmax(1, ceil(5 * deviation_of(p, k) / (1 / rate_hz))) - 1; /* 0 stands in the middle */
  if (!(n <= 1e7))
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: a wave of %g samples; 10000000 are possible; take fewer n_cycles, or higher freqs", who, n);
  *out = (size_t)n;
  return tapered ? bl_dpss_check(ctx, who, *out, p->time_bandwidth / 2, tapers_of(p)) : BL_OK;
}

bl_status bl_wavelets_reach(bl_ctx *ctx, const char *who, const bl_wavelets_params *p, double rate_hz, size_t *reach)
{
  bl_status s = BL_OK;
  size_t n = 0;
  *reach = 0;
  for (size_t k = 0; !s && k < p->freqs.n; k++) {
    s = count_samples(ctx, who, p, k, rate_hz, &n);
    if (n / 2 > *reach) *reach = n / 2;
  }
  return s;
}

static bl_status reserve(bl_ctx *ctx, const char *who, size_t n, bl_wavelet *w)
{
  w->n = n;
  w->first = -(ptrdiff_t)(n / 2);
  w->re = bl_calloc(ctx, n, sizeof *w->re);
  w->im = bl_calloc(ctx, n, sizeof *w->im);
  return w->re && w->im ? BL_OK : bl_fail_nomem(ctx, who);
}

/* To a sum of squares of 2, and back to front, for convolution takes the wave that way. */
static void complete(bl_wavelet *w)
{
  double squares = 0;
  for (size_t i = 0; i < w->n; i++) squares += w->re[i] * w->re[i] + w->im[i] * w->im[i];
  double scale = sqrt(2 / squares);
  for (size_t i = 0, j = w->n - 1; i <= j; i++, j--) {
    double re = w->re[i] * scale, im = w->im[i] * scale;
    w->re[i] = w->re[j] * scale;
    w->im[i] = w->im[j] * scale;
    w->re[j] = re;
    w->im[j] = im;
    if (!j) break;
  }
}

static bl_status make_morlet(bl_ctx *ctx, const char *who, const bl_wavelets_params *p, size_t k, double rate_hz,
                             bl_wavelet *w)
{
  double f = p->freqs.v[k], s = deviation_of(p, k);
  size_t n = 0;
  bl_status status = count_samples(ctx, who, p, k, rate_hz, &n);
  if (!status) status = reserve(ctx, who, n, w);
  if (status) return status;
  size_t middle = n / 2;
  double offset = p->zero_mean ? exp(-2 * pow(pi * f * s, 2)) : 0;
  for (size_t i = 0; i < w->n; i++) {
    double t = ((double)i - (double)middle) / rate_hz, envelope = exp(-t * t / (2 * s * s));
    w->re[i] = (cos(2 * pi * f * t) - offset) * envelope;
    w->im[i] = sin(2 * pi * f * t) * envelope;
  }
  complete(w);
  return BL_OK;
}

static void take_mean_off(double *x, size_t n)
{
  double mean = 0;
  for (size_t i = 0; i < n; i++) mean += x[i];
  for (size_t i = 0; i < n; i++) x[i] -= mean / (double)n;
}

/* The waves of one frequency, w [taper], and their tapers' ratios. */
static bl_status make_tapered(bl_ctx *ctx, const char *who, const bl_wavelets_params *p, size_t k, double rate_hz,
                              size_t n_tapers, bl_wavelet *w, double *ratios)
{
  double f = p->freqs.v[k], length_s = cycles_of(p, k) / f;
  size_t n = 0;
  bl_status s = count_samples(ctx, who, p, k, rate_hz, &n);
  for (size_t m = 0; !s && m < n_tapers; m++) s = reserve(ctx, who, n, &w[m]);
  double *tapers = s ? NULL : bl_calloc(ctx, n_tapers, n * sizeof *tapers);
  if (!s)
    s = tapers ? bl_dpss(ctx, who, n, p->time_bandwidth / 2, n_tapers, true, tapers, ratios) : bl_fail_nomem(ctx, who);
  for (size_t m = 0; !s && m < n_tapers; m++) {
    for (size_t i = 0; i < w[m].n; i++) {
      double phase = 2 * pi * f * ((double)i * (1 / rate_hz) - length_s / 2), taper = tapers[m * w[m].n + i];
      w[m].re[i] = cos(phase) * taper;
      w[m].im[i] = sin(phase) * taper;
    }
    if (p->zero_mean) {
      take_mean_off(w[m].re, w[m].n);
      take_mean_off(w[m].im, w[m].n);
    }
    complete(&w[m]);
  }
  bl_free(ctx, tapers);
  return s;
}

/* From the ratios of one frequency's tapers the weights of their powers. As MNE has it, a single taper is weighted by its
 * ratio, where several are averaged and doubled. */
static void weigh(int kind, size_t n, double *ratios)
{
  double sum = 0;
  for (size_t m = 0; m < n; m++) sum += ratios[m];
  for (size_t m = 0; m < n; m++)
    if (kind == BL_TAPERS_ALIKE) ratios[m] = 1 / (double)n;
    else if (n > 1) ratios[m] *= 2 / sum;
}

bl_status bl_wavelets_make(bl_ctx *ctx, const char *who, const bl_wavelets_params *p, double rate_hz, bl_wavelets *out)
{
  bool tapered = p->method == BL_WAVELETS_MULTITAPER;
  *out = (bl_wavelets){.n_freqs = p->freqs.n, .n_tapers = tapers_of(p)};
  size_t n = out->n_tapers;
  out->v = bl_calloc(ctx, out->n_freqs, n * sizeof *out->v);
  out->weight = bl_calloc(ctx, out->n_freqs, n * sizeof *out->weight);
  bl_status s = out->v && out->weight ? BL_OK : bl_fail_nomem(ctx, who);
  for (size_t k = 0; !s && k < out->n_freqs; k++) {
    bl_wavelet *w = out->v + k * n;
    double *weight = out->weight + k * n;
    s = tapered ? make_tapered(ctx, who, p, k, rate_hz, n, w, weight) : make_morlet(ctx, who, p, k, rate_hz, w);
    if (s) break;
    if (tapered) weigh(p->taper_weights, n, weight);
    else weight[0] = 1;
    if (w->n / 2 > out->reach) out->reach = w->n / 2;
  }
  return s;
}

void bl_wavelets_release(bl_ctx *ctx, bl_wavelets *w)
{
  for (size_t i = 0; w->v && i < w->n_freqs * w->n_tapers; i++) {
    bl_free(ctx, w->v[i].re);
    bl_free(ctx, w->v[i].im);
  }
  bl_free(ctx, w->v);
  bl_free(ctx, w->weight);
  *w = (bl_wavelets){0};
}

/* Eight sums side by side, so that an addition does not wait for the one before it. */
enum { SIDE = 8 };

BL_WIDE static void dot_pair(const double *restrict x, const double *restrict a, const double *restrict b, size_t n,
                             double *restrict to_a, double *restrict to_b)
{
  double sa[SIDE] = {0}, sb[SIDE] = {0};
  size_t i = 0;
  for (; i + SIDE <= n; i += SIDE)
    for (size_t j = 0; j < SIDE; j++) {
      sa[j] += a[i + j] * x[i + j];
      sb[j] += b[i + j] * x[i + j];
    }
  for (size_t j = 0; i + j < n; j++) {
    sa[j] += a[i + j] * x[i + j];
    sb[j] += b[i + j] * x[i + j];
  }
  *to_a = ((sa[0] + sa[4]) + (sa[2] + sa[6])) + ((sa[1] + sa[5]) + (sa[3] + sa[7]));
  *to_b = ((sb[0] + sb[4]) + (sb[2] + sb[6])) + ((sb[1] + sb[5]) + (sb[3] + sb[7]));
}

void bl_wavelet_apply(const bl_wavelet *w, const double *x, double *re, double *im)
{
  dot_pair(x + w->first, w->re, w->im, w->n, re, im);
}

double bl_wavelets_power(const bl_wavelets *w, size_t k, const double *x)
{
  double power = 0;
  for (size_t m = 0; m < w->n_tapers; m++) {
    double re, im;
    bl_wavelet_apply(&w->v[k * w->n_tapers + m], x, &re, &im);
    power += w->weight[k * w->n_tapers + m] * (re * re + im * im);
  }
  return power;
}
