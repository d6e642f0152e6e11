/* spectral_connectivity_epochs: how steadily pairs of channels go together over epochs, as mne-connectivity's function of
 * that name.
 *
 * The measures (cross_spectrum.h) are of consistency over many short epochs: of one epoch they are 1 or nothing. A summary
 * sees one segment, so the epochs are parts of it: of window_s, one behind the other or overlapping, each freed of its mean;
 * a last part that is not full is left out. That is MNE's make_fixed_length_epochs of the segment, and one row of a segment
 * of 60 s holds what 60 epochs of 1 s say; what is steady from trial to trial of an experiment is another question, for
 * which a row would have to hold many trials. A segment with fewer than two epochs is refused: take
 * spectral_connectivity_time, which asks for steadiness from sample to sample inside one epoch.
 *
 * mode multitaper: all tapers of an epoch are summed up to one cross-spectrum (weights as in multitaper.h); fourier: one
 * symmetric Hann window. Bands hold the bins lo <= f <= hi; with faverage the measures are averaged over them, without each
 * bin is a column. Row: [measure][pair][band or bin]; of "A*B", what has a sign is positive where A leads. */
#include <math.h>
#include <string.h>

#include "connectivity.h"
#include "fft.h"
#include "moments.h"
#include "multitaper.h"
#include "turn.h"
#include "window.h"

static const char who[] = "spectral_connectivity_epochs";
static const char *const modes[] = {"multitaper", "fourier", NULL};
enum { MULTITAPER, FOURIER };

typedef struct con_params {
  bl_texts method;
  int mode;
  double window_s, overlap;
  bl_ranges bands;
  bool faverage;
  bl_multitaper_params tapers;
} con_params;

/* Lengths in samples; bins [first, behind) of an epoch's transform are those of any band. */
typedef struct epoch_plan {
  size_t n, hop, first, behind;
  double df_hz;
} epoch_plan;

typedef struct con_state {
  const con_params *params;
  bool asked[BL_N_CON];
  epoch_plan plan;
  size_t n_channels, filled;
  uint64_t n;    /* samples */
  double *epoch; /* [channel][n] */
  bl_multitaper tapers;
  bl_rfft64 fft;
  double *re, *im,
      *powers; /* spectra [taper][channel][bin of the bands]; what the adaptive weights take, thrown away */
  bl_con_bins *bins;
  bl_cross cross;
} con_state;

static const bl_opt opts[] = {
    BL_TEXTS(con_params, method, "[coh]",
             "measures: coh, cohy, imcoh, plv, ciplv, ppc, pli, pli2_unbiased, dpli, wpli, wpli2_debiased, psi"),
    BL_ENUM(con_params, mode, "multitaper", modes, "how an epoch's spectrum is made"),
    BL_REAL_ABOVE(con_params, window_s, "1", 0, 1e6, "s", "length of an epoch, a part of the segment"),
    {"overlap", BL_OPT_REAL, offsetof(con_params, overlap), "0", 0, 1, BL_OPT_OPEN_HI, NULL, "",
     "share of an epoch that the next one repeats; in samples it is rounded down", NULL},
    BL_RANGES(con_params, bands, "{theta: [4, 8], alpha: [8, 13], beta: [13, 30]}", 0, 1e9, "Hz",
              "names of the bands, with their lower and upper edge, both included"),
    BL_BOOL(con_params, faverage, "true", "whether measures are averaged over a band, or each bin of it is a column"),
    BL_MULTITAPER_OPTS(con_params, tapers),
    BL_OPT_END};

static bl_status check_options(bl_ctx *ctx, const con_params *p, const bl_stream *in, bool asked[BL_N_CON])
{
  static const char *const idle[] = {"bandwidth", "adaptive", "low_bias"};
  bl_status s = bl_con_find(ctx, who, &p->method, asked);
  for (size_t i = 0; !s && p->mode != MULTITAPER && i < 3; i++)
    s = bl_opts_refuse_idle(ctx, who, opts, p, idle[i], "mode: multitaper");
  if (s) return s;
  if (!p->bands.n) return bl_fail(ctx, BL_E_CONFIG, "%s: bands is empty; name at least one, as {alpha: [8, 13]}", who);
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has %zu bins; it makes its own spectra, from a waveform", who,
                   in->n_bins);
  if (in->n_channels < 2)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has one channel; it takes two or more, to compare them", who);
  return BL_OK;
}

