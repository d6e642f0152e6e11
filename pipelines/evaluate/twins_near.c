/* twins_near.c: see twins.h. Rows that are nearly equal, in time and room that grow with the rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/random.h"
#include "baleen/sort.h"
#include "twins.h"

enum {
  ASKED = 128,    /* rows whose neighbours are looked for */
  BESIDE = 20000, /* rows that these are looked for among */
  FIFTH = 5,
  TENTH = 10,
  TABLES = 8, /* grids; a pair at the threshold falls into one cell of one of them with 98.5 %, a closer one sooner */
  AXES = 4,   /* of each */
  CELL = 4,   /* its width in thresholds */
  AHEAD = 64  /* rows of one cell that each is measured against */
};
#define MOST_PAIRS ((size_t)1 << 20)

typedef struct search {
  const bl_problem *p;
  bool leaks;
  float
      *weight;  /* [columns]: 1 / (sd sqrt(columns that vary)), so that distances are means over columns; 0: constant */
  bool *whole;  /* [rows]: no NaN or infinity in it */
  double limit; /* the distance within which rows are near; 0: nobody can tell */
} search;

/* ---- distances --------------------------------------------------------------------------------------------------- */

/* Mean and spread of each column over the rows that are whole. */
static bl_status scale_columns(bl_ctx *ctx, search *g)
{
  const bl_cmat *X = &g->p->X;
  size_t n = 0, varying = 0;
  double *mean = bl_calloc(ctx, X->cols, sizeof *mean), *square = bl_calloc(ctx, X->cols, sizeof *square);
  bl_status s = mean && square ? BL_OK : bl_fail_nomem(ctx, "the search for near rows");
  for (size_t i = 0; !s && i < X->rows; i++) {
    const float *row = bl_crow(X, i);
    bool whole = true;
    for (size_t j = 0; j < X->cols; j++) whole &= isfinite(row[j]) != 0;
    g->whole[i] = whole;
    if (!whole) continue;
    n++;
    for (size_t j = 0; j < X->cols; j++) { /* Welford 1962 */
      double d = (double)row[j] - mean[j];
      mean[j] += d / (double)n;
      square[j] += d * ((double)row[j] - mean[j]);
    }
  }
  for (size_t j = 0; !s && j < X->cols; j++) varying += square[j] > 1e-12 * (double)n * mean[j] * mean[j];
  for (size_t j = 0; !s && j < X->cols; j++)
    if (square[j] > 1e-12 * (double)n * mean[j] * mean[j])
      g->weight[j] = (float)(1 / sqrt(square[j] / (double)n * (double)varying));
  bl_free(ctx, mean);
  bl_free(ctx, square);
  return s;
}

/* The squared distance, or some number beyond `most`. */
static double distance2(const search *g, size_t a, size_t b, double most)
{
  const float *x = bl_crow(&g->p->X, a), *y = bl_crow(&g->p->X, b);
  double sum = 0;
  for (size_t j = 0; j < g->p->X.cols && sum <= most;) {
    size_t end = j + 32 < g->p->X.cols ? j + 32 : g->p->X.cols;
    for (; j < end; j++) {
      double d = (double)(x[j] - y[j]) * (double)g->weight[j];
      sum += d * d;
    }
  }
  return sum;
}

static bool apart(const search *g, size_t a, size_t b)
{
  return a != b && (g->leaks || g->p->group[a] != g->p->group[b]);
}

/* ---- what is usual ----------------------------------------------------------------------------------------------- */

/* The nearest distances (squared) of a row to those of a sample in other groups, ascending; equal ones do not count.
 * False when there are not as many. */
static bool nearest(const search *g, size_t row, size_t step, double best[TENTH])
{
  for (int k = 0; k < TENTH; k++) best[k] = INFINITY;
  for (size_t i = 0; i < g->p->n; i += step) {
    if (!g->whole[i] || !apart(g, row, i)) continue;
    double d = distance2(g, row, i, best[TENTH - 1]);
    if (!(d > 0 && d < best[TENTH - 1])) continue;
    int k = TENTH - 1;
    for (; k > 0 && best[k - 1] > d; k--) best[k] = best[k - 1];
    best[k] = d;
  }
  return isfinite(best[TENTH - 1]);
}

/* fifth: distances of the sample's rows to their fifth neighbours, n of them; ratio: the mean logarithm of tenth to
 * fifth. Of a uniform cloud of dimension D this is (1/5 + .. + 1/9) / D, and a ball with t for radius holds 5 (t/T)^D of
 * those that one with the fifth neighbour's T has five of; `share` of all rows were looked at. */
static double limit_of(double *fifth, size_t n, double ratio, size_t cols, double rows, double share)
{
  bl_sort(fifth, n);
  double dimension = fmin(fmax((1.0 / 5 + 1.0 / 6 + 1.0 / 7 + 1.0 / 8 + 1.0 / 9) / ratio, 1), (double)cols);
  double by_chance = pow(0.05 * share / (5 * rows), 1 / dimension);
  return fifth[n / 10] * fmin(0.1, by_chance);
}

