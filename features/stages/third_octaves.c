/* third_octaves: the power of a spectrum in bands of a third of an octave, or of a whole one. [frame][channel][bin] ->
 * [frame][channel][band].
 *
 * Bands have the nominal centres of IEC 61260 (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8, 10 ..; of octaves 1, 2, 4, 8, 16, 31.5,
 * 63, 125 ..) and reach from c / 2^(1/6) to c 2^(1/6) (octaves: 2^(1/2)), both included; the power of a band is the sum of its
 * bins, as in maad.sound.linear_to_octave. A density (unit^2/Hz) is multiplied by the distance of bins, so that the power comes
 * out in unit^2: behind calibrate and db it is the level in dB re 1 uPa^2. Bands whose centres lie from fmin to fmax come
 * out; those without a bin hold 0, which fmin auto leaves out. Bins are at the centres. */
#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "stage_util.h"

enum { MOST_BANDS = 80, DECADES = 6 };

enum { THIRD, OCTAVE };
static const char *const bands_words[] = {"third", "octave", NULL};
static const char *const auto_word[] = {"auto", NULL};

typedef struct params {
  int bands;
  bl_word fmin, fmax;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, bands, "third", bands_words, "a third of an octave, or a whole one"),
    BL_WORD(params, fmin, "auto", auto_word, 0, 1e9, 0, "Hz",
            "lowest centre; auto: the lowest band of which it and all above hold a bin"),
    BL_WORD(params, fmax, "auto", auto_word, 0, 1e9, 0, "Hz",
            "highest centre, within the spectrum; auto: the highest bin"),
    BL_OPT_END,
};

typedef struct band {
  double centre;
  size_t first, end; /* bins */
} band;

typedef struct state {
  size_t n_series, n_bins, n_bands;
  band bands[MOST_BANDS];
  double *scale; /* [n_series] */
} state;

/* All centres from 1 Hz to 1 MHz, ascending; returns how many. */
static size_t centres(int bands, double *to)
{
  static const double thirds[] = {1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8};
  static const double octaves[] = {1, 2, 4, 8, 16, 31.5, 63, 125, 250, 500};
  size_t n = 0;
  if (bands == OCTAVE) {
    for (size_t k = 0; k < 10; k++) to[n++] = octaves[k];
    for (size_t k = 0; k < 10; k++) to[n++] = octaves[k] * 1000;
    return n;
  }
  for (size_t d = 0; d < DECADES; d++)
    for (size_t k = 0; k < 10; k++) to[n++] = thirds[k] * pow(10, (double)d);
  return n;
}

static band band_of(const bl_stream *in, double centre, double reach)
{
  band b = {.centre = centre};
  while (b.first < in->n_bins && in->bin_hz[b.first] < centre / reach) b.first++;
  for (b.end = b.first; b.end < in->n_bins && in->bin_hz[b.end] <= centre * reach;) b.end++;
  return b;
}

static bl_status find_bands(bl_ctx *ctx, const params *p, const bl_stream *in, band *bands, size_t *n)
{
  double c[MOST_BANDS], reach = p->bands == THIRD ? pow(2, 1.0 / 6) : sqrt(2);
  double top = p->fmax.word == 0 ? in->bin_hz[in->n_bins - 1] : p->fmax.real;
  size_t all = centres(p->bands, c), first = 0;
  *n = 0;
  if (top > in->bin_hz[in->n_bins - 1] * (1 + 1e-9))
    return bl_fail(ctx, BL_E_RANGE, "third_octaves: fmax %g Hz is above the highest bin, %g Hz", top,
                   in->bin_hz[in->n_bins - 1]);
  for (size_t k = 0; k < all; k++) {
    if (c[k] > top || (p->fmin.word != 0 && c[k] < p->fmin.real)) continue;
    bands[*n] = band_of(in, c[k], reach);
    if (p->fmin.word == 0 && bands[*n].first == bands[*n].end) first = *n + 1;
    ++*n;
  }
  *n -= first;
  memmove(bands, bands + first, *n * sizeof *bands);
  if (*n) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "third_octaves: no centre of a band lies from fmin to fmax with a bin of the spectrum in it");
}

static bool is_density(const char *unit)
{
  size_t n = strlen(unit);
  return n > 3 && !strcmp(unit + n - 3, "/Hz");
}

/* "uPa^2" of "uPa^2/Hz". */
static bl_status whole_units(bl_ctx *ctx, bl_stream *out)
{
  for (size_t c = 0; c < out->units.n; c++)
    if (is_density(out->units.v[c])) out->units.v[c][strlen(out->units.v[c]) - 3] = '\0';
  (void)ctx;
  return BL_OK;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  band bands[MOST_BANDS];
  double hz[MOST_BANDS];
  size_t n;
  bl_status s = bl_need_linear(ctx, "third_octaves", in);
  if (!s && in->n_bins < 2)
    s = bl_fail(ctx, BL_E_CONFIG, "third_octaves: needs a spectrum, but one bin comes in; put stft before it");
  if (!s) s = find_bands(ctx, pp, in, bands, &n);
  if (s) return s;
  for (size_t k = 0; k < n; k++) hz[k] = bands[k].centre;
  s = bl_stream_set_bins(ctx, out, n, hz, NULL);
  return s ? s : whole_units(ctx, out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->n_series = in->n_channels;
  st->n_bins = in->n_bins;
  st->scale = bl_calloc(ctx, in->n_channels, sizeof *st->scale);
  if (!st->scale) return bl_fail_nomem(ctx, "third_octaves");
  for (size_t c = 0; c < in->n_channels; c++)
    st->scale[c] = is_density(bl_unit_of(in, c)) ? in->bin_hz[1] - in->bin_hz[0] : 1;
  return find_bands(ctx, pp, in, st->bands, &st->n_bands);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * st->n_series; i++, x += st->n_bins, y += st->n_bands)
    for (size_t j = 0; j < st->n_bands; j++) {
      double sum = 0;
      for (size_t k = st->bands[j].first; k < st->bands[j].end; k++) sum += (double)x[k];
      y[j] = (float)(sum * st->scale[i % st->n_series]);
    }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->scale); }

const bl_stage_class bl_stage_third_octaves = {
    .name = "third_octaves",
    .summary = "Power of a spectrum in bands of a third of an octave, or of a whole one",
    .source = "IEC 61260; maad.sound.linear_to_octave",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
