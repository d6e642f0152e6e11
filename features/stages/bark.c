/* bark: triangles even on the Bark scale.
 * power spectrum [frame][channel][bin] -> [frame][channel][n_bands].
 *
 * Bark by Traunmueller (1990), 26.81 f / (1960 + f) - 0.53: critical bands, 100 Hz wide at low frequencies and a fifth of
 * the frequency at high ones. n_bands + 2 points even in Bark; see bands.h. Bins "bark_<i>" at the triangles' peaks. */
#include "bands.h"
#include "stage_util.h"

typedef struct params {
  int64_t n_bands;
  double fmin;
  bl_word fmax;
  int norm, triangles;
} params;

static const bl_opt opts[] = {
    BL_INT(params, n_bands, "24", 1, 4096, "", "how many filters"),
    BL_REAL(params, fmin, "0", 0, 1e9, "Hz", "lower end of the first filter"),
    {"fmax", BL_OPT_WORD, offsetof(params, fmax), "auto", 0, 1e9, BL_OPT_OPEN_LO, bl_band_fmax_auto, "Hz",
     "upper end of the last filter; auto: half the sampling rate", NULL},
    BL_ENUM(params, norm, "none", bl_band_norms,
            "none: filters of height 1; slaney: of equal area; 1, 2, inf: of equal vector norm"),
    BL_ENUM(params, triangles, "scale", bl_band_shapes,
            "what their sides are straight lines over: Hz, or Bark (scale)"),
    BL_OPT_END,
};

static bl_bands_spec spec_of(const params *p)
{
  return (bl_bands_spec){.who = "bark",
                         .prefix = "bark_",
                         .scale = BL_SCALE_BARK,
                         .shape = p->triangles,
                         .n = (size_t)p->n_bands,
                         .fmin = p->fmin,
                         .fmax = p->fmax.word == 0 ? 0 : p->fmax.real,
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

const bl_stage_class bl_stage_bark = {
    .name = "bark",
    .summary = "Filter bank even on the Bark scale on a power spectrum",
    .source = "Traunmueller 1990",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_bands_state),
    .shape = shape,
    .init = init,
    .push = bl_bands_push,
    .release = bl_bands_release,
    .warm_up = bl_memoryless,
};
