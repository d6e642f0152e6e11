/* welch: the power spectral density of the segment, one number a channel and frequency; see psd.h for the convention.
 *
 * density: u^2/Hz; spectrum: u^2, which a sine of amplitude A on a bin gives as A^2/2. Row: [channel][bin]. */
#include "spectral.h"

static const char *const scalings[] = {"density", "spectrum", NULL};
enum { DENSITY, SPECTRUM };

typedef struct welch_params {
  bl_psd_params psd;
  int scaling;
} welch_params;

typedef struct welch_state {
  bl_psd psd;
  int scaling;
} welch_state;

static const bl_opt opts[] = {
    BL_PSD_PART_OPTS(welch_params), BL_PSD_SHORT_OPT(welch_params), BL_PSD_WELCH_OPTS(welch_params),
    BL_ENUM(welch_params, scaling, "density", scalings, "power per Hz, or power"), BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const welch_params *p = params;
  bl_psd_plan plan;
  bl_status s = bl_psd_shape(ctx, "welch", &p->psd, in, &plan);
  return s ? s : bl_psd_names(ctx, &plan, in, p->scaling == DENSITY ? "%s^2/Hz" : "%s^2", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const welch_params *p = params;
  welch_state *s = state;
  s->scaling = p->scaling;
  return bl_psd_init(ctx, "welch", &p->psd, in, &s->psd);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  welch_state *s = state;
  bl_status status = bl_psd_finish(ctx, &s->psd);
  double factor = s->scaling == DENSITY ? 1 : s->psd.noise_bandwidth_hz;
  for (size_t k = 0; !status && k < s->psd.n_channels * s->psd.plan.n_bins; k++)
    row[k] = (float)(factor * s->psd.psd[k]);
  return status;
}

static void release(bl_ctx *ctx, void *state) { bl_psd_release(ctx, &((welch_state *)state)->psd); }

const bl_summary_class bl_summary_welch = {
    .name = "welch",
    .summary = "power spectral density of each channel",
    .source = "scipy.signal.welch",
    .opts = opts,
    .params_size = sizeof(welch_params),
    .state_size = sizeof(welch_state),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = finish,
    .release = release,
};
