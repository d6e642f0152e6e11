/* ransac.c: see ransac.h. */
#include "ransac.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/pool.h"
#include "scalp.h"
#include "select.h"

enum { FRAMES = 64 }; /* that are foretold at a time */

typedef struct work {
  size_t n, n_draws, length;
  const double *x;
  double *maps;  /* [draw * n][n]: what each draw says of each electrode */
  double *corr;  /* [window][n] */
  double *rooms; /* [lane][FRAMES * draw * n + draw + 3 n] */
  size_t room;
} work;

/* The weights of one draw, rows of maps; electrodes that were not drawn have none. */
static bl_status map_of(bl_ctx *ctx, const double *at, const size_t *drawn, size_t n_drawn, size_t n, double *map)
{
  static const bl_spline_params spline = {.stiffness = 4, .regularisation = 1e-5, .n_terms = 50};
  double *from = bl_calloc(ctx, n_drawn, 3 * sizeof *from), *w = bl_calloc(ctx, n_drawn, n * sizeof *w);
  bl_status s = from && w ? BL_OK : bl_fail_nomem(ctx, "ransac");
  for (size_t i = 0; !s && i < n_drawn; i++) memcpy(from + 3 * i, at + 3 * drawn[i], 3 * sizeof *from);
  if (!s) s = bl_spline_interpolation(ctx, &spline, from, n_drawn, at, n, w);
  for (size_t i = 0; !s && i < n_drawn; i++)
    for (size_t k = 0; k < n; k++) map[k * n + drawn[i]] = w[i * n + k];
  bl_free(ctx, from);
  bl_free(ctx, w);
  return s;
}

/* One window. */
static bl_status judge(bl_ctx *ctx, void *arg, size_t window)
{
  const work *k = arg;
  size_t all = k->n_draws * k->n;
  double *said = k->rooms + bl_pool_lane(ctx) * k->room, *draws = said + FRAMES * all, *sums = draws + k->n_draws;
  memset(sums, 0, 3 * k->n * sizeof *sums);
  for (size_t at = 0; at < k->length; at += FRAMES) {
    size_t m = k->length - at < FRAMES ? k->length - at : FRAMES;
    const double *x = k->x + (window * k->length + at) * k->n;
    bl_gemm(false, true, m, all, k->n, 1, x, k->n, k->maps, k->n, 0, said, all);
    for (size_t f = 0; f < m; f++)
      for (size_t c = 0; c < k->n; c++) {
        for (size_t d = 0; d < k->n_draws; d++) draws[d] = said[f * all + d * k->n + c];
        double y = bl_median_by_sort(draws, k->n_draws), v = x[f * k->n + c];
        sums[3 * c] += v * y;
        sums[3 * c + 1] += v * v;
        sums[3 * c + 2] += y * y;
      }
  }
  for (size_t c = 0; c < k->n; c++) {
    double below = sqrt(sums[3 * c + 1] * sums[3 * c + 2]);
    k->corr[window * k->n + c] = below > 0 ? sums[3 * c] / below : NAN;
  }
  return BL_OK;
}

bl_status bl_ransac_correlations(bl_ctx *ctx, const double *at, size_t n, const size_t *subsets, size_t n_draws,
                                 size_t n_drawn, const double *x, size_t n_windows, size_t length, double *corr)
{
  work k = {.n = n, .n_draws = n_draws, .length = length, .x = x, .corr = corr};
  k.room = FRAMES * n_draws * n + n_draws + 3 * n;
  k.maps = bl_calloc(ctx, n_draws * n, n * sizeof *k.maps);
  k.rooms = bl_calloc(ctx, bl_ctx_threads(ctx), k.room * sizeof *k.rooms);
  bl_status s = k.maps && k.rooms ? BL_OK : bl_fail_nomem(ctx, "ransac");
  for (size_t d = 0; !s && d < n_draws; d++) s = map_of(ctx, at, subsets + d * n_drawn, n_drawn, n, k.maps + d * n * n);
  if (!s) s = bl_pool_for(ctx, n_windows, 2.0 * (double)(length * n_draws * n) * (double)(n + 20), judge, &k);
  bl_free(ctx, k.maps);
  bl_free(ctx, k.rooms);
  return s;
}
