/* spectral_crest: the largest over the mean value of a spectrum: 1 for white noise, the number of bins for a tone.
 * [frame][channel][bin] -> [frame][channel][1].
 *
 * Peeters 2004 (CUIDADO), 6.1.7; Essentia's Crest. A silent frame counts as even, as it does for spectral_flatness: 1. */
#include "descriptor.h"

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"crest"};
  (void)pp;
  return bl_descriptor_shape(ctx, "spectral_crest", in, 1, names, "1", out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)pp;
  return bl_descriptor_init(ctx, "spectral_crest", in, out, sp);
}

static void crest(const void *sp, const float *x, float *y)
{
  const bl_descriptor *st = sp;
  double sum = bl_descriptor_sum(x, st->n_bins);
  float most = 0;
  for (size_t k = 0; k < st->n_bins; k++) most = x[k] > most ? x[k] : most;
  *y = sum > 0 ? (float)((double)most * (double)st->n_bins / sum) : (float)(1 + sum);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, crest, x, n, out);
}

const bl_stage_class bl_stage_spectral_crest = {
    .name = "spectral_crest",
    .summary = "Largest over mean value of each frame of a spectrum: tone against noise",
    .source = "Peeters 2004; Essentia, Crest",
    .state_size = sizeof(bl_descriptor),
    .shape = shape,
    .init = init,
    .push = push,
    .release = bl_descriptor_release,
    .warm_up = bl_memoryless,
};
