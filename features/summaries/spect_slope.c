/* spect_slope: straight line through the decadic logarithm of the spectrum over that of the frequency, of each channel.
 *
 * Over the bins from fmin to fmax, both included. Row: [channel][intercept, slope, MSE, R2]: MSE is the mean of the squared
 * distances from the line, R2 one less their variance over that of the logarithms. A bin without power has no logarithm:
 * NaN and a warning. Peaks pull at the line; a fit that leaves them out: aperiodic. */
#include <math.h>

#include "spectral.h"

typedef struct spect_slope_params {
  bl_psd_params psd;
  double fmin, fmax;
} spect_slope_params;

static const bl_opt opts[] = {BL_REAL_ABOVE(spect_slope_params, fmin, "0.1", 0, 1e9, "Hz", "lower end of the line"),
                              BL_REAL_ABOVE(spect_slope_params, fmax, "50", 0, 1e9, "Hz", "upper end of the line"),
                              BL_PSD_OPTS(spect_slope_params), BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_spectral *s, const double *psd, double *out)
{
  (void)ctx;
  const spect_slope_params *p = s->params;
  const bl_psd_plan *plan = &s->psd.plan;
  bl_bins b = bl_bins_between(plan, bl_above_zero_hz(plan, p->fmin), p->fmax, true);
  bl_line v = bl_bins_line(psd, b, plan->df_hz, log10);
  double slope = v.xy / v.xx, rest = v.yy - slope * v.xy;
  out[0] = v.y - slope * v.x;
  out[1] = slope;
  out[2] = rest / v.n;
  out[3] = 1 - rest / v.yy;
  return BL_OK;
}

static const char *const what[] = {"spect_intercept", "spect_slope", "spect_MSE", "spect_R2"};
static const char *const units[] = {"log10 %s^2/Hz", "1", "1", "1"};

static const bl_spectral_form form = {"spect_slope", values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const spect_slope_params *p = params;
  bl_psd_plan plan;
  bl_status s = bl_psd_shape(ctx, form.name, &p->psd, in, &plan);
  if (!s) s = bl_psd_refuse_idle(ctx, form.name, opts, params, p->psd.method);
  bl_bins b;
  if (!s) s = bl_bins_need(ctx, form.name, "fmin, fmax", &plan, bl_above_zero_hz(&plan, p->fmin), p->fmax, 3, &b);
  return s ? s : bl_features_each_of(ctx, in, what, units, 4, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const spect_slope_params *p = params;
  return bl_spectral_init(ctx, state, in, &form, 4, &p->psd, p);
}

const bl_summary_class bl_summary_spect_slope = {
    .name = "spect_slope",
    .summary = "straight line through the logarithm of the spectrum of each channel",
    .source = "Demanuele and others 2007; mne_features.univariate.compute_spect_slope",
    .opts = opts,
    .params_size = sizeof(spect_slope_params),
    .state_size = sizeof(bl_spectral),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = bl_spectral_finish,
    .release = bl_spectral_release,
};
