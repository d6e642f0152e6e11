/* spect_edge_freq: spectral edge: the lowest frequency up to which a share of the power of each channel lies.
 *
 * The first bin at which the running sum of the powers reaches `edge` times the sum up to ref_freq, both ends included.
 * Silence has none: NaN and a warning. Row: [channel][edge]. */
#include <math.h>
#include <stdio.h>

#include "baleen/text.h"
#include "spectral.h"

typedef struct spect_edge_freq_params {
  bl_psd_params psd;
  bl_reals edge;
  bl_word ref_freq;
} spect_edge_freq_params;

static const bl_opt opts[] = {
    BL_REALS(spect_edge_freq_params, edge, "[0.5]", 0, 1, "", "shares of the power, as 0.95"),
    BL_WORD(spect_edge_freq_params, ref_freq, "auto", bl_psd_auto, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "the whole is the power up to here, rounded up to a bin; auto: up to half the rate"),
    BL_PSD_OPTS(spect_edge_freq_params), BL_OPT_END};

/* How many bins make the whole. */
static size_t bins_of_whole(const spect_edge_freq_params *p, const bl_psd_plan *plan)
{
  if (p->ref_freq.word >= 0) return plan->n_bins;
  double last = ceil(p->ref_freq.real / plan->df_hz - 1e-6);
  return last + 1 < (double)plan->n_bins ? (size_t)last + 1 : plan->n_bins;
}

static bl_status values(bl_ctx *ctx, bl_spectral *s, const double *psd, double *out)
{
  (void)ctx;
  const spect_edge_freq_params *p = s->params;
  double whole = bl_bins_sum(psd, (bl_bins){0, bins_of_whole(p, &s->psd.plan)});
  for (size_t i = 0; i < p->edge.n; i++) {
    double sum = psd[0];
    size_t k = 0;
    while (k + 1 < s->psd.plan.n_bins && sum < p->edge.v[i] * whole) sum += psd[++k];
    out[i] = whole > 0 ? (double)k * s->psd.plan.df_hz : (double)NAN;
  }
  return BL_OK;
}

static const bl_spectral_form form = {"spect_edge_freq", values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const spect_edge_freq_params *p = params;
  bl_psd_plan plan;
  bl_status s = bl_psd_shape(ctx, form.name, &p->psd, in, &plan);
  if (!s) s = bl_psd_refuse_idle(ctx, form.name, opts, params, p->psd.method);
  char c[24], percent[32], what[48];
  if (!s && !p->edge.n) s = bl_fail(ctx, BL_E_CONFIG, "spect_edge_freq: edge is empty; name a share, as [0.95]");
  for (size_t i = 0; i < in->n_channels; i++)
    for (size_t k = 0; !s && k < p->edge.n; k++) {
      snprintf(what, sizeof what, "edge%s_freq", bl_format_real(100 * p->edge.v[k], percent));
      s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), NULL, what, "Hz");
    }
  return s;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const spect_edge_freq_params *p = params;
  return bl_spectral_init(ctx, state, in, &form, p->edge.n, &p->psd, p);
}

const bl_summary_class bl_summary_spect_edge_freq = {
    .name = "spect_edge_freq",
    .summary = "frequency up to which a share of the power of each channel lies",
    .source = "Mormann and others 2007; mne_features.univariate.compute_spect_edge_freq",
    .opts = opts,
    .params_size = sizeof(spect_edge_freq_params),
    .state_size = sizeof(bl_spectral),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = bl_spectral_finish,
    .release = bl_spectral_release,
};
