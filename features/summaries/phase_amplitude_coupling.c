/* phase_amplitude_coupling: whether the amplitude of a fast rhythm goes with the phase of a slow one, within each channel.
 *
 * Phase and amplitude are those of the segment convolved with Morlet waves (wavelets.h, with a mean of zero; zeros beyond the
 * segment) of each of phase_freqs and of amplitude_freqs; `padding` is left out at both ends. With A the amplitude and phi
 * the phase of each of the samples that are left:
 *   modulation_index    P_j: mean of A over the samples whose phi lies in the j-th of n_bins equal parts of the circle from
 *                       -180 degrees on, divided by the sum of these means; 1 + sum P_j ln P_j / ln n_bins, from 0 (alike
 *                       everywhere) to 1. NaN where a part holds no sample. Tort and others, J. Neurophysiol. 104 (2010) 1195
 *   mean_vector_length  |mean of A exp(i phi)|, in the unit of the channel. Canolty and others, Science 313 (2006) 1626
 * An amplitude's wave must be short enough to follow the slow rhythm: with few cycles of amplitude_n_cycles. Short segments
 * give some coupling by chance; compare segments of one length. Row: [channel][measure][phase freq][amplitude freq]. */
#include <math.h>
#include <string.h>

#include "series.h"
#include "wavelets.h"

static const char who[] = "phase_amplitude_coupling";
static const char *const measures[] = {"modulation_index", "mean_vector_length", NULL};
enum { MI, MVL, N_MEASURES };

typedef struct pac_params {
  bl_texts method;
  bl_reals phase_freqs, amplitude_freqs, phase_n_cycles, amplitude_n_cycles;
  int64_t n_bins;
  double padding;
} pac_params;

typedef struct pac_state {
  bl_series series; /* first: its slots take this state for theirs */
  const pac_params *params;
  bool asked[N_MEASURES];
  bl_wavelets phase, amplitude;
  size_t pad, reach;
} pac_state;

static const bl_opt opts[] = {
    BL_TEXTS(pac_params, method, "[modulation_index]", "measures: modulation_index, mean_vector_length"),
    {"phase_freqs", BL_OPT_REALS, offsetof(pac_params, phase_freqs), "[6]", 1e-9, 1e9, 0, NULL, "Hz",
     "of the slow rhythms, rising", NULL},
    {"amplitude_freqs", BL_OPT_REALS, offsetof(pac_params, amplitude_freqs), "[40]", 1e-9, 1e9, 0, NULL, "Hz",
     "of the fast rhythms, rising", NULL},
    {"phase_n_cycles", BL_OPT_REALS, offsetof(pac_params, phase_n_cycles), "5", 1e-6, 1e6, 0, NULL, "",
     "cycles in a wave of phase_freqs: one number, or one for each", NULL},
    {"amplitude_n_cycles", BL_OPT_REALS, offsetof(pac_params, amplitude_n_cycles), "5", 1e-6, 1e6, 0, NULL, "",
     "cycles in a wave of amplitude_freqs: one number, or one for each", NULL},
    BL_INT(pac_params, n_bins, "18", 2, 1000, "", "modulation_index: parts of the circle"),
    BL_REAL(pac_params, padding, "0", 0, 1e6, "s",
            "what is left out at both ends, where waves reach beyond the segment"),
    BL_OPT_END};

/* Waves as wavelets.h takes them, with what it looks at beside. */
typedef struct waves {
  bl_wavelets_params w;
} waves;
static const bl_opt wave_opts[] = {BL_WAVELETS_OPTS(waves, 0, "the frequencies"), BL_OPT_END};

static waves waves_of(const bl_reals *freqs, const bl_reals *n_cycles)
{
  return (waves){
      {.method = BL_WAVELETS_MORLET, .freqs = *freqs, .n_cycles = *n_cycles, .zero_mean = true, .time_bandwidth = 4}};
}

