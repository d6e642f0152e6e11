/* spectral_connectivity_time: how steadily pairs of channels go together from sample to sample of the segment, as
 * mne-connectivity's function of that name gives it for one epoch.
 *
 * The measures (cross_spectrum.h) are over all samples of the segment, of the signals convolved with complex waves of each
 * frequency (wavelets.h; zeros beyond the segment), less `padding` at both ends. Neighbouring samples tell nearly the same, so
 * a value near 1 is soon reached by chance: what is steady over epochs is another question (spectral_connectivity_epochs).
 * multitaper: the tapers' cross-spectra are summed up, weighted as wavelets.h has it. The library takes zero_mean: false for
 * Morlet waves; it smoothes over time and frequency by no kernel here (its default sm_times 0, sm_freqs 1).
 *
 * Without bands, each of freqs is a column; a band is the mean over those lo <= f <= hi. Row: [measure][pair][frequency or
 * band]; of "A*B", what has a sign is positive where A leads. Keeps the segment. */
#include <math.h>
#include <string.h>

#include "connectivity.h"
#include "moments.h"
#include "wavelets.h"

static const char who[] = "spectral_connectivity_time";
static const char *const modes[] = {"cwt_morlet", "multitaper", NULL}; /* in the order of wavelets.h */
enum { LANES = 16, BLOCK = 64 * LANES }; /* samples that are added side by side, and that are held as waves at once */

typedef struct time_params {
  bl_texts method;
  bl_wavelets_params w;
  bl_ranges bands;
  double padding;
} time_params;

typedef struct time_state {
  const time_params *params;
  bool asked[BL_N_CON];
  bl_wavelets w;
  size_t n_channels, n, pad;
  float *x; /* [n][channel] */
  size_t cap_x;
  double *one;     /* [BLOCK + 2 reach]: samples of a channel */
  double *re, *im; /* [taper][channel][BLOCK] of one frequency */
  bl_con_bins *bins;
  size_t n_columns;
  bl_cross cross;
} time_state;

static const bl_opt opts[] = {
    BL_TEXTS(time_params, method, "[coh]",
             "measures: coh, cohy, imcoh, plv, ciplv, ppc, pli, pli2_unbiased, dpli, wpli, wpli2_debiased, psi"),
    {"mode", BL_OPT_ENUM, offsetof(time_params, w.method), "cwt_morlet", 0, 0, 0, modes, "",
     "Morlet waves, or waves under several tapers", NULL},
    BL_WAVELETS_OPTS(time_params, BL_OPT_NEEDED, "the frequencies, rising"),
    BL_RANGES(
        time_params, bands, NULL, 0, 1e9, "Hz",
        "names of bands of which the mean is taken, with their lower and upper edge, both included; none: each of freqs"),
    BL_REAL(time_params, padding, "0", 0, 1e6, "s",
            "what is left out at both ends, where waves reach beyond the segment"),
    BL_OPT_END};

static size_t n_columns_of(const time_params *p) { return p->bands.n ? p->bands.n : 1; }

static bl_status check(bl_ctx *ctx, const time_params *p, const bl_stream *in, bool asked[BL_N_CON])
{
  bl_status s = bl_con_find(ctx, who, &p->method, asked);
  if (s) return s;
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has %zu bins; it makes its own spectra, from a waveform", who,
                   in->n_bins);
  if (in->n_channels < 2)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has one channel; it takes two or more, to compare them", who);
  return bl_wavelets_check(ctx, who, opts, p, &p->w, in->rate_hz);
}

static bl_status find_bins(bl_ctx *ctx, const time_params *p, bl_con_bins *bins)
{
  bins[0] = (bl_con_bins){0, p->w.freqs.n, NULL};
  for (size_t i = 0; i < p->bands.n; i++) {
    const bl_range *r = &p->bands.v[i];
    bl_con_bins b = {0, 0, r->name};
    while (b.first < p->w.freqs.n && p->w.freqs.v[b.first] < r->lo - 1e-9) b.first++;
    b.behind = b.first;
    while (b.behind < p->w.freqs.n && p->w.freqs.v[b.behind] <= r->hi + 1e-9) b.behind++;
    if (b.first == b.behind)
      return bl_fail(ctx, BL_E_RANGE, "%s: bands: none of freqs lies in %s (%g to %g Hz)", who, r->name, r->lo, r->hi);
    bins[i] = b;
  }
  return BL_OK;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const time_params *p = params;
  bool asked[BL_N_CON];
  bl_status s = check(ctx, p, in, asked);
  if (s) return s;
  bl_con_bins *bins = bl_calloc(ctx, n_columns_of(p), sizeof *bins);
  s = bins ? find_bins(ctx, p, bins) : bl_fail_nomem(ctx, who);
  if (!s) s = bl_con_names_add(ctx, who, in, asked, bins, n_columns_of(p), p->w.freqs.v, out);
  bl_free(ctx, bins);
  return s;
}

