/* aperiodic: the slope of the spectrum of each channel without its peaks, and the peaks: fooof's model (aperiodic.h).
 *
 * Row: [channel][offset, exponent, with aperiodic_mode knee the knee, squared correlation of model and spectrum, their mean
 * distance in log10, number of peaks; then of each band of `bands` frequency, power over the slope and bandwidth of the
 * highest peak in it]. A band without a peak has power 0, and NaN for the other two; a spectrum with a power of 0 has NaN
 * throughout; both with a warning. Bins should be half as wide as the narrowest peak: take window_s of 2 or more. */
#include "aperiodic.h"

#include <math.h>

#include "spectral.h"
#include "unit.h"

typedef struct aperiodic_params {
  bl_psd_params psd;
  bl_aperiodic_params fit;
  double fmin, fmax;
  bl_ranges bands;
} aperiodic_params;

typedef struct aperiodic_state {
  bl_spectral spectral; /* first: values() is given this one */
  bl_aperiodic fit;
  bl_bins bins;
} aperiodic_state;

/* clang-format off */
static const bl_opt opts[] = {
    BL_REAL(aperiodic_params, fmin, "1", 0, 1e9, "Hz", "lower end of the range that is fitted; 0 Hz itself is left out"),
    BL_REAL_ABOVE(aperiodic_params, fmax, "40", 0, 1e9, "Hz", "upper end"),
    {"aperiodic_mode", BL_OPT_ENUM, offsetof(aperiodic_params, fit.aperiodic_mode), "fixed", 0, 0, 0,
     bl_aperiodic_modes, "", "fixed: a straight line in logarithms; knee: one that bends at low frequencies", NULL},
    {"peak_width_limits", BL_OPT_REALS, offsetof(aperiodic_params, fit.peak_width_limits), "[0.5, 12]", 0, 1e9,
     BL_OPT_OPEN_LO, NULL, "Hz", "least and largest bandwidth of a peak", NULL},
    {"max_n_peaks", BL_OPT_INT, offsetof(aperiodic_params, fit.max_n_peaks), "40", 0, BL_APERIODIC_PEAKS, 0, NULL, "",
     "how many peaks are looked for at most", NULL},
    {"min_peak_height", BL_OPT_REAL, offsetof(aperiodic_params, fit.min_peak_height), "0", 0, 1e9, 0, NULL, "",
     "least height of a peak over the slope, in log10 of power", NULL},
    {"peak_threshold", BL_OPT_REAL, offsetof(aperiodic_params, fit.peak_threshold), "2", 0, 1e9, 0, NULL, "",
     "the same in standard deviations of what lies over the slope", NULL},
    BL_RANGES(aperiodic_params, bands, NULL, 0, 1e9, "Hz", "bands whose highest peak is told; empty: none"),
    BL_PSD_OPTS(aperiodic_params),
    BL_OPT_END};
/* clang-format on */

static const char *const slope_what[] = {"aperiodic_offset", "aperiodic_exponent", "aperiodic_knee",
                                         "fit_r_squared",    "fit_error",          "n_peaks"};
static const char *const slope_units[] = {"log10 %s^2/Hz", "1", "Hz^exponent", "1", "1", "1"};
static const char *const peak_what[] = {"peak_freq", "peak_power", "peak_bandwidth"};
static const char *const peak_units[] = {"Hz", "1", "Hz"};
enum { KNEE = 2, N_SLOPE = 6, N_PEAK = 3 };

/* The highest peak in a band, or NULL. */
static const bl_spectral_peak *highest(const bl_aperiodic *a, const bl_range *band)
{
  const bl_spectral_peak *best = NULL;
  for (size_t k = 0; k < a->n_peaks; k++) {
    const bl_spectral_peak *peak = &a->peaks[k];
    if (peak->freq >= band->lo && peak->freq <= band->hi && (!best || peak->power > best->power)) best = peak;
  }
  return best;
}

