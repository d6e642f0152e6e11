/* spectral_contrast: how far peaks stand above valleys, band by band. [frame][channel][bin] -> [frame][channel][n_bands +
 * 1].
 *
 * librosa.feature.spectral_contrast, which takes magnitudes (Jiang et al., ICME 2002): band 0 reaches from 0 Hz to fmin,
 * band k from fmin 2^(k-1) to fmin 2^k, both ends included, and one bin further down; the last one to the highest bin,
 * the others lose their highest bin. Of the bins of a band (counted before that loss), the share `quantile`, rounded to
 * the nearest and at least one, makes the valley (the mean of the smallest) and the peak (of the largest). Out comes 10
 * log10 of either, smaller values than 1e-10 counting as that, and the difference; with linear the difference of the
 * means. Bins "contrast_<k>".
 *
 * librosa raises the decibels of all peaks to at least 80 below the loudest peak of the recording, and valleys likewise.
 * That takes the whole recording, and makes a difference in bands that are 80 dB below others alone: it is left out. */
#include <stdio.h>

#include "descriptor.h"
#include "select.h"

enum { MAX_BANDS = 32 };

typedef struct params {
  double fmin, quantile;
  int64_t n_bands;
  bool linear;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, fmin, "200", 0, 1e9, "Hz", "upper end of the lowest band; each further one is an octave"),
    BL_INT(params, n_bands, "6", 1, MAX_BANDS - 1, "", "bands above the lowest"),
    {.name = "quantile",
     .kind = BL_OPT_REAL,
     .offset = offsetof(params, quantile),
     .def = "0.02",
     .lo = 0,
     .hi = 1,
     .flags = BL_OPT_OPEN_LO | BL_OPT_OPEN_HI,
     .unit = "",
     .help = "share of a band's bins that makes its peak, and its valley"},
    BL_BOOL(params, linear, "false", "difference of the means themselves, not of their decibels"),
    BL_OPT_END,
};

/* Bins [first, end), of which `some` make the peak. */
typedef struct band {
  size_t first, end, some;
} band;

typedef struct state {
  bl_descriptor s;
  band bands[MAX_BANDS];
  bool linear;
  float *v; /* [n_bins] */
} state;

static bl_status find_band(bl_ctx *ctx, const params *p, const bl_stream *in, size_t k, band *b)
{
  size_t n = in->n_bins, last = (size_t)p->n_bands, end = 0;
  double lo = k ? p->fmin * pow(2, (double)k - 1) : 0, hi = p->fmin * pow(2, (double)k);
  if (lo >= in->source_rate_hz / 2)
    return bl_fail(
        ctx, BL_E_RANGE,
        "spectral_contrast: band %zu begins at %g Hz, which is not below half the sampling rate, %g Hz; take "
        "fewer n_bands or a smaller fmin",
        k, lo, in->source_rate_hz / 2);
  *b = (band){0};
  while (b->first < n && in->bin_hz[b->first] < lo) b->first++;
  for (end = b->first; end < n && in->bin_hz[end] <= hi;) end++;
  bool any = end > b->first;
  if (any && k > 0 && b->first > 0) b->first--;
  if (any && k == last) end = n;
  b->some = (size_t)fmax(1, rint(p->quantile * (double)(end - b->first)));
  b->end = k < last && any ? end - 1 : end;
  if (b->end <= b->first)
    return bl_fail(ctx, BL_E_RANGE,
                   "spectral_contrast: too few bins lie between %g and %g Hz; take a longer n_fft or a larger fmin", lo,
                   hi);
  if (b->some > b->end - b->first) b->some = b->end - b->first;
  return BL_OK;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t n = (size_t)p->n_bands + 1;
  char text[MAX_BANDS][40];
  const char *names[MAX_BANDS];
  band b;
  bl_status s = bl_need_linear(ctx, "spectral_contrast", in);
  for (size_t k = 0; !s && k < n; k++) {
    snprintf(text[k], sizeof text[k], "contrast_%zu", k);
    names[k] = text[k];
    s = find_band(ctx, p, in, k, &b);
  }
  return s ? s : bl_descriptor_shape(ctx, "spectral_contrast", in, n, names, p->linear ? "%s" : "dB", out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  const params *p = pp;
  st->linear = p->linear;
  bl_status s = bl_descriptor_init(ctx, "spectral_contrast", in, out, &st->s);
  for (size_t k = 0; !s && k < out->n_bins; k++) s = find_band(ctx, p, in, k, &st->bands[k]);
  st->v = bl_calloc(ctx, in->n_bins, sizeof *st->v);
  return !s && !st->v ? bl_fail_nomem(ctx, "spectral_contrast") : s;
}

static double mean(const float *v, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)v[i];
  return sum / (double)n;
}

/* Mean of the `some` smallest of n values, or (sign -1) of the largest. Of few, those so far are kept in order, which most values
 * do not come into; of many, they are selected. */
static double mean_of_smallest(float *v, size_t n, size_t some, float sign)
{
  enum { FEW = 16 };
  float best[FEW];
  size_t held = 0;
  if (some > FEW) {
    for (size_t i = 0; i < n; i++) v[i] *= sign;
    if (some < n) bl_select(v, n, some);
    double m = mean(v, some);
    for (size_t i = 0; i < n; i++) v[i] *= sign;
    return (double)sign * m;
  }
  for (size_t i = 0; i < n; i++) {
    float x = sign * v[i];
    if (held == some && !(x < best[held - 1])) continue;
    size_t at = held < some ? held++ : held - 1;
    for (; at > 0 && best[at - 1] > x; at--) best[at] = best[at - 1];
    best[at] = x;
  }
  return (double)sign * mean(best, some);
}

static double decibels(double x) { return 10 * log10(fmax(x, 1e-10)); }

static void contrast(const void *sp, const float *x, float *y)
{
  const state *st = sp;
  for (size_t j = 0; j < st->s.n_out; j++) {
    const band *b = &st->bands[j];
    size_t n = b->end - b->first;
    y[j] = NAN;
    if (isnan(bl_descriptor_sum(x + b->first, n))) continue;
    for (size_t k = 0; k < n; k++) st->v[k] = x[b->first + k];
    double valley = mean_of_smallest(st->v, n, b->some, 1), peak = mean_of_smallest(st->v, n, b->some, -1);
    y[j] = (float)(st->linear ? peak - valley : decibels(peak) - decibels(valley));
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, contrast, x, n, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  bl_free(ctx, ((state *)sp)->v);
  bl_descriptor_release(ctx, sp);
}

const bl_stage_class bl_stage_spectral_contrast = {
    .name = "spectral_contrast",
    .summary = "How far peaks of a spectrum stand above valleys, in octave bands",
    .source = "librosa.feature.spectral_contrast; Jiang et al., ICME 2002",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
