/* mean: of each channel and bin over the segment's frames; a double sum in frame order. Unit: the stream's. */
#include "moments.h"

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, "mean", "%s", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  (void)params;
  return bl_moments_init(ctx, state, in, 1);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const bl_moments *m = state;
  bl_status s = bl_need_frames(ctx, "mean", m->n, 1);
  for (size_t i = 0; !s && i < m->width; i++) row[i] = (float)(m->m[0][i] / (double)m->n);
  return s;
}

const bl_summary_class bl_summary_mean = {
    .name = "mean",
    .summary = "mean over time of each channel and bin",
    .source = "numpy.mean",
    .state_size = sizeof(bl_moments),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = finish,
    .release = bl_moments_release,
};
