/* embed.c: singular values of a delay embedding; see embed.h. */
#include "embed.h"

#include <string.h>

#include "baleen/blas.h"

bl_status bl_embed_singular(bl_ctx *ctx, bl_series *s, const double *x, size_t n, int64_t order, int64_t delay,
                            double **out)
{
  size_t m = (size_t)order, step = (size_t)delay;
  bl_status status = bl_series_need(ctx, s, n, m * step);
  size_t len = status ? 0 : n - (m - 1) * step;
  if (!status) status = bl_series_room(ctx, s, m + m * len, out);
  if (status) return status;
  memset(*out, 0, m * sizeof **out);
  for (size_t k = 0; k < m; k++) memcpy(*out + m + k * len, x + k * step, len * sizeof *x);
  return bl_svd(ctx, m, len, *out + m, *out, NULL, NULL);
}
