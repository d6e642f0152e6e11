/* rms: root of the mean square of each channel and bin over the segment's frames. No mean is removed.
 * Unit: the stream's. */
#include <math.h>

#include "moments.h"

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, "rms", "%s", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  (void)params;
  return bl_moments_init(ctx, state, in, 1);
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  (void)ctx;
  bl_moments *m = state;
  for (size_t f = 0; f < n; f++)
    for (size_t i = 0; i < m->width; i++) {
      double v = (double)x[f * m->width + i];
      m->m[0][i] += v * v;
    }
  m->n += n;
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const bl_moments *m = state;
  bl_status s = bl_need_frames(ctx, "rms", m->n, 1);
  for (size_t i = 0; !s && i < m->width; i++) row[i] = (float)sqrt(m->m[0][i] / (double)m->n);
  return s;
}

const bl_summary_class bl_summary_rms = {
    .name = "rms",
    .summary = "root mean square over time of each channel and bin",
    .source = "",
    .state_size = sizeof(bl_moments),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = push,
    .finish = finish,
    .release = bl_moments_release,
};