static void find_limit(search *g)
{
  double fifth[ASKED], best[TENTH], ratio = 0;
  size_t n = 0, step = (g->p->n + ASKED - 1) / ASKED, beside = (g->p->n + BESIDE - 1) / BESIDE;
  for (size_t i = 0; i < g->p->n; i += step)
    if (g->whole[i] && nearest(g, i, beside, best)) {
      fifth[n++] = sqrt(best[FIFTH - 1]);
      ratio += 0.5 * log(best[TENTH - 1] / best[FIFTH - 1]);
    }
  if (n < TENTH) return;
  g->limit = limit_of(fifth, n, ratio / (double)n, g->p->X.cols, (double)g->p->n, 1 / (double)beside);
}

/* ---- candidates -------------------------------------------------------------------------------------------------- */

typedef struct placed {
  uint64_t cell;
  uint32_t row;
} placed;

static int by_cell(const void *pa, const void *pb)
{
  const placed *a = pa, *b = pb;
  if (a->cell != b->cell) return a->cell < b->cell ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* Each direction's numbers have the variance 1, so that what separates two rows along it is as much as their distance. */
static void draw_axes(const search *g, uint64_t table, float *axis, double shift[AXES])
{
  bl_rng r = bl_rng_make(0, "rows that are nearly equal", table);
  for (size_t k = 0; k < AXES; k++) {
    shift[k] = bl_rng_uniform(&r);
    for (size_t j = 0; j < g->p->X.cols; j++) axis[k * g->p->X.cols + j] = (float)bl_rng_normal(&r) * g->weight[j];
  }
}

static uint64_t cell_of(const search *g, const float *row, const float *axis, const double shift[AXES])
{
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t k = 0; k < AXES; k++) {
    double at = 0;
    for (size_t j = 0; j < g->p->X.cols; j++) at += (double)row[j] * (double)axis[k * g->p->X.cols + j];
    int64_t cell = (int64_t)fmin(fmax(floor(at / (CELL * g->limit) + shift[k]), -4e18), 4e18);
    h = (h ^ (uint64_t)cell) * 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
  }
  return h;
}

/* The pairs of one cell, a row with those behind it, so many at most that a crowd costs no more than the rows do. */
static bl_status measure(bl_ctx *ctx, const search *g, const placed *v, size_t n, bl_row_pairs *out)
{
  bl_status s = BL_OK;
  double most = g->limit * g->limit;
  for (size_t i = 0; i < n; i++)
    for (size_t k = i + 1; !s && k < n && k <= i + AHEAD && v[k].cell == v[i].cell && out->n < MOST_PAIRS; k++) {
      if (!apart(g, v[i].row, v[k].row)) continue;
      double d = distance2(g, v[i].row, v[k].row, most);
      if (!(d <= most) || bl_rows_equal(bl_crow(&g->p->X, v[i].row), bl_crow(&g->p->X, v[k].row), g->p->X.cols))
        continue;
      s = bl_grow(ctx, (void **)&out->v, &out->cap, out->n + 1, sizeof *out->v, "near rows");
      if (!s) out->v[out->n++] = (bl_row_pair){v[i].row, v[k].row};
    }
  return s;
}

static int by_rows(const void *pa, const void *pb)
{
  const bl_row_pair *a = pa, *b = pb;
  if (a->a != b->a) return a->a < b->a ? -1 : 1;
  return a->b < b->b ? -1 : a->b > b->b;
}

static void sort_once(bl_row_pairs *q)
{
  size_t n = 0;
  if (q->n) qsort(q->v, q->n, sizeof *q->v, by_rows);
  for (size_t i = 0; i < q->n; i++)
    if (!n || by_rows(&q->v[i], &q->v[n - 1])) q->v[n++] = q->v[i];
  q->n = n;
}

static bl_status find_pairs(bl_ctx *ctx, const search *g, bl_row_pairs *out)
{
  size_t n = 0;
  double shift[AXES];
  float *axis = bl_calloc(ctx, g->p->X.cols, AXES * sizeof *axis);
  placed *v = bl_calloc(ctx, g->p->n, sizeof *v);
  bl_status s = axis && v ? BL_OK : bl_fail_nomem(ctx, "the search for near rows");
  for (uint64_t t = 0; !s && t < TABLES; t++) {
    draw_axes(g, t, axis, shift);
    n = 0;
    for (size_t i = 0; i < g->p->n; i++)
      if (g->whole[i]) v[n++] = (placed){cell_of(g, bl_crow(&g->p->X, i), axis, shift), (uint32_t)i};
    if (n) qsort(v, n, sizeof *v, by_cell);
    s = BL_CHECK_CANCEL(ctx);
    if (!s) s = measure(ctx, g, v, n, out);
    sort_once(out);
  }
  bl_free(ctx, axis);
  bl_free(ctx, v);
  return s;
}

bl_status bl_near_rows(bl_ctx *ctx, const bl_problem *p, bool leaks, bl_row_pairs *out)
{
  search g = {.p = p, .leaks = leaks};
  *out = (bl_row_pairs){0};
  g.weight = bl_calloc(ctx, p->X.cols, sizeof *g.weight);
  g.whole = bl_calloc(ctx, p->n, sizeof *g.whole);
  bl_status s = g.weight && g.whole ? scale_columns(ctx, &g) : bl_fail_nomem(ctx, "the search for near rows");
  if (!s) find_limit(&g);
  if (!s && g.limit > 0) s = find_pairs(ctx, &g, out);
  bl_free(ctx, g.weight);
  bl_free(ctx, g.whole);
  return s;
}
