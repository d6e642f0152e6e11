#include "kernel_table.h"

#include <string.h>

#include "baleen/memory.h"
#include "baleen/wide.h"

enum {
  PANEL = 2 * BL_LANES,           /* rows of the table that stand side by side in a panel */
  TALL = 4,                       /* rows of X that are multiplied together */
  BLOCK = 32,                     /* rows of X that meet a tile while it is in the cache */
  PANELS = BL_KERNEL_TILE / PANEL /* of a tile */
};

struct bl_kernel_table {
  const bl_kernel *kernel;
  size_t n, d;
  const float *rows;
  const int64_t *column;
  double *panel;  /* [n / PANEL, rounded up][d][PANEL] */
  double *square; /* [n] */
};

/* ---- making ------------------------------------------------------------------------------------------------------ */

static void pack(bl_kernel_table *t)
{
  for (size_t i = 0; i < t->n; i++) {
    const float *row = t->rows + i * t->d;
    double *to = t->panel + i / PANEL * t->d * PANEL + i % PANEL, square = 0;
    for (size_t j = 0; j < t->d; j++) {
      to[j * PANEL] = (double)row[j];
      square += (double)row[j] * (double)row[j];
    }
    t->square[i] = square;
  }
}

bl_status bl_kernel_table_new(bl_ctx *ctx, const bl_kernel *k, const float *rows, size_t n, size_t d,
                              const int64_t *column, bl_kernel_table **out)
{
  bool products = k->cls->of_products != NULL;
  size_t padded = (n + PANEL - 1) / PANEL * PANEL, head = (sizeof **out + 63) / 64 * 64;
  size_t doubles = products ? padded * (d + 1) : 0;
  char *block = bl_calloc(ctx, 1, head + doubles * sizeof(double));
  bl_kernel_table *t = *out = (bl_kernel_table *)(void *)block;
  if (!t) return bl_fail_nomem(ctx, "rows to compare with");
  *t = (bl_kernel_table){.kernel = k, .n = n, .d = d, .rows = rows, .column = column};
  t->panel = (double *)(void *)(block + head);
  t->square = t->panel + padded * d;
  if (products) pack(t);
  return BL_OK;
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

size_t bl_kernel_table_room(const bl_kernel_table *t) { return BLOCK * (t->d + 1) + TALL * BL_KERNEL_TILE; }

/* Products are summed column by column for each pair of rows alone, so that no bit depends on which rows go together. */
BL_WIDE static void multiply_tall(const double *restrict x, size_t d, const double *restrict panel,
                                  double *restrict out)
{
  bl_lanes low[TALL] = {{0}}, high[TALL] = {{0}}, near, far;
  for (size_t j = 0; j < d; j++, panel += PANEL) {
    memcpy(&near, panel, sizeof near);
    memcpy(&far, panel + BL_LANES, sizeof far);
    for (size_t i = 0; i < TALL; i++) {
      low[i] += x[i * d + j] * near;
      high[i] += x[i * d + j] * far;
    }
  }
  for (size_t i = 0; i < TALL; i++) {
    memcpy(out + i * BL_KERNEL_TILE, &low[i], sizeof low[i]);
    memcpy(out + i * BL_KERNEL_TILE + BL_LANES, &high[i], sizeof high[i]);
  }
}

BL_WIDE static void multiply_one(const double *restrict x, size_t d, const double *restrict panel, double *restrict out)
{
  bl_lanes low = {0}, high = {0}, near, far;
  for (size_t j = 0; j < d; j++, panel += PANEL) {
    memcpy(&near, panel, sizeof near);
    memcpy(&far, panel + BL_LANES, sizeof far);
    low += x[j] * near;
    high += x[j] * far;
  }
  memcpy(out, &low, sizeof low);
  memcpy(out + BL_LANES, &high, sizeof high);
}

static void tile_by_products(const bl_kernel_table *t, const double *x, size_t n_x, size_t first, size_t n, double *v)
{
  for (size_t p = 0; p * PANEL < n; p++) {
    const double *panel = t->panel + (first / PANEL + p) * t->d * PANEL;
    if (n_x == TALL) multiply_tall(x, t->d, panel, v + p * PANEL);
    else
      for (size_t i = 0; i < n_x; i++) multiply_one(x + i * t->d, t->d, panel, v + i * BL_KERNEL_TILE + p * PANEL);
  }
}

static void block_by_products(const bl_kernel_table *t, double *room, const bl_cmat *X, size_t lo, size_t rows,
                              bl_kernel_fn fn, void *arg)
{
  double *x = room, *xx = x + BLOCK * t->d, *v = xx + BLOCK;
  for (size_t i = 0; i < rows; i++) {
    const float *row = bl_crow(X, lo + i);
    double square = 0;
    for (size_t j = 0; j < t->d; j++) {
      x[i * t->d + j] = (double)row[j];
      square += (double)row[j] * (double)row[j];
    }
    xx[i] = square;
  }
  for (size_t first = 0; first < t->n; first += BL_KERNEL_TILE) {
    size_t n = t->n - first < BL_KERNEL_TILE ? t->n - first : BL_KERNEL_TILE;
    for (size_t i = 0; i < rows; i += TALL) {
      size_t n_x = rows - i < TALL ? rows - i : TALL;
      tile_by_products(t, x + i * t->d, n_x, first, n, v);
      for (size_t r = 0; r < n_x; r++) {
        double *values = v + r * BL_KERNEL_TILE;
        t->kernel->cls->of_products(t->kernel, xx[i + r], t->square + first, values, n);
        fn(arg, lo + i + r, first, n, values);
      }
    }
  }
}

static void row_by_pairs(const bl_kernel_table *t, double *v, const bl_cmat *X, size_t i, bl_kernel_fn fn, void *arg)
{
  const float *x = bl_crow(X, i);
  for (size_t first = 0; first < t->n; first += BL_KERNEL_TILE) {
    size_t n = t->n - first < BL_KERNEL_TILE ? t->n - first : BL_KERNEL_TILE;
    for (size_t k = 0; k < n; k++)
      v[k] = t->kernel->cls->tags & BL_KERNEL_GIVEN
                 ? (double)x[t->column[first + k]]
                 : t->kernel->cls->of_pair(t->kernel, x, t->rows + (first + k) * t->d, t->d);
    fn(arg, i, first, n, v);
  }
}

void bl_kernel_compare(const bl_kernel_table *t, double *room, const bl_cmat *X, bl_kernel_fn fn, void *arg)
{
  for (size_t lo = 0; lo < X->rows; lo += BLOCK) {
    size_t rows = X->rows - lo < BLOCK ? X->rows - lo : BLOCK;
    if (t->kernel->cls->of_products) block_by_products(t, room, X, lo, rows, fn, arg);
    else
      for (size_t i = 0; i < rows; i++) row_by_pairs(t, room, X, lo + i, fn, arg);
  }
}
