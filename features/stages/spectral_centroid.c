/* spectral_centroid: the mean frequency of each frame of a spectrum, weighted by what comes in. [frame][channel][bin] ->
 * [frame][channel][1], Hz.
 *
 * librosa.feature.spectral_centroid, which takes magnitudes: sum x f / sum x. 0 for silence, as there. */
#include "descriptor.h"

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"centroid"};
  (void)pp;
  return bl_descriptor_shape(ctx, "spectral_centroid", in, 1, names, "Hz", out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)pp;
  return bl_descriptor_init(ctx, "spectral_centroid", in, out, sp);
}

static void centroid(const void *sp, const float *x, float *y)
{
  const bl_descriptor *st = sp;
  *y = (float)bl_descriptor_centroid(x, st->hz, st->n_bins, bl_descriptor_sum(x, st->n_bins));
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, centroid, x, n, out);
}

const bl_stage_class bl_stage_spectral_centroid = {
    .name = "spectral_centroid",
    .summary = "Mean frequency of each frame of a spectrum",
    .source = "librosa.feature.spectral_centroid",
    .state_size = sizeof(bl_descriptor),
    .shape = shape,
    .init = init,
    .push = push,
    .release = bl_descriptor_release,
    .warm_up = bl_memoryless,
};
