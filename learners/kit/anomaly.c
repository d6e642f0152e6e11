/* anomaly.c: see anomaly.h. */
#include "anomaly.h"

#include <math.h>

#include "baleen/pool.h"
#include "baleen/sort.h"
#include "neighbours.h"

double bl_anomaly_offset(double *score, size_t n, double contamination)
{
  bl_sort(score, n);
  double at = (1 - contamination) * (double)(n - 1), above = at - floor(at);
  size_t i = (size_t)at, next = i + 1 < n ? i + 1 : i;
  return -(score[i] + above * (score[next] - score[i]));
}

void bl_anomaly_answer(double score, double offset, size_t i, const bl_answer *out)
{
  double above = -score - offset;
  if (out->v[BL_SCORE_SAMPLES]) out->v[BL_SCORE_SAMPLES][i] = -score;
  if (out->v[BL_DECISION]) out->v[BL_DECISION][i] = above;
  if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = isnan(above) ? above : above < 0 ? -1 : 1;
}

size_t bl_anomaly_width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT || op == BL_DECISION || op == BL_SCORE_SAMPLES;
}

/* ---- neighbours -------------------------------------------------------------------------------------------------- */

enum { CHUNK = 256 };

typedef struct finding {
  bl_neighbours m; /* of k + 1: the row itself is one of them */
  size_t k, first;
  uint32_t *index;
  double *distance;
} finding;

/* The row itself is left out; where so many others lie in its place that it is not among them, the last of these is. */
static void keep_others(void *arg, size_t i, const uint32_t *index, const double *distance)
{
  const finding *f = arg;
  size_t row = f->first + i, n = 0;
  for (size_t j = 0; j <= f->k && n < f->k; j++) {
    if (index[j] == row) continue;
    f->index[row * f->k + n] = index[j];
    f->distance[row * f->k + n++] = distance[j];
  }
}

static bl_status find_some(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  finding f = *(const finding *)arg;
  bl_neighbours_room *room = NULL;
  bl_status s = bl_neighbours_prepare(ctx, &f.m, hi - lo, &room);
  f.first = lo;
  bl_cmat X = {.v = f.m.rows + lo * f.m.d, .rows = hi - lo, .cols = f.m.d, .stride = f.m.d};
  if (!s) bl_neighbours_find(&f.m, room, &X, keep_others, &f);
  bl_free(ctx, room);
  return s;
}

bl_status bl_nearest_others(bl_ctx *ctx, const char *who, const float *rows, size_t n, size_t d, size_t k, int metric,
                            double p, uint32_t *index, double *distance)
{
  finding f = {.m = {.rows = rows, .n = n, .d = d, .k = k + 1, .metric = (bl_distance)metric, .p = p},
               .k = k,
               .index = index,
               .distance = distance};
  if (k >= n)
    return bl_fail(ctx, BL_E_SHAPE, "%s: n_neighbors is %zu, and a row has %zu others; take fewer", who, k, n - 1);
  return bl_pool_chunks(ctx, n, CHUNK, 2.0 * (double)n * (double)d, find_some, &f);
}
