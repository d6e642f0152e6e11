/* hjorth_spect: Hjorth mobility and complexity from the spectrum: its second and fourth moment, of each channel.
 *
 * The sum over the bins of power times f^2, and times f^4, as mne-features has it; normalize divides both by the sum of the
 * powers (then NaN and a warning for silence). The time domain's form, which takes roots and ratios: hjorth. */

#include "spectral.h"

typedef struct hjorth_spect_params {
  bl_psd_params psd;
  bool normalize;
} hjorth_spect_params;

static const bl_opt opts[] = {
    BL_BOOL(hjorth_spect_params, normalize, "false", "whether both are divided by the sum of the powers"),
    BL_PSD_OPTS(hjorth_spect_params), BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_spectral *s, const double *psd, double *out)
{
  (void)ctx;
  const hjorth_spect_params *p = s->params;
  size_t n = s->psd.plan.n_bins;
  double all = p->normalize ? bl_bins_sum(psd, (bl_bins){0, n}) : 1;
  out[0] = out[1] = 0;
  for (size_t k = 0; k < n; k++) {
    double square = (double)k * s->psd.plan.df_hz * (double)k * s->psd.plan.df_hz;
    out[0] += psd[k] * square / all;
    out[1] += psd[k] * square * square / all;
  }
  return BL_OK;
}

static const char *const what[] = {"hjorth_mobility_spect", "hjorth_complexity_spect"};
static const char *const units[] = {"%s^2 Hz", "%s^2 Hz^3"}, *const shares[] = {"Hz^2", "Hz^4"};

static const bl_spectral_form form = {"hjorth_spect", values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const hjorth_spect_params *p = params;
  bl_psd_plan plan;
  bl_status s = bl_psd_shape(ctx, form.name, &p->psd, in, &plan);
  if (!s) s = bl_psd_refuse_idle(ctx, form.name, opts, params, p->psd.method);
  return s ? s : bl_features_each_of(ctx, in, what, p->normalize ? shares : units, 2, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const hjorth_spect_params *p = params;
  return bl_spectral_init(ctx, state, in, &form, 2, &p->psd, p);
}

const bl_summary_class bl_summary_hjorth_spect = {
    .name = "hjorth_spect",
    .summary = "mobility and complexity from the spectrum of each channel",
    .source = "Mormann and others 2007; mne_features.univariate.compute_hjorth_mobility_spect",
    .opts = opts,
    .params_size = sizeof(hjorth_spect_params),
    .state_size = sizeof(bl_spectral),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = bl_spectral_finish,
    .release = bl_spectral_release,
};
