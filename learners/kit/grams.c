#include "grams.h"

#include <pthread.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/pool.h"

enum { TILE = 64 }; /* rows and columns that are worked out together */
static const uint32_t NOWHERE = UINT32_MAX;

struct bl_gram_values {
  const bl_grams *of;
  bl_kernel kernel;
  float *v;         /* [n x n] */
  double *diagonal; /* [n] */
  size_t users;
  bl_gram_values *next; /* asked for before it */
};

struct bl_grams {
  bl_cmat X;
  pthread_mutex_t lock; /* of all below */
  uint32_t *place;      /* [numbers] where the row of that number in X.v stands in X; NULL: in its own place */
  size_t numbers;
  bl_gram_values *newest;
};

/* ---- working out ------------------------------------------------------------------------------------------------- */

typedef struct gram_job {
  bl_gram_values *m;
  size_t n, d, tiles;
  double *x, *square; /* [n x d], [n], where products serve */
  double *product;    /* [threads][TILE x TILE] */
} gram_job;

/* The values of a tile, v [height x width], into both halves of the matrix. Of a tile on the diagonal both halves hold the
 * same pairs, of which the upper one is kept, so that the matrix is symmetric to the bit. */
static void keep_tile(const gram_job *j, const double *v, size_t top, size_t height, size_t lo, size_t width)
{
  float *all = j->m->v;
  for (size_t r = 0; r < height; r++)
    for (size_t c = lo == top ? r : 0; c < width; c++) all[(top + r) * j->n + lo + c] = (float)v[r * width + c];
  for (size_t c = 0; c < width; c++)
    for (size_t r = 0; r < (lo == top ? c : height); r++) all[(lo + c) * j->n + top + r] = (float)v[r * width + c];
  for (size_t r = 0; lo == top && r < height; r++) j->m->diagonal[top + r] = v[r * width + r];
}

static void tile_by_products(const gram_job *j, double *v, size_t top, size_t height, size_t lo, size_t width)
{
  const bl_kernel *k = &j->m->kernel;
  bl_gemm(false, true, height, width, j->d, 1, j->x + top * j->d, j->d, j->x + lo * j->d, j->d, 0, v, width);
  for (size_t r = 0; r < height; r++) k->cls->of_products(k, j->square[top + r], j->square + lo, v + r * width, width);
}

static void tile_by_pairs(const gram_job *j, double *v, size_t top, size_t height, size_t lo, size_t width)
{
  const bl_kernel *k = &j->m->kernel;
  const bl_cmat *X = &j->m->of->X;
  for (size_t r = 0; r < height; r++)
    for (size_t c = lo == top ? r : 0; c < width; c++)
      v[r * width + c] = k->cls->of_pair(k, bl_crow(X, top + r), bl_crow(X, lo + c), j->d);
}

/* Item t is the t-th tile on or above the diagonal, row by row. */
static bl_status work_out_tile(bl_ctx *ctx, void *arg, size_t t)
{
  const gram_job *j = arg;
  size_t row = 0, column = t;
  while (column >= j->tiles - row) column -= j->tiles - row++;
  size_t top = row * TILE, lo = (row + column) * TILE;
  size_t height = j->n - top < TILE ? j->n - top : TILE, width = j->n - lo < TILE ? j->n - lo : TILE;
  double *v = j->product + bl_pool_lane(ctx) * TILE * TILE;
  if (j->x) tile_by_products(j, v, top, height, lo, width);
  else tile_by_pairs(j, v, top, height, lo, width);
  keep_tile(j, v, top, height, lo, width);
  return BL_OK;
}

static void make_doubles(gram_job *j)
{
  for (size_t i = 0; i < j->n; i++) {
    const float *row = bl_crow(&j->m->of->X, i);
    for (size_t c = 0; c < j->d; c++) {
      j->x[i * j->d + c] = (double)row[c];
      j->square[i] += (double)row[c] * (double)row[c];
    }
  }
}