static bl_status make_room(bl_ctx *ctx, time_state *s)
{
  s->one = bl_calloc(ctx, BLOCK + 2 * s->w.reach, sizeof *s->one);
  s->re = bl_calloc(ctx, s->w.n_tapers * s->n_channels, BLOCK * sizeof *s->re);
  s->im = bl_calloc(ctx, s->w.n_tapers * s->n_channels, BLOCK * sizeof *s->im);
  return s->one && s->re && s->im ? BL_OK : bl_fail_nomem(ctx, who);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  time_state *s = state;
  const time_params *p = s->params = params;
  s->n_channels = in->n_channels;
  s->pad = (size_t)floor(p->padding * in->rate_hz + 1e-9);
  s->n_columns = n_columns_of(p);
  bl_status status = check(ctx, p, in, s->asked);
  if (!status && !(s->bins = bl_calloc(ctx, s->n_columns, sizeof *s->bins))) status = bl_fail_nomem(ctx, who);
  if (!status) status = find_bins(ctx, p, s->bins);
  if (!status) status = bl_wavelets_make(ctx, who, &p->w, in->rate_hz, &s->w);
  if (!status) status = make_room(ctx, s);
  return status ? status : bl_cross_init(ctx, who, s->n_channels, s->w.n_freqs * LANES, s->asked, &s->cross);
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  ((time_state *)state)->n = 0;
  bl_cross_begin(&((time_state *)state)->cross);
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  time_state *s = state;
  void *v = s->x;
  bl_status status = bl_grow(ctx, &v, &s->cap_x, (s->n + n) * s->n_channels, sizeof *s->x, who);
  if (status) return status;
  s->x = v;
  if (n) memcpy(s->x + s->n * s->n_channels, x, n * s->n_channels * sizeof *x);
  s->n += n;
  return BL_OK;
}

/* Samples from .. from + count - 1 of one channel into s->one, and those that waves reach on both sides; zeros beyond. */
static void load(time_state *s, size_t channel, size_t from, size_t count)
{
  for (size_t j = 0; j < count + 2 * s->w.reach; j++) {
    size_t i = from + j - s->w.reach; /* huge where it is before the segment */
    s->one[j] = i < s->n ? (double)s->x[i * s->n_channels + channel] : 0;
  }
}

/* Waves of frequency k under all tapers, of the block of a channel that s->one holds. */
static void transform(time_state *s, size_t k, size_t channel, size_t count)
{
  for (size_t t = 0; t < s->w.n_tapers; t++) {
    const bl_wavelet *w = &s->w.v[k * s->w.n_tapers + t];
    double by = sqrt(s->w.weight[k * s->w.n_tapers + t]);
    double *re = s->re + (t * s->n_channels + channel) * BLOCK, *im = s->im + (t * s->n_channels + channel) * BLOCK;
    for (size_t i = 0; i < count; i++) {
      bl_wavelet_apply(w, s->one + s->w.reach + i, &re[i], &im[i]);
      re[i] *= by;
      im[i] *= by;
    }
  }
}

static void measure(time_state *s, size_t k, size_t from, size_t count)
{
  for (size_t c = 0; c < s->n_channels; c++) {
    load(s, c, from, count);
    transform(s, k, c, count);
  }
  for (size_t i = 0; i < count; i += LANES)
    bl_cross_add(&s->cross, k * LANES, count - i < LANES ? count - i : LANES, s->w.n_tapers, s->re + i, s->im + i,
                 s->n_channels * BLOCK, BLOCK);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  time_state *s = state;
  size_t longest = 0;
  for (size_t i = 0; i < s->w.n_freqs * s->w.n_tapers; i++)
    if (s->w.v[i].n > longest) longest = s->w.v[i].n;
  if (s->n <= 2 * s->pad || s->n < longest)
    return bl_fail(
        ctx, BL_E_SHAPE,
        "%s: the segment has %zu samples, but the longest wave takes %zu, and padding leaves out %zu; take longer "
        "segments, higher freqs or fewer n_cycles",
        who, s->n, longest, 2 * s->pad);
  for (size_t k = 0; k < s->w.n_freqs; k++)
    for (size_t i = s->pad; i < s->n - s->pad; i += BLOCK)
      measure(s, k, i, s->n - s->pad - i < BLOCK ? s->n - s->pad - i : BLOCK);
  s->cross.n = s->n - 2 * s->pad;
  bl_cross_fold(&s->cross, LANES);
  bl_con_row(&s->cross, s->asked, s->bins, s->n_columns, row);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *state)
{
  time_state *s = state;
  bl_free(ctx, s->x);
  bl_free(ctx, s->one);
  bl_free(ctx, s->re);
  bl_free(ctx, s->im);
  bl_free(ctx, s->bins);
  bl_wavelets_release(ctx, &s->w);
  bl_cross_release(ctx, &s->cross);
}

const bl_summary_class bl_summary_spectral_connectivity_time = {
    .name = "spectral_connectivity_time",
    .summary = "how steadily pairs of channels go together from sample to sample of a segment",
    .source = "mne_connectivity.spectral_connectivity_time",
    .opts = opts,
    .params_size = sizeof(time_params),
    .state_size = sizeof(time_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
