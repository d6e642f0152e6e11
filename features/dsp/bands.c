/* bands.c: see bands.h. */
#include "bands.h"

#include <math.h>
#include <stdio.h>

#include "stage_util.h"

static const double pi = 3.14159265358979323846;

const char *const bl_band_norms[] = {"slaney", "none", "1", "2", "inf", NULL};
const char *const bl_band_shapes[] = {"hz", "scale", "bins", NULL};
const char *const bl_band_fmax_auto[] = {"auto", NULL};

double bl_scale_from_hz(bl_scale scale, double hz)
{
  switch (scale) {
  case BL_SCALE_MEL_SLANEY: return hz < 1000 ? hz / (200.0 / 3) : 15 + 27 * log(hz / 1000) / log(6.4);
  case BL_SCALE_MEL_HTK: return 2595 * log10(1 + hz / 700);
  case BL_SCALE_BARK: return 26.81 * hz / (1960 + hz) - 0.53;
  case BL_SCALE_ERB: return 21.4 * log10(1 + 0.00437 * hz);
  case BL_SCALE_OCTAVE: return log2(hz);
  case BL_SCALE_HZ: break;
  }
  return hz;
}

double bl_scale_to_hz(bl_scale scale, double at)
{
  switch (scale) {
  case BL_SCALE_MEL_SLANEY: return at < 15 ? at * (200.0 / 3) : 1000 * exp((at - 15) * log(6.4) / 27);
  case BL_SCALE_MEL_HTK: return 700 * (pow(10, at / 2595) - 1);
  case BL_SCALE_BARK: return 1960 * (at + 0.53) / (26.28 - at);
  case BL_SCALE_ERB: return (pow(10, at / 21.4) - 1) / 0.00437;
  case BL_SCALE_OCTAVE: return exp2(at);
  case BL_SCALE_HZ: break;
  }
  return at;
}

/* The n + 2 points in Hz; freed by the caller. */
static bl_status points(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, double **out)
{
  size_t n = spec->n + 2;
  double top = in->source_rate_hz / 2, fmax = spec->fmax > 0 ? spec->fmax : top;
  if (!(spec->fmin < fmax))
    return bl_fail(ctx, BL_E_RANGE, "%s: fmin %g Hz is not below fmax %g Hz", spec->who, spec->fmin, fmax);
  if (fmax > top * (1 + 1e-9))
    return bl_fail(ctx, BL_E_RANGE, "%s: fmax %g Hz is above half the sampling rate, %g Hz", spec->who, fmax, top);
  double *f = *out = bl_calloc(ctx, n, sizeof *f);
  double lo = bl_scale_from_hz(spec->scale, spec->fmin), hi = bl_scale_from_hz(spec->scale, fmax);
  if (!f) return bl_fail_nomem(ctx, spec->who);
  for (size_t i = 0; i < n; i++) f[i] = bl_scale_to_hz(spec->scale, lo + (hi - lo) * (double)i / (double)(n - 1));
  return BL_OK;
}

/* Names the bands, hz being their peaks and behind them the last point, where the bin of the energy is put. */
static bl_status name_bands(bl_ctx *ctx, const bl_bands_spec *spec, double *hz, bl_stream *out)
{
  if (!spec->append_energy) return bl_number_bins(ctx, out, spec->prefix, 0, spec->n, hz);
  char *text = bl_calloc(ctx, spec->n + 1, BL_BIN_NAME);
  const char **names = bl_calloc(ctx, spec->n + 1, sizeof *names);
  bl_status s = text && names ? BL_OK : bl_fail_nomem(ctx, spec->who);
  for (size_t i = 0; !s && i <= spec->n; i++) {
    char *name = text + i * BL_BIN_NAME;
    if (i < spec->n) snprintf(name, BL_BIN_NAME, "%s%zu", spec->prefix, i);
    else snprintf(name, BL_BIN_NAME, "energy");
    names[i] = name;
  }
  if (!s) s = bl_stream_set_bins(ctx, out, spec->n + 1, hz, names);
  bl_free(ctx, names);
  bl_free(ctx, text);
  return s;
}

