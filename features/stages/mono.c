/* mono: mean over channels. [frame][channel][bin] -> [frame][1][bin], channel "mono", librosa.to_mono.
 *
 * A single channel passes bit for bit, under that name too: sounds of any number of channels then give the same
 * features. NaN or infinity in any channel shows in its frame. */
#include <string.h>

#include "stage_util.h"

typedef struct state {
  size_t n_channels, n_bins;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)pp;
  for (size_t c = 1; c < in->n_channels; c++)
    if (strcmp(bl_unit_of(in, c), bl_unit_of(in, 0)))
      return bl_fail(ctx, BL_E_CONFIG, "mono: channels are in '%s' and '%s'; pick those of one unit", bl_unit_of(in, 0),
                     bl_unit_of(in, c));
  bl_texts_free(ctx, &out->channels);
  bl_texts_free(ctx, &out->units);
  out->n_channels = 1;
  bl_status s = bl_texts_add(ctx, &out->channels, "mono");
  return s ? s : bl_texts_add(ctx, &out->units, bl_unit_of(in, 0));
}

static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  (void)ctx, (void)pp, (void)out;
  for (size_t c = 0; c < in->n_channels; c++) needed[c] = wanted[0];
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx, (void)pp, (void)out;
  *(state *)sp = (state){in->n_channels, in->n_bins};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->n_channels * st->n_bins)
    for (size_t k = 0; k < st->n_bins; k++) {
      double sum = 0;
      for (size_t c = 0; c < st->n_channels; c++) sum += (double)x[c * st->n_bins + k];
      *y++ = (float)(sum / (double)st->n_channels);
    }
  return BL_OK;
}

const bl_stage_class bl_stage_mono = {
    .name = "mono",
    .summary = "Mean of all channels",
    .source = "librosa.to_mono",
    .params_size = 0,
    .state_size = sizeof(state),
    .shape = shape,
    .needs = needs,
    .init = init,
    .push = push,
    .warm_up = bl_memoryless,
};
