/* ptp_amp: peak-to-peak amplitude, the largest value less the smallest, of each channel and bin. */
#include "series.h"

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx, (void)s;
  double lo = x[0], hi = x[0];
  for (size_t i = 1; i < n; i++) {
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  *out = hi - lo;
  return BL_OK;
}

static const char *const what[] = {"ptp_amp"}, *const units[] = {"%s"};
static const bl_series_form form = {"ptp_amp", what, units, 1, 1, values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_series_shape(ctx, &form, in, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, state, in, &form, 0, params);
}

const bl_summary_class bl_summary_ptp_amp = {
    .name = "ptp_amp",
    .summary = "peak-to-peak amplitude of each channel and bin",
    .source = "numpy.ptp",
    .state_size = sizeof(bl_series),
    .shape = shape,
    .init = init,
    .begin = bl_series_begin,
    .push = bl_series_push,
    .finish = bl_series_finish,
    .release = bl_series_release,
};
