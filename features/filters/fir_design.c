/* fir_design.c: MNE-Python's default filter, method fir, design firwin.
 *
 * Transitions: l = min(max(l_freq / 4, 2), l_freq), h = min(max(h_freq / 4, 2), rate / 2 - h_freq). Taps: N = ceil(f
 * rate / narrowest transition), made odd, f 3.3 (Hamming), 3.1 (Hann), 5 (Blackman). Each edge is a low-pass of its
 * own, round(f rate / its transition) taps long (made odd), cut off in the middle of its transition and centred in the
 * N: band-pass = lowpass(upper edge) - lowpass(lower edge), high-pass = unit impulse - lowpass. Widmann, Schroeger and
 * Maess, J. Neurosci. Methods 250 (2015) 34-46, for the factors. */
#include "fir_design.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "fft.h"

static const double pi = 3.14159265358979323846;
static const double length_factors[] = {[BL_WINDOW_HANN] = 3.1, [BL_WINDOW_HAMMING] = 3.3, [BL_WINDOW_BLACKMAN] = 5.0};

enum { MAX_TAPS = 1 << 24 };

void bl_firwin_lowpass(size_t n, double cutoff, bl_window window, double *h)
{
  bl_window_fill(window, n, false, h);
  bl_firwin_windowed(n, cutoff, h);
}

void bl_firwin_windowed(size_t n, double cutoff, double *h)
{
  double sum = 0, middle = (double)(n - 1) / 2;
  for (size_t i = 0; i < n; i++) {
    double at = pi * cutoff * ((double)i - middle);
    h[i] *= cutoff * (at == 0 ? 1 : sin(at) / at);
    sum += h[i];
  }
  for (size_t i = 0; i < n; i++) h[i] /= sum;
}

static bl_status transitions(bl_ctx *ctx, const char *who, const bl_fir_spec *p, double *l, double *h)
{
  double half = p->rate_hz / 2;
  if (isnan(p->l_freq) && isnan(p->h_freq))
    return bl_fail(ctx, BL_E_CONFIG, "%s: neither l_freq nor h_freq is given; give one or both", who);
  if ((isnan(p->l_freq) && !isnan(p->l_trans)) || (isnan(p->h_freq) && !isnan(p->h_trans)))
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: %c_trans_bandwidth goes with %c_freq, which is not given; give it, or leave both out", who,
                   isnan(p->l_freq) ? 'l' : 'h', isnan(p->l_freq) ? 'l' : 'h');
  if (p->l_freq >= half || p->h_freq >= half)
    return bl_fail(ctx, BL_E_RANGE, "%s: %s %g Hz must be below half the sampling rate, %g Hz; give a lower one%s", who,
                   p->l_freq >= half ? "l_freq" : "h_freq", p->l_freq >= half ? p->l_freq : p->h_freq, half,
                   p->l_freq >= half ? "" : ", or leave h_freq out");
  if (p->l_freq == p->h_freq)
    return bl_fail(ctx, BL_E_RANGE, "%s: l_freq and h_freq are both %g Hz; nothing would pass", who, p->l_freq);
  *l = isnan(p->l_freq) ? (double)NAN : isnan(p->l_trans) ? fmin(fmax(p->l_freq * 0.25, 2), p->l_freq) : p->l_trans;
  *h = isnan(p->h_freq)    ? (double)NAN
       : isnan(p->h_trans) ? fmin(fmax(p->h_freq * 0.25, 2), half - p->h_freq)
                           : p->h_trans;
  if (p->l_freq - *l < 0)
    return bl_fail(ctx, BL_E_RANGE, "%s: l_trans_bandwidth %g Hz reaches below 0 from l_freq %g Hz; make it smaller",
                   who, *l, p->l_freq);
  if (p->h_freq + *h > half)
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: h_trans_bandwidth %g Hz reaches above half the sampling rate, %g Hz, from h_freq "
                   "%g Hz; make it smaller",
                   who, *h, half, p->h_freq);
  if (p->l_freq > p->h_freq && p->h_freq + *h > p->l_freq - *l)
    return bl_fail(ctx, BL_E_RANGE, "%s: the transitions of the stop band from %g to %g Hz overlap; make them smaller",
                   who, p->h_freq, p->l_freq);
  return BL_OK;
}

/* Edges from low to high frequencies; returns how many. */
static bl_status edges_of(bl_ctx *ctx, const char *who, const bl_fir_spec *p, bl_fir_edge e[2], size_t *n)
{
  double l = 0, h = 0;
  bl_status s = transitions(ctx, who, p, &l, &h);
  if (s) return s;
  bl_fir_edge low = {p->l_freq - l, p->l_freq, true}, high = {p->h_freq, p->h_freq + h, false};
  *n = 0;
  if (isnan(p->h_freq)) e[(*n)++] = low;
  else if (isnan(p->l_freq)) e[(*n)++] = high;
  else {
    bool stop = p->l_freq > p->h_freq;
    e[(*n)++] = stop ? high : low;
    e[(*n)++] = stop ? low : high;
  }
  return BL_OK;
}

static bl_status length(bl_ctx *ctx, const char *who, double rate_hz, bl_window window, double narrow, size_t *n)
{
  double taps = ceil(length_factors[window] / narrow * rate_hz);
  if (!(taps < MAX_TAPS))
    return bl_fail(ctx, BL_E_RANGE, "%s: a transition of %g Hz at %g Hz takes %g taps, more than %d; make it wider",
                   who, narrow, rate_hz, taps, MAX_TAPS);
  *n = taps < 1 ? 1 : (size_t)taps;
  *n += *n % 2 == 0;
  return BL_OK;
}

