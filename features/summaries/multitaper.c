/* multitaper: the power spectral density of the segment by several tapers, one number a channel and frequency; see psd.h
 * and multitaper.h for the conventions.
 *
 * A part is window_s long: as long as the epochs, and the spectrum is that of mne.time_frequency.psd_array_multitaper;
 * shorter, and the spectra of overlapping parts are averaged. normalization as there: length gives u^2 (the density times
 * the sampling rate), full u^2/Hz. Row: [channel][bin]. */
#include "spectral.h"

static const char *const normalizations[] = {"length", "full", NULL};
enum { LENGTH, FULL };

typedef struct multitaper_params {
  bl_psd_params psd;
  int normalization;
} multitaper_params;

typedef struct multitaper_state {
  bl_psd psd;
  bl_psd_params params; /* with the method set, which is no option here */
  double factor;        /* from density to what is wanted */
} multitaper_state;

static const bl_opt opts[] = {
    BL_MULTITAPER_OPTS(multitaper_params, psd.multitaper), BL_PSD_PART_OPTS(multitaper_params),
    BL_PSD_SHORT_OPT(multitaper_params),
    BL_ENUM(multitaper_params, normalization, "length", normalizations, "density times the rate, or density"),
    BL_OPT_END};

static bl_psd_params of_tapers(const multitaper_params *p)
{
  bl_psd_params psd = p->psd;
  psd.method = BL_PSD_MULTITAPER;
  return psd;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const multitaper_params *p = params;
  const bl_psd_params psd = of_tapers(p);
  bl_psd_plan plan;
  bl_status s = bl_psd_shape(ctx, "multitaper", &psd, in, &plan);
  return s ? s : bl_psd_names(ctx, &plan, in, p->normalization == FULL ? "%s^2/Hz" : "%s^2", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const multitaper_params *p = params;
  multitaper_state *s = state;
  s->params = of_tapers(p);
  s->factor = p->normalization == FULL ? 1 : in->rate_hz;
  return bl_psd_init(ctx, "multitaper", &s->params, in, &s->psd);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  multitaper_state *s = state;
  bl_status status = bl_psd_finish(ctx, &s->psd);
  for (size_t k = 0; !status && k < s->psd.n_channels * s->psd.plan.n_bins; k++)
    row[k] = (float)(s->factor * s->psd.psd[k]);
  return status;
}

static void release(bl_ctx *ctx, void *state) { bl_psd_release(ctx, &((multitaper_state *)state)->psd); }

const bl_summary_class bl_summary_multitaper = {
    .name = "multitaper",
    .summary = "power spectral density of each channel by several tapers",
    .source = "Thomson 1982; mne.time_frequency.psd_array_multitaper",
    .opts = opts,
    .params_size = sizeof(multitaper_params),
    .state_size = sizeof(multitaper_state),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = finish,
    .release = release,
};