static bl_status values(bl_ctx *ctx, bl_spectral *spectral, const double *psd, double *out)
{
  aperiodic_state *s = (aperiodic_state *)spectral;
  const aperiodic_params *p = spectral->params;
  bl_aperiodic *a = &s->fit;
  bl_status status = bl_aperiodic_fit(ctx, a, &p->fit, psd + s->bins.first, s->bins.first,
                                      s->bins.behind - s->bins.first, spectral->psd.plan.df_hz);
  if (status) return status;
  bool undefined = isnan(a->offset);
  const double slope[N_SLOPE] = {a->offset,    a->exponent, a->knee,
                                 a->r_squared, a->error,    undefined ? (double)NAN : (double)a->n_peaks};
  for (size_t i = 0; i < N_SLOPE; i++)
    if (i != KNEE || p->fit.aperiodic_mode == BL_KNEE) *out++ = slope[i];
  for (size_t i = 0; i < p->bands.n; i++) {
    const bl_spectral_peak *peak = highest(a, &p->bands.v[i]);
    *out++ = peak ? peak->freq : (double)NAN;
    *out++ = peak ? peak->power : undefined ? (double)NAN : 0;
    *out++ = peak ? peak->bandwidth : (double)NAN;
  }
  return BL_OK;
}

static const bl_spectral_form form = {"aperiodic", values};

static bl_status add_names(bl_ctx *ctx, const aperiodic_params *p, const bl_stream *in, size_t channel,
                           bl_feature_names *out)
{
  bl_status s = BL_OK;
  char c[24];
  const char *name = bl_channel_name(in, channel, c);
  for (size_t i = 0; !s && i < N_SLOPE; i++) {
    if (i == KNEE && p->fit.aperiodic_mode != BL_KNEE) continue;
    char *unit = bl_unit_fill(ctx, slope_units[i], bl_channel_unit(in, channel));
    s = unit ? bl_feature_add(ctx, out, name, NULL, slope_what[i], unit) : bl_fail_nomem(ctx, "aperiodic: names");
    bl_free(ctx, unit);
  }
  for (size_t i = 0; i < p->bands.n; i++)
    for (size_t j = 0; !s && j < N_PEAK; j++)
      s = bl_feature_add(ctx, out, name, p->bands.v[i].name, peak_what[j], peak_units[j]);
  return s;
}

static bl_status find_bins(bl_ctx *ctx, const aperiodic_params *p, const bl_psd_plan *plan, bl_bins *bins)
{
  const bl_reals *limits = &p->fit.peak_width_limits;
  if (limits->n != 2 || !(limits->v[0] < limits->v[1]))
    return bl_fail(ctx, BL_E_CONFIG, "aperiodic: peak_width_limits takes two ascending numbers, as in [0.5, 12]");
  return bl_bins_need(ctx, form.name, "fmin, fmax", plan, p->fmin, p->fmax, 8, bins);
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const aperiodic_params *p = params;
  bl_psd_plan plan;
  bl_bins bins;
  bl_status s = bl_psd_shape(ctx, form.name, &p->psd, in, &plan);
  if (!s) s = bl_psd_refuse_idle(ctx, form.name, opts, params, p->psd.method);
  if (!s) s = find_bins(ctx, p, &plan, &bins);
  for (size_t c = 0; !s && c < in->n_channels; c++) s = add_names(ctx, p, in, c, out);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const aperiodic_params *p = params;
  aperiodic_state *s = state;
  size_t n_values = (p->fit.aperiodic_mode == BL_KNEE ? N_SLOPE : N_SLOPE - 1) + N_PEAK * p->bands.n;
  bl_status status = bl_spectral_init(ctx, &s->spectral, in, &form, n_values, &p->psd, p);
  if (!status) status = find_bins(ctx, p, &s->spectral.psd.plan, &s->bins);
  return status ? status : bl_aperiodic_init(ctx, s->bins.behind - s->bins.first, &s->fit);
}

static void release(bl_ctx *ctx, void *state)
{
  aperiodic_state *s = state;
  bl_spectral_release(ctx, &s->spectral);
  bl_aperiodic_release(ctx, &s->fit);
}

const bl_summary_class bl_summary_aperiodic = {
    .name = "aperiodic",
    .summary = "slope of the spectrum of each channel without its peaks, and the peaks",
    .source =
        "Donoghue and others 2020, Parameterizing neural power spectra into periodic and aperiodic components; fooof",
    .opts = opts,
    .params_size = sizeof(aperiodic_params),
    .state_size = sizeof(aperiodic_state),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = bl_spectral_finish,
    .release = release,
};
