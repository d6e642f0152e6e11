/* lag.c: see lag.h. */
#include "lag.h"

bl_status bl_lag_push(bl_ctx *ctx, bl_lag *lag, void *state, const float *x, size_t n, bl_frames *out)
{
  uint64_t known = lag->total + n > lag->behind ? lag->total + n - lag->behind : 0;
  float *y = bl_frames_add(ctx, out, known > lag->done ? (size_t)(known - lag->done) : 0);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += lag->width) {
    lag->take(state, x);
    if (++lag->total - lag->done <= lag->behind) continue;
    lag->give(state, y);
    lag->done++;
    y += out->width;
  }
  return BL_OK;
}

bl_status bl_lag_finish(bl_ctx *ctx, bl_lag *lag, void *state, bl_frames *out)
{
  float *y = bl_frames_add(ctx, out, (size_t)(lag->total - lag->done));
  if (!y) return BL_E_NOMEM;
  for (; lag->done < lag->total; lag->done++, y += out->width) lag->give(state, y);
  return BL_OK;
}