static bl_status work_out(bl_ctx *ctx, bl_gram_values *m)
{
  size_t n = m->of->X.rows, d = m->of->X.cols, tiles = (n + TILE - 1) / TILE;
  bool products = m->kernel.cls->of_products != NULL;
  gram_job j = {.m = m, .n = n, .d = d, .tiles = tiles};
  m->v = bl_calloc(ctx, n, n * sizeof *m->v);
  m->diagonal = bl_calloc(ctx, n, sizeof *m->diagonal);
  j.product = bl_calloc(ctx, bl_ctx_threads(ctx), TILE * TILE * sizeof *j.product);
  if (products) {
    j.x = bl_calloc(ctx, n, d * sizeof *j.x);
    j.square = bl_calloc(ctx, n, sizeof *j.square);
  }
  bl_status s = m->v && m->diagonal && j.product && (!products || (j.x && j.square))
                    ? BL_OK
                    : bl_fail_nomem(ctx, "the kernel matrix; lower cache_size");
  if (!s && products) make_doubles(&j);
  if (!s) s = bl_pool_for(ctx, tiles * (tiles + 1) / 2, (double)TILE * TILE * (2 * (double)d + 30), work_out_tile, &j);
  bl_free(ctx, j.x);
  bl_free(ctx, j.square);
  bl_free(ctx, j.product);
  return s;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static void free_gram(bl_ctx *ctx, bl_gram_values *m)
{
  if (m->kernel.cls) bl_kernel_free(ctx, &m->kernel);
  bl_free(ctx, m->v);
  bl_free(ctx, m->diagonal);
  bl_free(ctx, m);
}

static uint32_t number_of(const bl_cmat *X, size_t i) { return X->index ? X->index[i] : (uint32_t)i; }

/* Where the rows of X stand, by their numbers. */
static bl_status find_places(bl_ctx *ctx, bl_grams *g)
{
  if (g->place || !g->X.index) return BL_OK;
  for (size_t i = 0; i < g->X.rows; i++)
    if (g->X.index[i] >= g->numbers) g->numbers = (size_t)g->X.index[i] + 1;
  if (!(g->place = bl_calloc(ctx, g->numbers, sizeof *g->place))) return bl_fail_nomem(ctx, "the kernel matrix");
  for (size_t i = 0; i < g->numbers; i++) g->place[i] = NOWHERE;
  for (size_t i = 0; i < g->X.rows; i++) g->place[g->X.index[i]] = (uint32_t)i;
  return BL_OK;
}

static uint32_t place_of(const bl_grams *g, uint32_t number)
{
  if (!g->X.index) return number < g->X.rows ? number : NOWHERE;
  return number < g->numbers ? g->place[number] : NOWHERE;
}

static bool holds(const bl_grams *g, const bl_cmat *X)
{
  for (size_t i = 0; i < X->rows; i++)
    if (place_of(g, number_of(X, i)) == NOWHERE) return false;
  return true;
}

static bool same_kernel(const bl_kernel *a, const bl_kernel *b)
{
  return a->cls == b->cls && !memcmp(&a->gamma, &b->gamma, sizeof a->gamma) &&
         (!a->cls->opts || bl_opts_equal(a->cls->opts, a->params, b->params));
}

static bl_status copy_kernel(bl_ctx *ctx, const bl_kernel *from, bl_kernel *to)
{
  bl_status s = bl_kernel_new(ctx, from->cls->name, to);
  if (!s && from->cls->opts) {
    bl_opts_release(ctx, from->cls->opts, to->params);
    s = bl_opts_copy(ctx, from->cls->opts, to->params, from->params);
  }
  to->gamma = from->gamma;
  return s;
}

/* Forgets what was asked for longest ago and nobody holds, until one more fits. */
static void make_room(bl_ctx *ctx, bl_grams *g, size_t own, size_t bytes)
{
  for (;;) {
    bl_gram_values **oldest = NULL;
    size_t sum = own;
    for (bl_gram_values **at = &g->newest; *at; at = &(*at)->next) {
      sum += own;
      if (!(*at)->users) oldest = at;
    }
    if (sum <= bytes || !oldest) return;
    bl_gram_values *gone = *oldest;
    *oldest = gone->next;
    free_gram(ctx, gone);
  }
}

static bl_status make_gram(bl_ctx *ctx, const bl_grams *g, const bl_kernel *k, bl_gram_values **out)
{
  bl_gram_values *m = *out = bl_calloc(ctx, 1, sizeof *m);
  if (!m) return bl_fail_nomem(ctx, "the kernel matrix");
  m->of = g;
  bl_status s = copy_kernel(ctx, k, &m->kernel);
  if (!s) s = work_out(ctx, m);
  if (!s) return BL_OK;
  free_gram(ctx, m);
  *out = NULL;
  return s;
}

/* The values, which become the newest; those who ask for the same at the same time wait until one has worked them out. */
static bl_status take_locked(bl_ctx *ctx, bl_grams *g, const bl_kernel *k, const bl_cmat *X, size_t bytes,
                             bl_gram_values **out)
{
  bl_gram_values **at = &g->newest, *m;
  bl_status s = find_places(ctx, g);
  if (s || !holds(g, X)) return s;
  while (*at && !same_kernel(&(*at)->kernel, k)) at = &(*at)->next;
  m = *at;
  if (m) {
    *at = m->next;
  } else {
    make_room(ctx, g, g->X.rows * g->X.rows * sizeof *m->v, bytes);
    s = make_gram(ctx, g, k, &m);
    if (s) return s;
  }
  m->next = g->newest;
  g->newest = m;
  m->users++;
  *out = m;
  return BL_OK;
}

bool bl_grams_are_of(const bl_grams *g, const bl_cmat *X)
{
  return g && X->v == g->X.v && X->cols == g->X.cols && X->stride == g->X.stride;
}

bl_status bl_gram_take(bl_ctx *ctx, bl_grams *g, const bl_kernel *k, const bl_cmat *X, size_t bytes,
                       const bl_gram_values **out)
{
  bl_gram_values *m = NULL;
  *out = NULL;
  if (!bl_grams_are_of(g, X) || k->cls->tags & BL_KERNEL_GIVEN) return BL_OK;
  if (g->X.rows > bytes / (g->X.rows * sizeof *m->v)) return BL_OK;
  pthread_mutex_lock(&g->lock);
  bl_status s = take_locked(ctx, g, k, X, bytes, &m);
  pthread_mutex_unlock(&g->lock);
  *out = m;
  return s;
}

void bl_gram_leave(bl_grams *g, const bl_gram_values *gram)
{
  if (!gram) return;
  pthread_mutex_lock(&g->lock);
  for (bl_gram_values *m = g->newest; m; m = m->next)
    if (m == gram) m->users--;
  pthread_mutex_unlock(&g->lock);
}

uint32_t bl_gram_place(const bl_gram_values *m, const bl_cmat *X, size_t i) { return place_of(m->of, number_of(X, i)); }
const float *bl_gram_row(const bl_gram_values *m, uint32_t place) { return m->v + place * m->of->X.rows; }
double bl_gram_diagonal(const bl_gram_values *m, uint32_t place) { return m->diagonal[place]; }

/* ---- making ------------------------------------------------------------------------------------------------------ */

bl_status bl_grams_new(bl_ctx *ctx, const bl_cmat *X, bl_grams **out)
{
  bl_grams *g = *out = bl_calloc(ctx, 1, sizeof *g);
  if (!g) return bl_fail_nomem(ctx, "kernel values");
  g->X = *X;
  if (!pthread_mutex_init(&g->lock, NULL)) return BL_OK;
  bl_free(ctx, g);
  *out = NULL;
  return bl_fail_nomem(ctx, "kernel values");
}

void bl_grams_free(bl_ctx *ctx, bl_grams *g)
{
  if (!g) return;
  while (g->newest) {
    bl_gram_values *m = g->newest;
    g->newest = m->next;
    free_gram(ctx, m);
  }
  pthread_mutex_destroy(&g->lock);
  bl_free(ctx, g->place);
  bl_free(ctx, g);
}
