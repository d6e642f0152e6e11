/* channel_map.c: see scalp.h. */
#include <string.h>

#include "scalp.h"

bl_status bl_channel_map_init(bl_ctx *ctx, size_t n_from, size_t n_to, bl_channel_map *m)
{
  m->n_from = n_from;
  m->n_to = n_to;
  m->from = bl_calloc(ctx, n_from, sizeof *m->from);
  m->to = bl_calloc(ctx, n_to, sizeof *m->to);
  m->w = bl_calloc(ctx, n_from * n_to, sizeof *m->w);
  m->sum = bl_calloc(ctx, n_to, sizeof *m->sum);
  return m->from && m->to && m->w && m->sum ? BL_OK : bl_fail_nomem(ctx, "sums of channels");
}

void bl_channel_map_release(bl_ctx *ctx, bl_channel_map *m)
{
  bl_free(ctx, m->from);
  bl_free(ctx, m->to);
  bl_free(ctx, m->w);
  bl_free(ctx, m->sum);
}

void bl_channel_map_apply(const bl_channel_map *m, const float *x, size_t n, size_t n_channels, float *y)
{
  if (n) memcpy(y, x, n * n_channels * sizeof *y);
  for (size_t f = 0; f < n; f++, x += n_channels, y += n_channels) {
    for (size_t k = 0; k < m->n_to; k++) m->sum[k] = 0;
    for (size_t i = 0; i < m->n_from; i++) {
      const double v = (double)x[m->from[i]], *restrict w = m->w + i * m->n_to;
      double *restrict sum = m->sum;
      for (size_t k = 0; k < m->n_to; k++) sum[k] += v * w[k];
    }
    for (size_t k = 0; k < m->n_to; k++) y[m->to[k]] = (float)m->sum[k];
  }
}