/* Bins of band i, counted from 0 Hz; a millionth of a bin is rounding noise. */
static bl_status find_band(bl_ctx *ctx, const con_params *p, const bl_stream *in, const epoch_plan *plan, size_t i,
                           bl_con_bins *out)
{
  const bl_range *r = &p->bands.v[i];
  size_t n_bins = plan->n / 2 + 1;
  double a = ceil(r->lo / plan->df_hz - 1e-6), b = floor(r->hi / plan->df_hz + 1e-6) + 1, most = (double)n_bins;
  *out = (bl_con_bins){a < most ? (size_t)a : n_bins, b < most ? (size_t)b : n_bins, p->faverage ? r->name : NULL};
  if (out->first < out->behind) return BL_OK;
  return bl_fail(
      ctx, BL_E_RANGE,
      "%s: bands: %s (%g to %g Hz) holds no bin of the spectrum, which ends at %g Hz and has bins %g Hz apart; "
      "leave it out, or take a longer window_s",
      who, r->name, r->lo, r->hi, in->rate_hz / 2, plan->df_hz);
}

/* The plan, and the bands' bins, counted from plan->first. */
static bl_status make_plan(bl_ctx *ctx, const con_params *p, const bl_stream *in, epoch_plan *plan, bl_con_bins *bins)
{
  double n = rint(p->window_s * in->rate_hz);
  if (!(n >= 8 && n <= 1e8))
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: an epoch of %g s is %g samples at %g Hz; from 8 to 100000000 are possible; change "
                   "window_s",
                   who, p->window_s, n, in->rate_hz);
  size_t overlap = (size_t)floor(p->overlap * n + 1e-9);
  plan->n = (size_t)n;
  plan->hop = overlap < plan->n ? plan->n - overlap : 1;
  plan->df_hz = in->rate_hz / n;
  bl_status s = BL_OK;
  plan->first = plan->n;
  plan->behind = 0;
  for (size_t i = 0; !s && i < p->bands.n; i++) {
    s = find_band(ctx, p, in, plan, i, &bins[i]);
    if (bins[i].first < plan->first) plan->first = bins[i].first;
    if (bins[i].behind > plan->behind) plan->behind = bins[i].behind;
  }
  for (size_t i = 0; !s && i < p->bands.n; i++) {
    bins[i].first -= plan->first;
    bins[i].behind -= plan->first;
  }
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const con_params *p = params;
  bool asked[BL_N_CON];
  epoch_plan plan;
  bl_status s = check_options(ctx, p, in, asked);
  if (s) return s;
  double *hz = NULL;
  bl_con_bins *bins = bl_calloc(ctx, p->bands.n, sizeof *bins);
  s = bins ? make_plan(ctx, p, in, &plan, bins) : bl_fail_nomem(ctx, who);
  if (!s && !(hz = bl_calloc(ctx, plan.behind - plan.first, sizeof *hz))) s = bl_fail_nomem(ctx, who);
  for (size_t k = 0; !s && k < plan.behind - plan.first; k++) hz[k] = (double)(plan.first + k) * plan.df_hz;
  if (!s) s = bl_con_names_add(ctx, who, in, asked, bins, p->bands.n, hz, out);
  bl_free(ctx, bins);
  bl_free(ctx, hz);
  return s;
}

/* fourier: a single taper, numpy.hanning. */
static bl_status hann(bl_ctx *ctx, size_t n, bl_multitaper *m)
{
  *m = (bl_multitaper){.n = n, .n_bins = n / 2 + 1, .n_tapers = 1};
  m->tapers = bl_calloc(ctx, n, sizeof *m->tapers);
  m->ratios = bl_calloc(ctx, 1, sizeof *m->ratios);
  if (!m->tapers || !m->ratios) return bl_fail_nomem(ctx, who);
  bl_window_fill(BL_WINDOW_HANN, n, false, m->tapers);
  m->ratios[0] = 1;
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  con_state *s = state;
  const con_params *p = s->params = params;
  s->n_channels = in->n_channels;
  bl_status status = check_options(ctx, p, in, s->asked);
  if (status) return status;
  s->bins = bl_calloc(ctx, p->bands.n, sizeof *s->bins);
  if (!s->bins) return bl_fail_nomem(ctx, who);
  status = make_plan(ctx, p, in, &s->plan, s->bins);
  if (!status)
    status = p->mode == FOURIER
                 ? hann(ctx, s->plan.n, &s->tapers)
                 : bl_multitaper_init(ctx, who, &p->tapers, s->plan.n, s->plan.n, in->rate_hz, &s->tapers);
  if (status) return status;
  size_t width = s->plan.behind - s->plan.first, rows = s->tapers.n_tapers * s->n_channels;
  s->epoch = bl_calloc(ctx, s->plan.n, s->n_channels * sizeof *s->epoch);
  s->re = bl_calloc(ctx, rows, width * sizeof *s->re);
  s->im = bl_calloc(ctx, rows, width * sizeof *s->im);
  s->powers = bl_calloc(ctx, s->plan.n / 2 + 1, sizeof *s->powers);
  if (!s->epoch || !s->re || !s->im || !s->powers) return bl_fail_nomem(ctx, who);
  status = bl_rfft64_init(ctx, s->plan.n, &s->fft);
  return status ? status : bl_cross_init(ctx, who, s->n_channels, width, s->asked, &s->cross);
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  con_state *s = state;
  s->filled = 0;
  s->n = 0;
  bl_cross_begin(&s->cross);
  return BL_OK;
}

