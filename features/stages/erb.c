/* erb: filters even on the scale of equivalent rectangular bandwidths (ERB), as a cochlea has them.
 * power spectrum [frame][channel][bin] -> [frame][channel][n_bands].
 *
 * ERB scale by Glasberg and Moore (1990), 21.4 log10(1 + 0.00437 f). n_bands + 2 points lie even on it; filter i peaks at
 * point i + 1 and is the power response of a gammatone filter of order 4 there, or a triangle; see bands.h. The bins of
 * the spectrum are weighed, which is a gammatone filter bank without its phases. Bins "erb_<i>" at the peaks. */
#include "bands.h"
#include "stage_util.h"

typedef struct params {
  int64_t n_bands;
  double fmin;
  bl_word fmax;
  int norm, filter;
} params;

/* gammatone first: the shapes of bands.h in another order */
static const char *const filters[] = {"gammatone", "scale", "hz", NULL};
static const int shape_of[] = {BL_BAND_GAMMATONE, BL_BAND_SCALE, BL_BAND_HZ};

static const bl_opt opts[] = {
    BL_INT(params, n_bands, "40", 1, 4096, "", "how many filters"),
    BL_REAL(params, fmin, "50", 0, 1e9, "Hz", "lower end of the first filter"),
    {"fmax", BL_OPT_WORD, offsetof(params, fmax), "auto", 0, 1e9, BL_OPT_OPEN_LO, bl_band_fmax_auto, "Hz",
     "upper end of the last filter; auto: half the sampling rate", NULL},
    BL_ENUM(params, norm, "none", bl_band_norms,
            "none: filters of height 1; slaney: of equal area; 1, 2, inf: of equal vector norm"),
    BL_ENUM(params, filter, "gammatone", filters, "gammatone responses, or triangles over the scale or over Hz"),
    BL_OPT_END,
};

static bl_bands_spec spec_of(const params *p)
{
  return (bl_bands_spec){.who = "erb",
                         .prefix = "erb_",
                         .scale = BL_SCALE_ERB,
                         .shape = shape_of[p->filter],
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

const bl_stage_class bl_stage_erb = {
    .name = "erb",
    .summary = "Gammatone or triangular filter bank on the ERB scale, on a power spectrum",
    .source = "Glasberg and Moore 1990; Patterson et al. 1992",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_bands_state),
    .shape = shape,
    .init = init,
    .push = bl_bands_push,
    .release = bl_bands_release,
    .warm_up = bl_memoryless,
};
