/* rms: root of the mean square of each channel and bin over the segment's frames. No mean is removed.
 * Unit: the stream's. */
#include <math.h>

#include "moments.h"

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

static bl_status value(bl_ctx *ctx, const bl_moments *m, size_t i, double *out)
{
  (void)ctx;
  *out = sqrt(m->m[0][i] / (double)m->n);
  return BL_OK;
}

static const bl_moment_form form = {"rms", "%s", 1, value};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, form.name, form.unit, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_moments_init(ctx, state, in, &form, params);
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
    .finish = bl_moments_finish,
    .release = bl_moments_release,
};