static bl_status check(bl_ctx *ctx, const pac_params *p, double rate_hz, bool asked[N_MEASURES])
{
  const waves slow = waves_of(&p->phase_freqs, &p->phase_n_cycles);
  const waves fast = waves_of(&p->amplitude_freqs, &p->amplitude_n_cycles);
  memset(asked, 0, N_MEASURES * sizeof *asked);
  for (size_t i = 0; i < p->method.n; i++) {
    size_t k = 0;
    while (measures[k] && strcmp(measures[k], p->method.v[i])) k++;
    if (!measures[k])
      return bl_fail(ctx, BL_E_CONFIG, "%s: method: unknown '%s'; there are modulation_index and mean_vector_length",
                     who, p->method.v[i]);
    asked[k] = true;
  }
  if (!p->method.n)
    return bl_fail(ctx, BL_E_CONFIG, "%s: method is empty; name at least one, as [modulation_index]", who);
  bl_status s = bl_wavelets_check(ctx, who, wave_opts, &slow, &slow.w, rate_hz);
  return s ? s : bl_wavelets_check(ctx, who, wave_opts, &fast, &fast.w, rate_hz);
}

static bl_status add_names(bl_ctx *ctx, const pac_params *p, const bl_stream *in, size_t channel, size_t measure,
                           bl_feature_names *out)
{
  char c[24];
  bl_status s = BL_OK;
  const char *unit = measure == MI ? "1" : bl_channel_unit(in, channel);
  for (size_t i = 0; i < p->phase_freqs.n; i++)
    for (size_t k = 0; !s && k < p->amplitude_freqs.n; k++) {
      char *bin = bl_strf(ctx, "%gHz-%gHz", p->phase_freqs.v[i], p->amplitude_freqs.v[k]);
      s = bin ? bl_feature_add(ctx, out, bl_channel_name(in, channel, c), bin, measures[measure], unit)
              : bl_fail_nomem(ctx, who);
      bl_free(ctx, bin);
    }
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const pac_params *p = params;
  bool asked[N_MEASURES];
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has %zu bins; it takes waveforms, before any spectrum", who,
                   in->n_bins);
  bl_status s = check(ctx, p, in->rate_hz, asked);
  for (size_t c = 0; c < in->n_channels; c++)
    for (size_t m = 0; !s && m < N_MEASURES; m++)
      if (asked[m]) s = add_names(ctx, p, in, c, m, out);
  return s;
}

/* One wave over n samples from x on. */
static void convolve(const bl_wavelet *w, const double *x, size_t n, double *re, double *im)
{
  for (size_t i = 0; i < n; i++) bl_wavelet_apply(w, x + i, &re[i], &im[i]);
}

/* The part of the circle, of n_bins, that each phase lies in. */
static void find_parts(const double *re, const double *im, size_t n, size_t n_bins, double *part)
{
  for (size_t i = 0; i < n; i++) {
    double turn = (atan2(im[i], re[i]) / 3.14159265358979323846 + 1) / 2 * (double)n_bins;
    part[i] = turn < (double)n_bins ? floor(turn) : (double)(n_bins - 1); /* 180 degrees are in the last part */
  }
}

static double modulation_index(const double *part, const double *a, size_t n, size_t n_bins, double *bins)
{
  double *count = bins + n_bins, total = 0, sum = 0;
  memset(bins, 0, 2 * n_bins * sizeof *bins);
  for (size_t i = 0; i < n; i++) {
    size_t k = (size_t)part[i];
    bins[k] += a[i];
    count[k]++;
  }
  for (size_t k = 0; k < n_bins; k++) total += bins[k] /= count[k];
  for (size_t k = 0; k < n_bins; k++)
    if (bins[k] != 0) sum += bins[k] / total * log(bins[k] / total);
  return 1 + sum / log((double)n_bins);
}

static double mean_vector_length(const double *re, const double *im, const double *a, size_t n)
{
  double x = 0, y = 0;
  for (size_t i = 0; i < n; i++) {
    double size = sqrt(re[i] * re[i] + im[i] * im[i]);
    x += a[i] * re[i] / size;
    y += a[i] * im[i] / size;
  }
  return sqrt(x * x + y * y) / (double)n;
}

