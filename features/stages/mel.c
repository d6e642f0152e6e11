/* mel: filters even on the mel scale. power spectrum [frame][channel][bin] -> [frame][channel][n_mels].
 *
 * librosa's filters: n_mels + 2 points even in mel from fmin to fmax; filter i is the triangle, linear in Hz, over
 * points i, i + 1, i + 2; norm slaney multiplies it by 2 / (f[i + 2] - f[i]), so that each has the same area.
 * Scales: Slaney (Auditory Toolbox, 1998), linear below 1000 Hz, logarithmic above; HTK, 2595 log10(1 + f / 700). HTK's
 * own filters: htk: true, norm: none, triangles: scale; those of python_speech_features: triangles: bins. See bands.h.
 * append_energy puts the frame's energy behind the bands, which the stage dct takes in the place of c0. Bins "mel_<i>"
 * at the triangles' peaks. output centroid: the centre of gravity of each band, sum w f x / sum w x, in Hz, the spectral
 * subband centroids of python_speech_features (ssc, which counts the frequency of bin k as 1 + k (rate / 2 - 1) / (bins -
 * 1) Hz: up to 1 Hz more); where there is no power, that of a flat spectrum, as there. */
#include "bands.h"
#include "stage_util.h"

typedef struct params {
  int64_t n_mels;
  double fmin;
  bl_word fmax;
  bool htk, append_energy;
  int norm, triangles, output;
} params;

enum { SUM, CENTROID };
static const char *const outputs[] = {"sum", "centroid", NULL};

static const bl_opt opts[] = {
    BL_INT(params, n_mels, "128", 1, 4096, "", "how many filters"),
    BL_REAL(params, fmin, "0", 0, 1e9, "Hz", "lower end of the first filter"),
    {"fmax", BL_OPT_WORD, offsetof(params, fmax), "auto", 0, 1e9, BL_OPT_OPEN_LO, bl_band_fmax_auto, "Hz",
     "upper end of the last filter; auto: half the sampling rate", NULL},
    BL_BOOL(params, htk, "false", "HTK's mel scale; false: Slaney's"),
    BL_ENUM(params, norm, "slaney", bl_band_norms,
            "slaney: all filters of equal area; none: of equal height 1; 1, 2, inf: of equal vector norm"),
    BL_ENUM(params, triangles, "hz", bl_band_shapes,
            "what their sides are straight lines over: Hz, mel (scale), or whole bins of the spectrum"),
    BL_BOOL(params, append_energy, "false", "one more bin behind the bands: the sum of the spectrum"),
    BL_ENUM(params, output, "sum", outputs, "of each band: its weighted sum, or its centre of gravity in Hz"),
    BL_OPT_END,
};

static bl_bands_spec spec_of(const params *p)
{
  return (bl_bands_spec){.who = "mel",
                         .prefix = "mel_",
                         .scale = p->htk ? BL_SCALE_MEL_HTK : BL_SCALE_MEL_SLANEY,
                         .shape = p->triangles,
                         .norm = p->norm,
                         .n = (size_t)p->n_mels,
                         .fmin = p->fmin,
                         .fmax = p->fmax.word == 0 ? 0 : p->fmax.real,
                         .append_energy = p->append_energy,
                         .centroids = p->output == CENTROID};
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_bands_spec spec = spec_of(p);
  bl_status s = BL_OK;
  if (p->output == CENTROID) s = bl_opts_refuse_idle(ctx, "mel", opts, pp, "append_energy", "output: sum");
  if (!s) s = bl_bands_shape(ctx, &spec, in, out);
  return s || p->output == SUM ? s : bl_stream_set_units(ctx, out, "Hz");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  bl_bands_spec spec = spec_of(pp);
  (void)out;
  return bl_bands_start(ctx, &spec, in, sp);
}

const bl_stage_class bl_stage_mel = {
    .name = "mel",
    .summary = "Mel filter bank on a power spectrum",
    .source = "librosa.filters.mel; HTK",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_bands_state),
    .shape = shape,
    .init = init,
    .push = bl_bands_push,
    .release = bl_bands_release,
    .warm_up = bl_memoryless,
};