/* Spectra of all tapers of one channel; the adaptive weights look at all bins, the measures at those of the bands. */
static void transform(con_state *s, size_t channel)
{
  const double *x = s->epoch + channel * s->plan.n;
  size_t n = s->plan.n, width = s->plan.behind - s->plan.first, n_bins = n / 2 + 1;
  double mean = 0;
  for (size_t i = 0; i < n; i++) mean += x[i];
  mean /= (double)n;
  for (size_t t = 0; t < s->tapers.n_tapers; t++) {
    const double *w = s->tapers.tapers + t * n;
    for (size_t i = 0; i < n; i++) s->fft.in[i] = (x[i] - mean) * w[i];
    bl_rfft64_run(&s->fft);
    size_t at = (t * s->n_channels + channel) * width;
    memcpy(s->re + at, s->fft.re + s->plan.first, width * sizeof *s->re);
    memcpy(s->im + at, s->fft.im + s->plan.first, width * sizeof *s->im);
    if (!s->tapers.adaptive) continue;
    for (size_t k = 0; k < n_bins; k++) {
      double twice = k > 0 && 2 * k < n ? 2 : 1, re = s->fft.re[k], im = s->fft.im[k];
      s->tapers.powers[t * n_bins + k] = twice * (re * re + im * im);
    }
  }
}

/* The root of the share that taper t has in bin k of what is summed up. */
static double share(const bl_multitaper *m, size_t t, size_t k)
{
  double sum = 0;
  for (size_t i = 0; i < m->n_tapers; i++) {
    double w = m->adaptive ? m->weights[i * m->n_bins + k] : sqrt(m->ratios[i]);
    sum += w * w;
  }
  double w = m->adaptive ? m->weights[t * m->n_bins + k] : sqrt(m->ratios[t]);
  return sum > 0 ? w / sqrt(sum) : 0;
}

static void weigh(bl_ctx *ctx, con_state *s, size_t channel)
{
  size_t width = s->plan.behind - s->plan.first;
  if (s->tapers.adaptive) bl_multitaper_combine(ctx, who, &s->tapers, 0, s->powers);
  for (size_t t = 0; t < s->tapers.n_tapers; t++) {
    size_t at = (t * s->n_channels + channel) * width;
    double w = share(&s->tapers, t, s->plan.first);
    for (size_t k = 0; k < width; k++) {
      if (s->tapers.adaptive) w = share(&s->tapers, t, s->plan.first + k);
      s->re[at + k] *= w;
      s->im[at + k] *= w;
    }
  }
}

static void end_epoch(bl_ctx *ctx, con_state *s)
{
  size_t n = s->plan.n, width = s->plan.behind - s->plan.first;
  for (size_t c = 0; c < s->n_channels; c++) {
    transform(s, c);
    weigh(ctx, s, c);
  }
  bl_cross_add(&s->cross, 0, width, s->tapers.n_tapers, s->re, s->im, s->n_channels * width, width);
  s->cross.n++;
  s->filled = n - s->plan.hop;
  for (size_t c = 0; c < s->n_channels; c++)
    memmove(s->epoch + c * n, s->epoch + c * n + s->plan.hop, s->filled * sizeof *s->epoch);
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  con_state *s = state;
  while (n) {
    size_t room = s->plan.n - s->filled, take = n < room ? n : room;
    bl_turn_to_double(x, take, s->n_channels, s->epoch + s->filled, s->plan.n);
    x += take * s->n_channels;
    n -= take;
    s->n += take;
    s->filled += take;
    if (s->filled == s->plan.n) end_epoch(ctx, s);
  }
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  con_state *s = state;
  if (s->cross.n < 2)
    return bl_fail(
        ctx, BL_E_SHAPE,
        "%s: the segment has %llu samples, which is %llu epochs of %zu; steadiness over epochs needs two, and means "
        "little below ten: take longer segments, a smaller window_s, or spectral_connectivity_time",
        who, (unsigned long long)s->n, (unsigned long long)s->cross.n, s->plan.n);
  bl_con_row(&s->cross, s->asked, s->bins, s->params->bands.n, row);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *state)
{
  con_state *s = state;
  bl_free(ctx, s->epoch);
  bl_free(ctx, s->re);
  bl_free(ctx, s->im);
  bl_free(ctx, s->powers);
  bl_free(ctx, s->bins);
  bl_multitaper_release(ctx, &s->tapers);
  bl_rfft64_release(ctx, &s->fft);
  bl_cross_release(ctx, &s->cross);
}

const bl_summary_class bl_summary_spectral_connectivity_epochs = {
    .name = "spectral_connectivity_epochs",
    .summary = "how steadily pairs of channels go together over the epochs that a segment holds",
    .source = "mne_connectivity.spectral_connectivity_epochs",
    .opts = opts,
    .params_size = sizeof(con_params),
    .state_size = sizeof(con_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
