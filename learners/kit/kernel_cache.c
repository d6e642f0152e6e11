#include "kernel_cache.h"

#include <float.h>

#include "baleen/blas.h"
#include "baleen/pool.h"

enum {
  BATCH = 64, /* rows made by one product: with fewer it would wait for memory */
  CHUNK = 512 /* columns of a product */
};
static const uint32_t NOWHERE = UINT32_MAX;

/* A place for a row; those taken form a ring in the order of their last use. */
typedef struct slot {
  uint32_t row, older, newer;
} slot;

struct bl_kernel_cache {
  const bl_kernel *kernel;
  bl_cmat X;
  const bl_gram_values *gram;
  size_t n, d, batch;
  double *x, *square, *diagonal; /* [n x d], [n] where products serve; [n] */
  double *asked, *product;       /* [batch x d]; [threads][batch x CHUNK] */
  uint32_t *place;               /* [n] the slot of a row, or NOWHERE */
  uint32_t *in_gram;             /* [n] where there is a gram: the place of a row in it */
  slot *slots;
  size_t n_slots, used;
  uint32_t newest;
  float **slab; /* each holds `batch` rows; made when they are needed */
};

/* ---- order of use ------------------------------------------------------------------------------------------------ */

static void unlink_slot(bl_kernel_cache *c, uint32_t at)
{
  slot *s = &c->slots[at];
  c->slots[s->older].newer = s->newer;
  c->slots[s->newer].older = s->older;
  if (c->newest == at) c->newest = s->older == at ? NOWHERE : s->older;
}

static void link_newest(bl_kernel_cache *c, uint32_t at)
{
  slot *s = &c->slots[at];
  if (c->newest == NOWHERE) {
    s->older = s->newer = at;
  } else {
    s->older = c->newest;
    s->newer = c->slots[c->newest].newer; /* the oldest */
    c->slots[s->newer].older = at;
    c->slots[s->older].newer = at;
  }
  c->newest = at;
}

static float *values_at(const bl_kernel_cache *c, uint32_t at) { return c->slab[at / c->batch] + at % c->batch * c->n; }

bool bl_kernel_cache_has(const bl_kernel_cache *c, size_t i) { return c->place[i] != NOWHERE; }

const float *bl_kernel_cache_row(bl_kernel_cache *c, size_t i)
{
  uint32_t at = c->place[i];
  if (at == NOWHERE) return NULL;
  if (c->newest != at) {
    unlink_slot(c, at);
    link_newest(c, at);
  }
  return values_at(c, at);
}

