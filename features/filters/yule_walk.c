/* yule_walk.c: see yule_walk.h. Autocorrelations of the wanted power give the denominator; what the power then still wants, cut to
 * its causal half in the cepstrum, is the impulse response that the numerator is fitted to. Conventions (grid of 513 points, 4 order
 * correlations under a Hamming window) are those of Matlab's and Octave's yulewalk. */
#include "yule_walk.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "fft.h"
#include "lpc.h"

static const double pi = 3.14159265358979323846;
enum { GRID = 513, LENGTH = 2 * (GRID - 1), MOST = BL_YULE_WALK_MAX_ORDER, MOST_LAGS = 4 * MOST };

/* One design at work. */
typedef struct design {
  size_t order, n_lags;
  double lags[MOST_LAGS]; /* windowed autocorrelations, then the impulse response */
  bl_dfft fft;
} design;

/* The gain at the points of the grid. */
static void draw(const double *freq, const double *gain, size_t n, double *to)
{
  size_t from = 0;
  to[0] = gain[0];
  for (size_t i = 0; i + 1 < n; i++) {
    size_t end = (size_t)(freq[i + 1] * GRID);
    for (size_t k = from; k < end; k++) {
      double part = end - from > 1 ? (double)(k - from) / (double)(end - 1 - from) : 0;
      to[k] = part * gain[i + 1] + (1 - part) * gain[i];
    }
    if (end > from) from = end;
  }
}

static void correlate(design *d, const double *gain)
{
  for (size_t k = 0; k < GRID; k++) {
    d->fft.freq[2 * k] = gain[k] * gain[k];
    d->fft.freq[2 * k + 1] = 0;
  }
  bl_dfft_backward(&d->fft);
  for (size_t t = 0; t < d->n_lags; t++)
    d->lags[t] = d->fft.time[t] / LENGTH * (0.54 + 0.46 * cos(pi * (double)t / (double)(d->n_lags - 1)));
}

/* Zeros of a outside of the circle go to its inside, mirrored. */
static void stabilise(size_t order, double *a)
{
  double complex root[MOST], p[MOST + 1] = {1};
  bool moved = false;
  bl_lpc_roots(a, order, root);
  for (size_t i = 0; i < order; i++)
    if (cabs(root[i]) > 1) root[i] = 1 / conj(root[i]), moved = true;
  for (size_t i = 0; moved && i < order; i++)
    for (size_t k = i + 1; k > 0; k--) p[k] -= root[i] * p[k - 1];
  for (size_t k = 1; moved && k <= order; k++) a[k] = creal(p[k]);
}

/* lags[t] = - sum of a[k] lags[t - k] for t above the order, as well as can be. */
static bl_status denominator(bl_ctx *ctx, const design *d, double *a)
{
  size_t n = d->order, rows = d->n_lags - n - 1, rank;
  double m[MOST_LAGS * MOST], v[MOST_LAGS];
  for (size_t i = 0; i < rows; i++) {
    v[i] = -d->lags[n + 1 + i];
    for (size_t k = 0; k < n; k++) m[i * n + k] = d->lags[n + i - k];
  }
  bl_status s = bl_lstsq(ctx, rows, n, m, 1, v, -1, &rank);
  a[0] = 1;
  if (!s) memcpy(a + 1, v, n * sizeof *a);
  if (!s) stabilise(n, a);
  return s;
}

/* b such that b / a has the impulse response h [n_lags], as well as can be. */
static bl_status numerator(bl_ctx *ctx, const design *d, const double *a, const double *h, double *b)
{
  size_t n = d->n_lags, width = d->order + 1, rank;
  double m[MOST_LAGS * (MOST + 1)], v[MOST_LAGS], impulse[MOST_LAGS];
  for (size_t t = 0; t < n; t++) {
    impulse[t] = t == 0;
    for (size_t k = 1; k <= d->order && k <= t; k++) impulse[t] -= a[k] * impulse[t - k];
  }
  for (size_t t = 0; t < n; t++)
    for (size_t k = 0; k < width; k++) m[t * width + k] = k <= t ? impulse[t - k] : 0;
  memcpy(v, h, n * sizeof *v);
  bl_status s = bl_lstsq(ctx, n, width, m, 1, v, -1, &rank);
  if (!s) memcpy(b, v, width * sizeof *b);
  return s;
}

