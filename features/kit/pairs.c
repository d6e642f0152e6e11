/* pairs.c: see pairs.h. */
#include "pairs.h"

#include <math.h>

#include "connectivity.h"

bl_status bl_pairs_shape(bl_ctx *ctx, const char *name, const bl_stream *in, bl_feature_names *out)
{
  bl_status s = BL_OK;
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has %zu bins; it compares channels of a waveform", name,
                   in->n_bins);
  if (in->n_channels < 2)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has one channel; it takes two or more, to compare them", name);
  for (size_t a = 0; !s && a < in->n_channels; a++)
    for (size_t b = a + 1; !s && b < in->n_channels; b++) {
      char *pair = bl_pair_name(ctx, in, a, b);
      s = pair ? bl_feature_add(ctx, out, pair, NULL, name, "1") : bl_fail_nomem(ctx, name);
      bl_free(ctx, pair);
    }
  return s;
}

bl_status bl_pairs_channels(bl_ctx *ctx, bl_series *s, size_t planes, double **x)
{
  bl_status status = bl_series_need(ctx, s, s->n, s->form->need);
  if (!status) status = bl_series_room(ctx, s, planes * s->width * s->n, x);
  for (size_t c = 0; !status && c < s->width; c++)
    for (size_t i = 0; i < s->n; i++) (*x)[c * s->n + i] = (double)s->frames[i * s->width + c];
  return status;
}

static bool all_finite(const bl_series *s)
{
  for (size_t i = 0; i < s->n * s->width; i++)
    if (!isfinite(s->frames[i])) return false;
  return true;
}

bl_status bl_pairs_row(bl_ctx *ctx, const bl_series *s, bl_pair_value value, const double *of, float *row)
{
  bool told = false;
  for (size_t a = 0; a < s->width; a++)
    for (size_t b = a + 1; b < s->width; b++) {
      double v = value(s, of, a, b);
      *row++ = (float)v;
      if (!isnan(v) || told || !all_finite(s)) continue;
      char *pair = bl_pair_name(ctx, s->in, a, b);
      if (!pair) return bl_fail_nomem(ctx, s->form->name);
      bl_warn(ctx, BL_W_UNDEFINED, "%s: not defined for what %s holds in a segment (as a constant); it gives NaN",
              s->form->name, pair);
      bl_free(ctx, pair);
      told = true;
    }
  return BL_OK;
}