/* A free slot, or the one that was used longest ago. */
static bl_status take_slot(bl_ctx *ctx, bl_kernel_cache *c, uint32_t row)
{
  uint32_t at;
  if (c->used < c->n_slots) {
    at = (uint32_t)c->used;
    float **slab = &c->slab[at / c->batch];
    if (!*slab && !(*slab = bl_calloc(ctx, c->batch * c->n, sizeof **slab)))
      return bl_fail_nomem(ctx, "rows of the kernel matrix; lower cache_size");
    c->used++;
  } else {
    at = c->slots[c->newest].newer;
    c->place[c->slots[at].row] = NOWHERE;
    unlink_slot(c, at);
  }
  c->slots[at].row = row;
  c->place[row] = at;
  link_newest(c, at);
  return BL_OK;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

typedef struct fill_job {
  bl_kernel_cache *c;
  const uint32_t *rows;
  size_t n;
} fill_job;

static size_t column_of(const bl_kernel_cache *c, size_t i) { return c->X.index ? c->X.index[i] : i; }

static double one_value(const bl_kernel_cache *c, size_t i, size_t j)
{
  const float *x = bl_crow(&c->X, i);
  return c->kernel->cls->tags & BL_KERNEL_GIVEN ? (double)x[column_of(c, j)]
                                                : c->kernel->cls->of_pair(c->kernel, x, bl_crow(&c->X, j), c->d);
}

static bl_status fill_columns(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const fill_job *j = arg;
  bl_kernel_cache *c = j->c;
  size_t width = hi - lo;
  if (!c->x) {
    for (size_t r = 0; r < j->n; r++) {
      float *to = values_at(c, c->place[j->rows[r]]);
      for (size_t i = lo; i < hi; i++) to[i] = (float)one_value(c, j->rows[r], i);
    }
    return BL_OK;
  }
  double *product = c->product + bl_pool_lane(ctx) * c->batch * CHUNK;
  bl_gemm(false, true, j->n, width, c->d, 1, c->asked, c->d, c->x + lo * c->d, c->d, 0, product, width);
  for (size_t r = 0; r < j->n; r++) {
    double *v = product + r * width;
    float *to = values_at(c, c->place[j->rows[r]]) + lo;
    c->kernel->cls->of_products(c->kernel, c->square[j->rows[r]], c->square + lo, v, width);
    for (size_t i = 0; i < width; i++) to[i] = (float)v[i];
  }
  return BL_OK;
}

static void take_from_gram(bl_kernel_cache *c, uint32_t row)
{
  const float *from = bl_gram_row(c->gram, c->in_gram[row]);
  float *to = values_at(c, c->place[row]);
  for (size_t i = 0; i < c->n; i++) to[i] = from[c->in_gram[i]];
}

bl_status bl_kernel_cache_fill(bl_ctx *ctx, bl_kernel_cache *c, const uint32_t *rows, size_t n)
{
  for (size_t r = 0; r < n; r++) {
    bl_status s = take_slot(ctx, c, rows[r]);
    if (s) return s;
    if (c->gram) take_from_gram(c, rows[r]);
    for (size_t k = 0; c->x && k < c->d; k++) c->asked[r * c->d + k] = c->x[rows[r] * c->d + k];
  }
  if (c->gram) return BL_OK;
  fill_job j = {c, rows, n};
  return bl_pool_chunks(ctx, c->n, CHUNK, (double)n * (2 * (double)c->d + 30), fill_columns, &j);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static bl_status find_diagonal(bl_ctx *ctx, bl_kernel_cache *c)
{
  for (size_t i = 0; i < c->n; i++) {
    double *v = &c->diagonal[i];
    if (c->gram) {
      c->in_gram[i] = bl_gram_place(c->gram, &c->X, i);
      *v = bl_gram_diagonal(c->gram, c->in_gram[i]);
    } else if (c->x) {
      const float *row = bl_crow(&c->X, i);
      for (size_t j = 0; j < c->d; j++) {
        c->x[i * c->d + j] = (double)row[j];
        c->square[i] += (double)row[j] * (double)row[j];
      }
      *v = c->square[i];
      c->kernel->cls->of_products(c->kernel, c->square[i], &c->square[i], v, 1);
    } else {
      *v = one_value(c, i, i);
    }
    if (!(fabs(*v) <= (double)FLT_MAX))
      return bl_fail(ctx, BL_E_RANGE, "kernel %s: the value of row %zu with itself is %g; scale the columns first",
                     c->kernel->cls->name, i, *v);
  }
  return BL_OK;
}

bl_status bl_kernel_cache_new(bl_ctx *ctx, const bl_kernel *k, const bl_cmat *X, size_t bytes,
                              const bl_gram_values *gram, bl_kernel_cache **out)
{
  bl_status s = BL_OK;
  bl_kernel_cache *c = *out = bl_calloc(ctx, 1, sizeof *c);
  if (!c) return bl_fail_nomem(ctx, "the kernel matrix");
  bool products = k->cls->of_products != NULL && !gram;
  size_t n = X->rows, fit = bytes / (n * sizeof(float));
  *c = (bl_kernel_cache){.kernel = k, .X = *X, .gram = gram, .n = n, .d = X->cols, .newest = NOWHERE};
  c->n_slots = fit < 4 ? 4 : fit < n ? fit : n < 4 ? 4 : n;
  c->batch = gram ? 1 : c->n_slots / 2 < BATCH ? c->n_slots / 2 : BATCH;
  c->diagonal = bl_calloc(ctx, n, sizeof *c->diagonal);
  c->place = bl_calloc(ctx, n, sizeof *c->place);
  c->slots = bl_calloc(ctx, c->n_slots, sizeof *c->slots);
  c->slab = bl_calloc(ctx, c->n_slots / c->batch + 1, sizeof *c->slab);
  if (products) {
    c->x = bl_calloc(ctx, n, c->d * sizeof *c->x);
    c->square = bl_calloc(ctx, n, sizeof *c->square);
    c->asked = bl_calloc(ctx, c->batch, c->d * sizeof *c->asked);
    c->product = bl_calloc(ctx, bl_ctx_threads(ctx), c->batch * CHUNK * sizeof *c->product);
  }
  if (gram) c->in_gram = bl_calloc(ctx, n, sizeof *c->in_gram);
  if (!c->diagonal || !c->place || (gram && !c->in_gram) || !c->slots || !c->slab ||
      (products && !(c->x && c->square && c->asked && c->product)))
    s = bl_fail_nomem(ctx, "the kernel matrix");
  for (size_t i = 0; !s && i < n; i++) c->place[i] = NOWHERE;
  if (!s) s = find_diagonal(ctx, c);
  if (!s) return BL_OK;
  bl_kernel_cache_free(ctx, c);
  *out = NULL;
  return s;
}

void bl_kernel_cache_free(bl_ctx *ctx, bl_kernel_cache *c)
{
  if (!c) return;
  for (size_t i = 0; c->slab && i <= c->n_slots / c->batch; i++) bl_free(ctx, c->slab[i]);
  bl_free(ctx, c->slab);
  bl_free(ctx, c->slots);
  bl_free(ctx, c->place);
  bl_free(ctx, c->in_gram);
  bl_free(ctx, c->diagonal);
  bl_free(ctx, c->product);
  bl_free(ctx, c->asked);
  bl_free(ctx, c->square);
  bl_free(ctx, c->x);
  bl_free(ctx, c);
}

size_t bl_kernel_cache_rows(const bl_kernel_cache *c) { return c->n; }
size_t bl_kernel_cache_batch(const bl_kernel_cache *c) { return c->batch; }
double bl_kernel_cache_diagonal(const bl_kernel_cache *c, size_t i) { return c->diagonal[i]; }
