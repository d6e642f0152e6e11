/* filter.c: the shaping filter of artefact subspace reconstruction. See asr_private.h. */
#include <math.h>

#include "asr_private.h"
#include "yule_walk.h"

bl_status bl_asr_filter_design(bl_ctx *ctx, double rate_hz, bl_asr_filter *f)
{
  const double half = rate_hz / 2, hz[] = {0, 2, 3, 13, 16, 40, fmin(80, half - 1), half};
  static const double gain[] = {3, 0.75, 0.33, 0.33, 1, 1, 3, 3};
  enum { N = sizeof gain / sizeof *gain };
  double freq[N];
  if (!(rate_hz >= 100 && rate_hz <= 1000))
    return bl_fail(ctx, BL_E_RANGE,
                   "asr: its filter is made for rates from 100 to 1000 Hz, and this is %g Hz; put resample before",
                   rate_hz);
  for (size_t i = 0; i < N; i++) freq[i] = hz[i] / half;
  return bl_yule_walk(ctx, BL_ASR_ORDER, freq, gain, N, f->b, f->a);
}

double bl_asr_filter_step(const bl_asr_filter *f, double x, double *z)
{
  double y = f->b[0] * x + z[0];
  for (size_t i = 1; i < BL_ASR_ORDER; i++) z[i - 1] = f->b[i] * x - f->a[i] * y + z[i];
  z[BL_ASR_ORDER - 1] = f->b[BL_ASR_ORDER] * x - f->a[BL_ASR_ORDER] * y;
  return y;
}
