/* log_bands: triangles even over the logarithm of frequency: a constant-Q spectrum of FFT bins.
 * power spectrum [frame][channel][bin] -> [frame][channel][n_bins].
 *
 * Band k peaks at fmin 2^(k / bins_per_octave), the names and defaults of librosa.cqt, and reaches to the peaks beside it.
 * Below about bins_per_octave times the distance of two frequencies of the spectrum, bands are narrower than that and
 * some hold no bin; n_fft has to suit fmin. See bands.h. Bins "log_<k>" at the peaks. */
#include "bands.h"
#include "stage_util.h"

typedef struct params {
  int64_t n_bins, bins_per_octave;
  double fmin;
  int norm, triangles;
} params;

static const bl_opt opts[] = {
    BL_INT(params, n_bins, "84", 1, 4096, "", "how many bands"),
    BL_INT(params, bins_per_octave, "12", 1, 960, "", "bands from a frequency to twice that frequency"),
    BL_REAL_ABOVE(params, fmin, "32.703195662574829", 0, 1e9, "Hz", "peak of the first band; C1"),
    BL_ENUM(params, norm, "none", bl_band_norms,
            "none: filters of height 1; slaney: of equal area; 1, 2, inf: of equal vector norm"),
    BL_ENUM(params, triangles, "scale", bl_band_shapes,
            "what their sides are straight lines over: Hz, or octaves (scale)"),
    BL_OPT_END,
};

static bl_bands_spec spec_of(const params *p)
{
  return (bl_bands_spec){.who = "log_bands",
                         .prefix = "log_",
                         .scale = BL_SCALE_OCTAVE,
                         .shape = p->triangles,
                         .n = (size_t)p->n_bins,
                         .fmin = p->fmin * exp2(-1 / (double)p->bins_per_octave),
                         .fmax = p->fmin * exp2((double)p->n_bins / (double)p->bins_per_octave),
                         .norm = p->norm};
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  bl_bands_spec spec = spec_of(pp);
  return bl_bands_shape(ctx, &spec, in, out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  bl_bands_spec spec = spec_of(pp);
  (void)out;
  return bl_bands_start(ctx, &spec, in, sp);
}

const bl_stage_class bl_stage_log_bands = {
    .name = "log_bands",
    .summary = "Constant-Q bands on a power spectrum",
    .source = "librosa.cqt, for names",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_bands_state),
    .shape = shape,
    .init = init,
    .push = bl_bands_push,
    .release = bl_bands_release,
    .warm_up = bl_memoryless,
};