bl_status bl_bands_shape(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, bl_stream *out)
{
  double *f = NULL;
  bl_status s = bl_need_spectrum(ctx, spec->who, in);
  if (!s) s = points(ctx, spec, in, &f);
  if (!s) s = name_bands(ctx, spec, f + 1, out);
  bl_free(ctx, f);
  return s;
}

static double triangle(double from, double peak, double to, double at)
{
  double up = (at - from) / (peak - from), down = (to - at) / (to - peak), w = up < down ? up : down;
  return w > 0 ? w : 0;
}

/* Between whole bins, of which two or all three may be the same. */
static double triangle_of_bins(double from, double peak, double to, double at)
{
  if (at < from || at >= to) return 0;
  return at < peak ? (at - from) / (peak - from) : (to - at) / (to - peak);
}

static double gammatone(double peak, double hz)
{
  double b = 1.019 * 24.7 * (1 + 0.00437 * peak), at = (hz - peak) / b, w = 1 / (1 + at * at);
  w *= w;
  return w * w >= 1e-6 ? w * w : 0;
}

/* The weight of bin k in the band over f[0], f[1], f[2], its norm not yet counted. */
static double weight(const bl_bands_spec *spec, const bl_stream *in, const double *f, size_t k)
{
  double hz = in->bin_hz[k], per_bin = in->n_bins > 1 ? in->bin_hz[1] - in->bin_hz[0] : 1;
  double n_fft = rint(in->source_rate_hz / per_bin), scale = (n_fft + 1) / in->source_rate_hz;
  switch (spec->shape) {
  case BL_BAND_SCALE:
    return triangle(bl_scale_from_hz(spec->scale, f[0]), bl_scale_from_hz(spec->scale, f[1]),
                    bl_scale_from_hz(spec->scale, f[2]), bl_scale_from_hz(spec->scale, hz));
  case BL_BAND_BINS:
    return triangle_of_bins(floor(scale * f[0]), floor(scale * f[1]), floor(scale * f[2]), rint(hz / per_bin));
  case BL_BAND_GAMMATONE: return gammatone(f[1], hz);
  default: return triangle(f[0], f[1], f[2], hz);
  }
}

/* What the weights w[n] of the band over f[0] .. f[2] are multiplied by. */
static double norm_of(const bl_bands_spec *spec, const double *f, const double *w, size_t n)
{
  double sum = 0, squares = 0, most = 0;
  for (size_t i = 0; i < n; i++) sum += w[i], squares += w[i] * w[i], most = fmax(most, w[i]);
  double norm = spec->norm == BL_BAND_L1 ? sum : spec->norm == BL_BAND_L2 ? sqrt(squares) : most;
  if (spec->norm == BL_BAND_NONE) return 1;
  if (spec->norm != BL_BAND_SLANEY) return norm > 0 ? 1 / norm : 1;
  if (spec->shape == BL_BAND_GAMMATONE) return 16 / (5 * pi * 1.019 * 24.7 * (1 + 0.00437 * f[1]));
  return 2 / (f[2] - f[0]);
}

/* One band: the bins from the first with a weight to the last. */
static bl_status add_band(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, const double *f, double *w,
                          bl_filter_bank *b)
{
  size_t first = in->n_bins, end = 0;
  for (size_t k = 0; k < in->n_bins; k++) {
    w[k] = weight(spec, in, f, k);
    if (!(w[k] > 0)) continue;
    if (first > k) first = k;
    end = k + 1;
  }
  if (!end) return bl_filter_bank_add(ctx, spec->who, b, 0, 0, w);
  double norm = norm_of(spec, f, w + first, end - first);
  for (size_t k = first; k < end; k++) w[k] *= norm;
  return bl_filter_bank_add(ctx, spec->who, b, first, end - first, w + first);
}

