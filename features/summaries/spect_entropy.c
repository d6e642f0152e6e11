/* spect_entropy: entropy in bits of the spectrum of each channel, its powers taken as shares of their sum.
 *
 * antropy: over all bins. mne_features: the bin at 0 Hz counts in the sum of which the others are shares, but adds no
 * entropy of its own. normalize divides by log2 of the number of bins, the largest entropy that antropy's form can have.
 * A bin without power adds nothing; silence has no entropy: NaN and a warning. */
#include <math.h>

#include "series.h"
#include "spectral.h"

typedef struct spect_entropy_params {
  bl_psd_params psd;
  int convention;
  bool normalize;
} spect_entropy_params;

static const bl_opt opts[] = {
    BL_ENUM(spect_entropy_params, convention, "antropy", bl_peers, "antropy: of all bins; mne_features: 0 Hz left out"),
    BL_BOOL(spect_entropy_params, normalize, "false", "whether it is divided by log2 of the number of bins"),
    BL_PSD_OPTS(spect_entropy_params), BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_spectral *s, const double *psd, double *out)
{
  (void)ctx;
  const spect_entropy_params *p = s->params;
  size_t n = s->psd.plan.n_bins;
  double all = bl_bins_sum(psd, (bl_bins){0, n});
  *out = bl_entropy_bits(psd, n);
  if (p->convention == BL_MNE_FEATURES && psd[0] > 0) *out += psd[0] / all * log2(psd[0] / all);
  if (p->normalize) *out /= log2((double)n);
  return BL_OK;
}

static const bl_spectral_form form = {"spect_entropy", values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const spect_entropy_params *p = params;
  bl_psd_plan plan;
  bl_status s = bl_psd_shape(ctx, form.name, &p->psd, in, &plan);
  if (!s) s = bl_psd_refuse_idle(ctx, form.name, opts, params, p->psd.method);
  if (!s) s = bl_features_each(ctx, in, form.name, p->normalize ? "1" : "bit", out);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const spect_entropy_params *p = params;
  return bl_spectral_init(ctx, state, in, &form, 1, &p->psd, p);
}

const bl_summary_class bl_summary_spect_entropy = {
    .name = "spect_entropy",
    .summary = "entropy of the spectrum of each channel",
    .source = "Inouye and others 1991; antropy.spectral_entropy",
    .opts = opts,
    .params_size = sizeof(spect_entropy_params),
    .state_size = sizeof(bl_spectral),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = bl_spectral_finish,
    .release = bl_spectral_release,
};
