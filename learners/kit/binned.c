/* binned.c: see binned.h. */
#include "binned.h"

#include <math.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/pool.h"

typedef struct binning {
  const bl_cmat *X;
  size_t most;
  bl_binned *bins;
  float *low, *high; /* [col][most] */
  size_t *count;     /* [col] */
} binning;

/* A float's bits as a number of the same order: those of negative ones count down. */
static uint32_t key_of(float x)
{
  uint32_t u;
  memcpy(&u, &x, sizeof u);
  return u & 0x80000000u ? ~u : u | 0x80000000u;
}

static float value_of(uint32_t key)
{
  uint32_t u = key & 0x80000000u ? key & 0x7fffffffu : ~key;
  float x;
  memcpy(&x, &u, sizeof x);
  return x;
}

/* In order of size, by eleven bits of the keys at a time, from the lowest on. room [n]; both are used up, v holds the result. */
static void sort(float *v, size_t n, uint32_t *key, uint32_t *room)
{
  enum { BITS = 11, BUCKETS = 1 << BITS };
  for (size_t i = 0; i < n; i++) key[i] = key_of(v[i]);
  for (unsigned shift = 0; shift < 32; shift += BITS) {
    size_t begin[BUCKETS + 1] = {0};
    for (size_t i = 0; i < n; i++) begin[(key[i] >> shift & (BUCKETS - 1)) + 1]++;
    for (size_t k = 0; k < BUCKETS; k++) begin[k + 1] += begin[k];
    for (size_t i = 0; i < n; i++) room[begin[key[i] >> shift & (BUCKETS - 1)]++] = key[i];
    uint32_t *other = key;
    key = room;
    room = other;
  }
  for (size_t i = 0; i < n; i++) v[i] = value_of(key[i]);
}

/* v [n] in order, n > 0: bins of whole runs of equal values; returns how many. */
static size_t cut(const float *v, size_t n, size_t most, float *low, float *high)
{
  size_t different = 1, bins = 0, at = 0;
  for (size_t i = 1; i < n; i++) different += v[i] > v[i - 1];
  while (at < n) {
    /* as many rows as the bins that are left share, the last one all, and the run of equal values to its end */
    size_t bins_left = most > bins + 1 ? most - bins : 1;
    size_t want = different <= most ? 1 : (n - at + bins_left - 1) / bins_left, end = at + want;
    while (end < n && !(v[end] > v[end - 1])) end++;
    low[bins] = v[at];
    high[bins++] = v[end - 1];
    at = end;
  }
  return bins;
}

static size_t find(const float *high, size_t n, float x)
{
  size_t lo = 0, hi = n - 1;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (x <= high[mid]) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

static bl_status bin_column(bl_ctx *ctx, void *arg, size_t c)
{
  binning *b = arg;
  size_t rows = b->X->rows, n = 0;
  float *v = bl_calloc(ctx, rows, sizeof *v), *low = b->low + c * b->most, *high = b->high + c * b->most;
  uint32_t *keys = bl_calloc(ctx, 2 * rows, sizeof *keys);
  if (!v || !keys) {
    bl_free(ctx, v);
    bl_free(ctx, keys);
    return bl_fail_nomem(ctx, "bins");
  }
  for (size_t i = 0; i < rows; i++) {
    float x = bl_crow(b->X, i)[c];
    if (!isnan(x)) v[n++] = x + 0.0f; /* -0 is 0 */
  }
  sort(v, n, keys, keys + rows);
  if (n) b->count[c] = cut(v, n, b->most, low, high);
  uint16_t *code = b->bins->code + c * rows;
  for (size_t i = 0; i < rows; i++) {
    float x = bl_crow(b->X, i)[c];
    code[i] = (uint16_t)(isnan(x) ? b->count[c] : find(high, b->count[c], x));
  }
  bl_free(ctx, v);
  bl_free(ctx, keys);
  return BL_CHECK_CANCEL(ctx);
}

static bl_status pack(bl_ctx *ctx, const binning *b)
{
  bl_binned *to = b->bins;
  for (size_t c = 0; c < to->cols; c++) to->first[c + 1] = to->first[c] + b->count[c];
  to->low = bl_calloc(ctx, to->first[to->cols] + 1, sizeof *to->low);
  to->high = bl_calloc(ctx, to->first[to->cols] + 1, sizeof *to->high);
  if (!to->low || !to->high) return bl_fail_nomem(ctx, "bins");
  for (size_t c = 0; c < to->cols; c++) {
    memcpy(to->low + to->first[c], b->low + c * b->most, b->count[c] * sizeof *to->low);
    memcpy(to->high + to->first[c], b->high + c * b->most, b->count[c] * sizeof *to->high);
  }
  return BL_OK;
}

bl_status bl_binned_new(bl_ctx *ctx, const bl_cmat *X, size_t most, bl_binned *out)
{
  binning b = {.X = X, .most = most < X->rows ? most : X->rows, .bins = out};
  if (b.most > BL_BINNED_MOST) b.most = BL_BINNED_MOST;
  *out = (bl_binned){.rows = X->rows, .cols = X->cols};
  out->code = bl_calloc(ctx, X->cols, X->rows * sizeof *out->code);
  out->first = bl_calloc(ctx, X->cols + 1, sizeof *out->first);
  b.low = bl_calloc(ctx, X->cols, b.most * sizeof *b.low);
  b.high = bl_calloc(ctx, X->cols, b.most * sizeof *b.high);
  b.count = bl_calloc(ctx, X->cols, sizeof *b.count);
  bl_status s = out->code && out->first && b.low && b.high && b.count ? BL_OK : bl_fail_nomem(ctx, "bins");
  if (!s) s = bl_pool_for(ctx, X->cols, 40.0 * (double)X->rows, bin_column, &b);
  if (!s) s = pack(ctx, &b);
  bl_free(ctx, b.low);
  bl_free(ctx, b.high);
  bl_free(ctx, b.count);
  return s;
}

void bl_binned_free(bl_ctx *ctx, bl_binned *b)
{
  bl_free(ctx, b->code);
  bl_free(ctx, b->first);
  bl_free(ctx, b->low);
  bl_free(ctx, b->high);
  *b = (bl_binned){0};
}

float bl_binned_between(const bl_binned *b, size_t col, size_t left, size_t right)
{
  double x = (double)b->high[b->first[col] + left], y = (double)b->low[b->first[col] + right], half = x / 2 + y / 2;
  float mid = (float)half;
  if ((double)mid > half)
    mid = nextafterf(mid, -INFINITY); /* what a comparison with the double would say of any float */
  return mid < (float)y && mid >= (float)x ? mid : (float)x; /* neighbours have nothing between them */
}