bl_status bl_fir_edges_length(bl_ctx *ctx, const char *who, double rate_hz, bl_window window, const bl_fir_edge *e,
                              size_t n_edges, size_t *n)
{
  double narrow = INFINITY;
  for (size_t i = 0; i < n_edges; i++) narrow = fmin(narrow, e[i].to - e[i].from);
  return length(ctx, who, rate_hz, window, narrow, n);
}

bl_status bl_fir_length(bl_ctx *ctx, const char *who, const bl_fir_spec *spec, size_t *n)
{
  double l = NAN, h = NAN;
  bl_status s = transitions(ctx, who, spec, &l, &h);
  if (s) return s;
  /* the one that is missing is NAN, which fmin passes over */
  return length(ctx, who, spec->rate_hz, spec->window, fmin(l, h), n);
}

bl_status bl_fir_edges_design(bl_ctx *ctx, double rate_hz, bl_window window, const bl_fir_edge *e, size_t n_edges,
                              size_t n, double *h)
{
  double *part = bl_calloc(ctx, n, sizeof *part), half = rate_hz / 2;
  if (!part) return bl_fail_nomem(ctx, "filter taps");
  memset(h, 0, n * sizeof *h);
  if (e[n_edges - 1].rises) h[n / 2] = 1; /* passes up to half the rate: starts with all */
  for (size_t i = n_edges; i-- > 0;) {
    double from = e[i].from / half, to = e[i].to / half;
    size_t m = (size_t)rint(length_factors[window] / ((to - from) / 2));
    m += m % 2 == 0;
    if (m > n) m = n; /* the last digit of a width */
    bl_firwin_lowpass(m, (from + to) / 2, window, part);
    double *at = h + (n - m) / 2;
    for (size_t k = 0; k < m; k++) at[k] += e[i].rises ? -part[k] : part[k];
  }
  bl_free(ctx, part);
  return BL_OK;
}

bl_status bl_fir_design(bl_ctx *ctx, const char *who, const bl_fir_spec *spec, size_t n, double *h)
{
  bl_fir_edge e[2];
  size_t n_edges;
  bl_status s = edges_of(ctx, who, spec, e, &n_edges);
  return s ? s : bl_fir_edges_design(ctx, spec->rate_hz, spec->window, e, n_edges, n, h);
}

/* Transform size of scipy.signal.minimum_phase for a filter of `length` taps: 100 times its length, a power of two. */
static size_t cepstrum_size(size_t length)
{
  size_t n = 256;
  while ((double)n < 2 * (double)(length - 1) / 0.01) n *= 2;
  return n;
}

/* In place of the spectrum in f->freq: half the logarithm of its size, a little above zero.
 *
 * A filter that stops 0 Hz has H(0) = 0, of which rounding leaves 0 or 1e-18 to 6e-16, and log H(0) moves the whole
 * cepstrum: scipy's own taps change by 1e-5 to 8e-5 of the largest, and the output on EEG by 5e-4 to 4e-3 of its RMS,
 * when the taps it starts from change in their last bit (band-pass 7-30 and 1-40 Hz, high-pass 0.5, 1 and 4 Hz; 50
 * draws each). Here what is below 1e-12 of the largest size is the zero that it stands for, and gets what scipy gives
 * to an exact zero, 1e-7 of the least other size: then the same draws change the taps by 3e-13. Bins beside a zero lie
 * above 1e-9, for there are 100 bins to a tap's worth of frequency. */
static void log_magnitude(bl_dfft *f)
{
  static const double roundoff = 1e-12;
  size_t n = f->n / 2 + 1;
  double least = INFINITY, largest = 0;
  for (size_t k = 0; k < n; k++) {
    f->freq[2 * k] = hypot(f->freq[2 * k], f->freq[2 * k + 1]);
    f->freq[2 * k + 1] = 0;
    largest = fmax(largest, f->freq[2 * k]);
  }
  for (size_t k = 0; k < n; k++) {
    if (f->freq[2 * k] <= roundoff * largest) f->freq[2 * k] = 0;
    else least = fmin(least, f->freq[2 * k]);
  }
  for (size_t k = 0; k < n; k++) f->freq[2 * k] = 0.5 * log(f->freq[2 * k] + 1e-7 * least);
}

bl_status bl_fir_minimum_phase(bl_ctx *ctx, const double *from, size_t n, double *h)
{
  bl_dfft f = {0};
  size_t length = 2 * n - 1, size = cepstrum_size(length);
  bl_status s = bl_dfft_init(ctx, size, &f);
  if (s) goto done;
  memset(f.time, 0, size * sizeof *f.time);
  memcpy(f.time, from, length * sizeof *from);
  bl_dfft_forward(&f);
  log_magnitude(&f);
  bl_dfft_backward(&f);
  /* the cepstrum, folded onto positive times: 1, 2 ... 2, 1, 0 ... */
  for (size_t i = 0; i < size; i++) f.time[i] *= (i == 0 || i == n ? 1 : i < n ? 2 : 0) / (double)size;
  bl_dfft_forward(&f);
  for (size_t k = 0; k < size / 2 + 1; k++) {
    double size_k = exp(f.freq[2 * k]), angle = f.freq[2 * k + 1];
    f.freq[2 * k] = size_k * cos(angle);
    f.freq[2 * k + 1] = size_k * sin(angle);
  }
  bl_dfft_backward(&f);
  for (size_t i = 0; i < n; i++) h[i] = f.time[i] / (double)size;
done:
  bl_dfft_release(ctx, &f);
  return s;
}
