/* peak_freq: where in a band the spectrum of each channel is highest, by default the peak alpha frequency.
 *
 * maximum: the frequency of the bin with most power, of equal ones the lowest; cog: the centre of gravity, the mean of the
 * frequencies weighted by their powers, which does not jump from bin to bin and needs no clear peak (Klimesch 1999). Bins
 * from fmin to fmax, both included. A band without power has neither: NaN and a warning. */
#include <math.h>

#include "spectral.h"

typedef struct peak_freq_params {
  bl_psd_params psd;
  double fmin, fmax;
  int method;
} peak_freq_params;

static const char *const methods[] = {"maximum", "cog", NULL};
enum { MAXIMUM, COG };

static const bl_opt opts[] = {
    BL_REAL(peak_freq_params, fmin, "8", 0, 1e9, "Hz", "lower end of the band"),
    BL_REAL_ABOVE(peak_freq_params, fmax, "13", 0, 1e9, "Hz", "upper end of the band"),
    BL_ENUM(peak_freq_params, method, "maximum", methods, "the strongest bin, or the centre of gravity"),
    BL_PSD_OPTS(peak_freq_params), BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_spectral *s, const double *psd, double *out)
{
  (void)ctx;
  const peak_freq_params *p = s->params;
  bl_bins b = bl_bins_between(&s->psd.plan, p->fmin, p->fmax, true);
  double sum = bl_bins_sum(psd, b), weighted = 0;
  size_t best = b.first;
  for (size_t k = b.first; k < b.behind; k++) {
    weighted += (double)k * psd[k];
    if (psd[k] > psd[best]) best = k;
  }
  double bin = p->method == COG ? weighted / sum : (double)best;
  *out = sum > 0 ? bin * s->psd.plan.df_hz : (double)NAN;
  return BL_OK;
}

static const bl_spectral_form form = {"peak_freq", values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const peak_freq_params *p = params;
  bl_psd_plan plan;
  bl_status s = bl_psd_shape(ctx, form.name, &p->psd, in, &plan);
  if (!s) s = bl_psd_refuse_idle(ctx, form.name, opts, params, p->psd.method);
  bl_bins b;
  if (!s) s = bl_bins_need(ctx, form.name, "fmin, fmax", &plan, p->fmin, p->fmax, 2, &b);
  return s ? s : bl_features_each(ctx, in, p->method == COG ? "cog_freq" : form.name, "Hz", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const peak_freq_params *p = params;
  return bl_spectral_init(ctx, state, in, &form, 1, &p->psd, p);
}

const bl_summary_class bl_summary_peak_freq = {
    .name = "peak_freq",
    .summary = "frequency in a band at which each channel has most power",
    .source = "Klimesch 1999",
    .opts = opts,
    .params_size = sizeof(peak_freq_params),
    .state_size = sizeof(bl_spectral),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = bl_spectral_finish,
    .release = bl_spectral_release,
};