static bl_status values(bl_ctx *ctx, bl_series *series, double *x, size_t n, double *out)
{
  pac_state *s = (pac_state *)(void *)series;
  const pac_params *p = s->params;
  size_t n_bins = (size_t)p->n_bins, slow = s->phase.n_freqs, fast = s->amplitude.n_freqs, left = n - 2 * s->pad;
  if (n <= 2 * s->pad + n_bins)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the segment has %zu samples; %zu or more are needed: take longer ones", who, n,
                   2 * s->pad + n_bins + 1);
  double *wide, *mi = s->asked[MI] ? out : NULL, *mvl = s->asked[MVL] ? out + (mi ? slow * fast : 0) : NULL;
  bl_status status = bl_series_room(ctx, series, n + 2 * s->reach + (2 + fast + 1) * left + 2 * n_bins, &wide);
  if (status) return status;
  double *re = wide + n + 2 * s->reach, *im = re + left, *a = im + left, *rest = a + fast * left, *bins = rest + left;
  memset(wide, 0, s->reach * sizeof *wide);
  memcpy(wide + s->reach, x, n * sizeof *x);
  memset(wide + s->reach + n, 0, s->reach * sizeof *wide);
  const double *first = wide + s->reach + s->pad;
  for (size_t k = 0; k < fast; k++) {
    double *of = a + k * left;
    convolve(&s->amplitude.v[k], first, left, of, rest);
    for (size_t i = 0; i < left; i++) of[i] = sqrt(of[i] * of[i] + rest[i] * rest[i]);
  }
  for (size_t i = 0; i < slow; i++) {
    convolve(&s->phase.v[i], first, left, re, im);
    if (mi) find_parts(re, im, left, n_bins, rest);
    for (size_t k = 0; k < fast; k++) {
      if (mi) *mi++ = modulation_index(rest, a + k * left, left, n_bins, bins);
      if (mvl) *mvl++ = mean_vector_length(re, im, a + k * left, left);
    }
  }
  return BL_OK;
}

static const bl_series_form form = {"phase_amplitude_coupling", NULL, NULL, 1, 2, values};

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  pac_state *s = state;
  const pac_params *p = s->params = params;
  const waves slow = waves_of(&p->phase_freqs, &p->phase_n_cycles);
  const waves fast = waves_of(&p->amplitude_freqs, &p->amplitude_n_cycles);
  s->pad = (size_t)floor(p->padding * in->rate_hz + 1e-9);
  bl_status status = check(ctx, p, in->rate_hz, s->asked);
  size_t n_values = (s->asked[MI] + (size_t)s->asked[MVL]) * slow.w.freqs.n * fast.w.freqs.n;
  if (!status) status = bl_series_init(ctx, &s->series, in, &form, n_values, params);
  if (!status) status = bl_wavelets_make(ctx, who, &slow.w, in->rate_hz, &s->phase);
  if (!status) status = bl_wavelets_make(ctx, who, &fast.w, in->rate_hz, &s->amplitude);
  s->reach = s->phase.reach > s->amplitude.reach ? s->phase.reach : s->amplitude.reach;
  return status;
}

static void release(bl_ctx *ctx, void *state)
{
  pac_state *s = state;
  bl_series_release(ctx, &s->series);
  bl_wavelets_release(ctx, &s->phase);
  bl_wavelets_release(ctx, &s->amplitude);
}

const bl_summary_class bl_summary_phase_amplitude_coupling = {
    .name = "phase_amplitude_coupling",
    .summary = "whether the amplitude of a fast rhythm goes with the phase of a slow one",
    .source = "Tort 2010 (modulation index), Canolty 2006 (mean vector length)",
    .opts = opts,
    .params_size = sizeof(pac_params),
    .state_size = sizeof(pac_state),
    .shape = shape,
    .init = init,
    .begin = bl_series_begin,
    .push = bl_series_push,
    .finish = bl_series_finish,
    .release = release,
};