bl_status bl_bands_init(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, bl_filter_bank *b)
{
  double *f = NULL, *w = bl_calloc(ctx, in->n_bins, sizeof *w);
  size_t empty = 0;
  bl_status s = w ? points(ctx, spec, in, &f) : bl_fail_nomem(ctx, spec->who);
  if (!s) s = bl_filter_bank_init(ctx, spec->who, in->n_bins, spec->n + spec->append_energy, b);
  for (size_t i = 0; !s && i < spec->n; i++) {
    s = add_band(ctx, spec, in, f + i, w, b);
    if (!s) empty += b->filter[i].n == 0;
  }
  for (size_t k = 0; !s && k < in->n_bins; k++) w[k] = 1;
  if (!s && spec->append_energy) s = bl_filter_bank_add(ctx, spec->who, b, 0, in->n_bins, w);
  if (!s && empty)
    bl_warn(
        ctx, BL_W_CONSTANT,
        "%s: %zu of %zu filters hold no frequency of the spectrum and are always 0; fewer of them or a longer n_fft "
        "avoids that",
        spec->who, empty, spec->n);
  bl_free(ctx, f);
  bl_free(ctx, w);
  return s;
}

/* The second bank of centroids, and what they are where there is no power. */
static bl_status start_centroids(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, bl_bands_state *st)
{
  double *f = NULL, *w = bl_calloc(ctx, in->n_bins, sizeof *w);
  st->flat = bl_calloc(ctx, spec->n, sizeof *st->flat);
  bl_status s = w && st->flat ? points(ctx, spec, in, &f) : bl_fail_nomem(ctx, spec->who);
  if (!s) s = bl_filter_bank_init(ctx, spec->who, in->n_bins, spec->n, &st->moments);
  for (size_t i = 0; !s && i < spec->n; i++) {
    bl_filter band = st->bank.filter[i];
    double sum = 0, moment = 0;
    for (size_t k = 0; k < band.n; k++) {
      sum += st->bank.weights[band.at + k];
      moment += w[k] = st->bank.weights[band.at + k] * in->bin_hz[band.first + k];
    }
    st->flat[i] = band.n ? moment / sum : f[i + 1];
    s = bl_filter_bank_add(ctx, spec->who, &st->moments, band.first, band.n, w);
  }
  st->sums.width = in->n_channels * spec->n;
  bl_free(ctx, f);
  bl_free(ctx, w);
  return s;
}

bl_status bl_bands_start(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, void *state)
{
  bl_bands_state *st = state;
  st->n_channels = in->n_channels;
  bl_status s = bl_bands_init(ctx, spec, in, &st->bank);
  return s || !spec->centroids ? s : start_centroids(ctx, spec, in, st);
}

/* y holds the moments and takes the centroids. */
static bl_status divide_by_sums(bl_ctx *ctx, bl_bands_state *st, const float *x, size_t n, float *y)
{
  size_t bands = st->bank.n_filters, width = st->n_channels * bands;
  st->sums.n = 0;
  float *sum = bl_frames_add(ctx, &st->sums, n);
  if (!sum) return BL_E_NOMEM;
  bl_filter_bank_run(&st->bank, x, n * st->n_channels, sum);
  for (size_t i = 0; i < n * width; i++) y[i] = sum[i] == 0 ? (float)st->flat[i % bands] : y[i] / sum[i];
  return BL_OK;
}

bl_status bl_bands_push(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out)
{
  bl_bands_state *st = state;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  bl_filter_bank_run(st->flat ? &st->moments : &st->bank, x, n * st->n_channels, y);
  return st->flat ? divide_by_sums(ctx, st, x, n, y) : BL_OK;
}

void bl_bands_release(bl_ctx *ctx, void *state)
{
  bl_bands_state *st = state;
  bl_filter_bank_release(ctx, &st->bank);
  bl_filter_bank_release(ctx, &st->moments);
  bl_free(ctx, st->flat);
  bl_frames_free(ctx, &st->sums);
}
