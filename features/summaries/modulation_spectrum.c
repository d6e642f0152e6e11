/* modulation_spectrum: how strongly each channel and bin changes at which rate: the power spectral density of its course over
 * the segment's frames (psd.h, as welch of a waveform), up to f_max. Of a stream of band levels it is the temporal
 * modulation spectrum: a trill of eight syllables a second shows at 8 Hz.
 *
 * Row: [channel][bin][modulation frequency]; names end in the frequency, as "440Hz.8Hz.modulation". */
#include <math.h>
#include <stdio.h>

#include "moments.h"
#include "spectral.h"
#include "unit.h"

typedef struct modulation_params {
  bl_psd_params psd;
  bl_word f_max;
} modulation_params;

typedef struct modulation_state {
  bl_psd psd;
  size_t kept; /* of the frequencies */
} modulation_state;

static const char *const all[] = {"auto", NULL};

static const bl_opt opts[] = {BL_PSD_PART_OPTS(modulation_params), BL_PSD_SHORT_OPT(modulation_params),
                              BL_PSD_WELCH_OPTS(modulation_params),
                              BL_WORD(modulation_params, f_max, "auto", all, 0, 1e9, 0, "Hz",
                                      "highest modulation frequency given; auto: half the rate of frames"),
                              BL_OPT_END};

/* Each bin is a channel to the spectrum. */
static bl_stream courses(const bl_stream *in)
{
  return (bl_stream){
      .rate_hz = in->rate_hz, .source_rate_hz = in->rate_hz, .n_channels = bl_stream_width(in), .n_bins = 1};
}

static size_t kept_of(const modulation_params *p, const bl_psd_plan *plan)
{
  if (p->f_max.word >= 0) return plan->n_bins;
  double most = floor(p->f_max.real / plan->df_hz + 1e-9) + 1; /* a billionth: 0.3 / 0.1 is less than 3 */
  return most < (double)plan->n_bins ? (size_t)most : plan->n_bins;
}

static bl_status name_bin(bl_ctx *ctx, const bl_stream *in, size_t channel, size_t bin, const bl_psd_plan *plan,
                          size_t kept, const char *unit, bl_feature_names *out)
{
  char c[24], b[BL_BIN_NAME], what[64];
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < kept; k++) {
    double hz = (double)k * plan->df_hz;
    snprintf(what, sizeof what, "%.10gHz.modulation", rint(hz * 1e6) / 1e6);
    s = bl_feature_add(ctx, out, bl_channel_name(in, channel, c), bl_bin_name(in, bin, b), what, unit);
  }
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const modulation_params *p = params;
  bl_psd_plan plan;
  bl_stream flat = courses(in);
  bl_status s = bl_psd_shape(ctx, "modulation_spectrum", &p->psd, &flat, &plan);
  for (size_t i = 0; !s && i < in->n_channels; i++) {
    char *unit = bl_unit_fill(ctx, "%s^2/Hz", bl_channel_unit(in, i));
    if (!unit) s = bl_fail_nomem(ctx, "the units of features");
    for (size_t b = 0; !s && b < in->n_bins; b++) s = name_bin(ctx, in, i, b, &plan, kept_of(p, &plan), unit, out);
    bl_free(ctx, unit);
  }
  return s;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const modulation_params *p = params;
  modulation_state *s = state;
  bl_stream flat = courses(in);
  bl_status status = bl_psd_init(ctx, "modulation_spectrum", &p->psd, &flat, &s->psd);
  s->kept = kept_of(p, &s->psd.plan);
  return status;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  modulation_state *s = state;
  bl_status status = bl_psd_finish(ctx, &s->psd);
  for (size_t i = 0; !status && i < s->psd.n_channels; i++)
    for (size_t k = 0; k < s->kept; k++) row[i * s->kept + k] = (float)s->psd.psd[i * s->psd.plan.n_bins + k];
  return status;
}

static void release(bl_ctx *ctx, void *state) { bl_psd_release(ctx, &((modulation_state *)state)->psd); }

const bl_summary_class bl_summary_modulation_spectrum = {
    .name = "modulation_spectrum",
    .summary = "power spectrum of the course of each channel and bin over time",
    .source = "scipy.signal.welch",
    .opts = opts,
    .params_size = sizeof(modulation_params),
    .state_size = sizeof(modulation_state),
    .shape = shape,
    .init = init,
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = finish,
    .release = release,
};
