/* stockwell.c: see stockwell.h. The transform at frequency f is exp(-2 pi i f t) times the signal convolved with exp(2 pi
 * i f t) under the Gaussian; for its power the factor in front does not matter. */
#include "stockwell.h"

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* The nearest frequency of the transform, the lower one of two as near. */
static size_t nearest(double hz, size_t n_fft, double rate_hz)
{
  double k = ceil(hz * (double)n_fft / rate_hz - 0.5), last = ceil((double)n_fft / 2) - 1;
  return (size_t)fmax(0, fmin(k, last));
}

void bl_stockwell_range(size_t n_fft, double rate_hz, double fmin, double fmax, size_t *first, size_t *n_freqs)
{
  size_t behind = fmax < 0 ? (n_fft - 1) / 2 : nearest(fmax, n_fft, rate_hz);
  *first = fmin < 0 ? 1 : nearest(fmin, n_fft, rate_hz);
  *n_freqs = behind > *first ? behind - *first : 0;
}

/* Both parts of the wave of frequency f, transformed; the Gaussian adds up to 1. */
static void make_wave(bl_stockwell *s, size_t f, double rate_hz, double width, double *re, double *im)
{
  size_t n = s->n_fft;
  double sum = 0, *part[2] = {re, im};
  for (size_t u = 0; u < n; u++) {
    double near = u <= n / 2 ? (double)u : (double)n - (double)u;
    double t = (double)f * near * rate_hz / ((double)n * (double)n);
    s->part[u] = exp(-0.5 * t * t / (width * width));
    sum += s->part[u];
  }
  for (int i = 0; i < 2; i++) {
    for (size_t u = 0; u < n; u++) {
      double phase = 2 * pi * (double)(f * u % n) / (double)n;
      s->fft.time[u] = s->part[u] / sum * (i ? sin(phase) : cos(phase));
    }
    bl_dfft_forward(&s->fft);
    memcpy(part[i], s->fft.freq, (n / 2 + 1) * 2 * sizeof(double));
  }
}

bl_status bl_stockwell_init(bl_ctx *ctx, size_t n_fft, double rate_hz, double fmin, double fmax, double width,
                            bl_stockwell *s)
{
  *s = (bl_stockwell){.n_fft = n_fft};
  size_t pairs = 2 * (n_fft / 2 + 1);
  bl_stockwell_range(n_fft, rate_hz, fmin, fmax, &s->first, &s->n_freqs);
  bl_status status = bl_dfft_init(ctx, n_fft, &s->fft);
  if (status) return status;
  s->re = bl_calloc(ctx, s->n_freqs, pairs * sizeof *s->re);
  s->im = bl_calloc(ctx, s->n_freqs, pairs * sizeof *s->im);
  s->x = bl_calloc(ctx, pairs, sizeof *s->x);
  s->part = bl_calloc(ctx, n_fft, sizeof *s->part);
  if (!s->re || !s->im || !s->x || !s->part) return bl_fail_nomem(ctx, "a Stockwell transform");
  for (size_t i = 0; i < s->n_freqs; i++)
    make_wave(s, s->first + i, rate_hz, width, s->re + i * pairs, s->im + i * pairs);
  return BL_OK;
}

void bl_stockwell_load(bl_stockwell *s, const double *x, size_t n)
{
  memcpy(s->fft.time, x, n * sizeof *x);
  memset(s->fft.time + n, 0, (s->n_fft - n) * sizeof *x);
  bl_dfft_forward(&s->fft);
  memcpy(s->x, s->fft.freq, 2 * (s->n_fft / 2 + 1) * sizeof *x);
}

/* The signal convolved with one part of a wave, n_fft times too large. */
static void convolve(bl_stockwell *s, const double *wave)
{
  const double *x = s->x;
  double *to = s->fft.freq;
  for (size_t k = 0; k <= s->n_fft / 2; k++) {
    to[2 * k] = x[2 * k] * wave[2 * k] - x[2 * k + 1] * wave[2 * k + 1];
    to[2 * k + 1] = x[2 * k] * wave[2 * k + 1] + x[2 * k + 1] * wave[2 * k];
  }
  bl_dfft_backward(&s->fft);
}

void bl_stockwell_power(bl_stockwell *s, size_t i, size_t n, size_t decim, double *to)
{
  size_t pairs = 2 * (s->n_fft / 2 + 1);
  double scale = 1 / (double)s->n_fft;
  convolve(s, s->re + i * pairs);
  memcpy(s->part, s->fft.time, n * sizeof *s->part);
  convolve(s, s->im + i * pairs);
  for (size_t t = 0; t < n; t += decim) {
    double re = s->part[t] * scale, im = s->fft.time[t] * scale;
    *to++ = re * re + im * im;
  }
}

void bl_stockwell_release(bl_ctx *ctx, bl_stockwell *s)
{
  bl_dfft_release(ctx, &s->fft);
  bl_free(ctx, s->re);
  bl_free(ctx, s->im);
  bl_free(ctx, s->x);
  bl_free(ctx, s->part);
  *s = (bl_stockwell){0};
}
