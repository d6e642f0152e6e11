/* energy_freq_bands: energy of each channel and bin in bands of frequency: the sum of the squared samples behind a band-pass.
 *
 * The band-pass is MNE's (fir_design.h), zero-phase over the segment alone, which goes on beyond its ends by odd reflection
 * as far as it reaches; deriv_filt takes x[i + 1] - x[i - 1] before, the first and last sample twice. As mne-features. The
 * filters are long, some seconds for a band that begins at 0.5 Hz: a segment shorter than that is warned of. To filter
 * the recording instead, before it is cut: the stage fir. Row: [channel][bin][band]. */
#include <math.h>

#include "fir_core.h"
#include "fir_design.h"
#include "series.h"

typedef struct energy_params {
  bl_ranges bands;
  bool deriv_filt;
} energy_params;

typedef struct energy_state {
  bl_series series; /* first: values() is given this one */
  bl_fir *filters;  /* of each band */
  size_t n_filters;
  float *x;
  size_t cap;
  bl_frames y;
} energy_state;

static const bl_opt opts[] = {
    BL_RANGES(energy_params, bands, "{delta: [0.5, 4], theta: [4, 8], alpha: [8, 13], beta: [13, 30], gamma: [30, 45]}",
              0, 1e9, "Hz", "names of the bands, with their lower and upper edge"),
    BL_BOOL(energy_params, deriv_filt, "true", "whether the samples' differences are filtered in their place"),
    BL_OPT_END};

static bl_fir_spec spec_of(const bl_range *band, const bl_stream *in)
{
  return (bl_fir_spec){.rate_hz = in->rate_hz,
                       .l_freq = band->lo,
                       .h_freq = band->hi,
                       .l_trans = (double)NAN,
                       .h_trans = (double)NAN,
                       .window = BL_WINDOW_HAMMING};
}

static bl_status values(bl_ctx *ctx, bl_series *series, double *x, size_t n, double *out)
{
  energy_state *s = (energy_state *)series;
  const energy_params *p = series->params;
  void *v = s->x;
  bl_status status = bl_grow(ctx, &v, &s->cap, n, sizeof *s->x, "energy_freq_bands");
  s->x = v;
  if (status) return status;
  for (size_t i = 0; i < n; i++) s->x[i] = (float)(p->deriv_filt ? x[i + 1 < n ? i + 1 : i] - x[i ? i - 1 : 0] : x[i]);
  for (size_t b = 0; !status && b < s->n_filters; b++) {
    s->y.n = 0;
    bl_fir_reset(&s->filters[b]);
    status = bl_fir_push(ctx, &s->filters[b], s->x, n, &s->y);
    if (!status) status = bl_fir_finish(ctx, &s->filters[b], &s->y);
    out[b] = 0;
    for (size_t i = 0; !status && i < s->y.n; i++) out[b] += (double)s->y.v[i] * (double)s->y.v[i];
  }
  return status;
}

static const bl_series_form form = {"energy_freq_bands", NULL, NULL, 0, 2, values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const energy_params *p = params;
  size_t n_taps;
  bl_status s = BL_OK;
  if (!p->bands.n)
    return bl_fail(ctx, BL_E_CONFIG, "energy_freq_bands: bands is empty; name at least one, as {alpha: [8, 13]}");
  for (size_t b = 0; !s && b < p->bands.n; b++) {
    const bl_fir_spec spec = spec_of(&p->bands.v[b], in);
    s = bl_fir_length(ctx, form.name, &spec, &n_taps);
  }
  const char **what = s ? NULL : bl_calloc(ctx, 2 * p->bands.n, sizeof *what);
  char **texts = s ? NULL : bl_calloc(ctx, p->bands.n, sizeof *texts);
  if (!s && (!what || !texts)) s = bl_fail_nomem(ctx, "energy_freq_bands: names");
  for (size_t b = 0; !s && b < p->bands.n; b++) {
    what[b] = texts[b] = bl_strf(ctx, "%s.energy", p->bands.v[b].name);
    what[p->bands.n + b] = "%s^2";
    if (!texts[b]) s = bl_fail_nomem(ctx, "energy_freq_bands: names");
  }
  if (!s) s = bl_features_each_of(ctx, in, what, what + p->bands.n, p->bands.n, out);
  for (size_t b = 0; texts && b < p->bands.n; b++) bl_free(ctx, texts[b]);
  bl_free(ctx, texts);
  bl_free(ctx, what);
  return s;
}

static bl_status init_filter(bl_ctx *ctx, const bl_range *band, const bl_stream *in, bl_fir *fir)
{
  const bl_fir_spec spec = spec_of(band, in);
  size_t n_taps;
  bl_status s = bl_fir_length(ctx, form.name, &spec, &n_taps);
  double *taps = s ? NULL : bl_calloc(ctx, n_taps, sizeof *taps);
  if (!s && !taps) s = bl_fail_nomem(ctx, form.name);
  if (!s && (s = bl_fir_design(ctx, form.name, &spec, n_taps, taps))) bl_free(ctx, taps);
  return s ? s : bl_fir_init(ctx, form.name, taps, n_taps, BL_FIR_ZERO, BL_FIR_AUTO, 1, fir);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const energy_params *p = params;
  energy_state *s = state;
  bl_status status = bl_series_init(ctx, &s->series, in, &form, p->bands.n, p);
  if (status) return status;
  s->y.width = 1;
  s->filters = bl_calloc(ctx, p->bands.n, sizeof *s->filters);
  if (!s->filters) return bl_fail_nomem(ctx, form.name);
  s->n_filters = p->bands.n;
  for (size_t b = 0; !status && b < p->bands.n; b++) status = init_filter(ctx, &p->bands.v[b], in, &s->filters[b]);
  return status;
}

static void release(bl_ctx *ctx, void *state)
{
  energy_state *s = state;
  bl_series_release(ctx, &s->series);
  for (size_t b = 0; b < s->n_filters; b++) bl_fir_release(ctx, &s->filters[b]);
  bl_free(ctx, s->filters);
  bl_free(ctx, s->x);
  bl_frames_free(ctx, &s->y);
}

const bl_summary_class bl_summary_energy_freq_bands = {
    .name = "energy_freq_bands",
    .summary = "energy of each channel and bin in bands of frequency, by filters",
    .source = "Kharbouch and others 2011; mne_features.univariate.compute_energy_freq_bands",
    .opts = opts,
    .params_size = sizeof(energy_params),
    .state_size = sizeof(energy_state),
    .shape = shape,
    .init = init,
    .begin = bl_series_begin,
    .push = bl_series_push,
    .finish = bl_series_finish,
    .release = release,
};