/* The spectrum of c [order + 1] to `to` [GRID]. */
static void spectrum(design *d, const double *c, double complex *to)
{
  memset(d->fft.time, 0, LENGTH * sizeof *d->fft.time);
  memcpy(d->fft.time, c, (d->order + 1) * sizeof *c);
  bl_dfft_forward(&d->fft);
  for (size_t k = 0; k < GRID; k++) to[k] = d->fft.freq[2 * k] + I * d->fft.freq[2 * k + 1];
}

/* The causal half of the even cepstrum whose transform stands in `log_power` [GRID] (real), transformed, to `to`. */
static void causal_half(design *d, const double *log_power, double complex *to)
{
  for (size_t k = 0; k < GRID; k++) {
    d->fft.freq[2 * k] = log_power[k];
    d->fft.freq[2 * k + 1] = 0;
  }
  bl_dfft_backward(&d->fft);
  for (size_t t = 0; t < LENGTH; t++) d->fft.time[t] *= (t == 0 ? 0.5 : t < LENGTH / 2 ? 1 : 0) / LENGTH;
  bl_dfft_forward(&d->fft);
  for (size_t k = 0; k < GRID; k++) to[k] = d->fft.freq[2 * k] + I * d->fft.freq[2 * k + 1];
}

/* The impulse response of minimum phase whose power is 2 Re (q / a). The fit of q may leave that power a little below zero
 * where the wanted gain is low. Its logarithm is then complex, log |power| + i pi, as it is in Matlab, Octave and numpy,
 * and the real part of the response is taken. With c and i s the halves that come of the two parts of the logarithm, that
 * is the response of e^c cos(s): the filters at 200 Hz that EEGLAB ships were made so. */
static void minimum_phase(design *d, const double *q, const double *a)
{
  double complex over[GRID], under[GRID];
  double level[GRID], turn[GRID];
  spectrum(d, q, over);
  spectrum(d, a, under);
  for (size_t k = 0; k < GRID; k++) {
    double power = 2 * creal(over[k] / under[k]);
    level[k] = log(fmax(fabs(power), DBL_MIN));
    turn[k] = power < 0 ? pi : 0;
  }
  causal_half(d, level, over);
  causal_half(d, turn, under);
  for (size_t k = 0; k < GRID; k++) {
    double complex e = cexp(over[k]) * ccos(under[k]);
    d->fft.freq[2 * k] = creal(e);
    d->fft.freq[2 * k + 1] = cimag(e);
  }
  bl_dfft_backward(&d->fft);
  for (size_t t = 0; t < d->n_lags; t++) d->lags[t] = d->fft.time[t] / LENGTH;
}

bl_status bl_yule_walk(bl_ctx *ctx, size_t order, const double *freq, const double *gain, size_t n, double *b,
                       double *a)
{
  design d = {.order = order, .n_lags = 4 * order};
  double drawn[GRID] = {0}, q[MOST + 1];
  bl_status s = bl_dfft_init(ctx, LENGTH, &d.fft);
  if (!s) {
    draw(freq, gain, n, drawn);
    correlate(&d, drawn);
    s = denominator(ctx, &d, a);
  }
  d.lags[0] /= 2;
  if (!s) s = numerator(ctx, &d, a, d.lags, q);
  if (!s) minimum_phase(&d, q, a);
  if (!s) s = numerator(ctx, &d, a, d.lags, b);
  bl_dfft_release(ctx, &d.fft);
  return s;
}
