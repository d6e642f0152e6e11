/* filter_bank.c: see filter_bank.h. */
#include "filter_bank.h"

#include <string.h>

#include "baleen/wide.h"
#include "finite.h"

static size_t whole(size_t n) { return (n + BL_LANES - 1) / BL_LANES * BL_LANES; }

bl_status bl_filter_bank_init(bl_ctx *ctx, const char *who, size_t n_bins, size_t n_filters, bl_filter_bank *b)
{
  *b = (bl_filter_bank){.n_bins = n_bins, .cap = n_filters};
  b->filter = bl_calloc(ctx, n_filters, sizeof *b->filter);
  b->frames = bl_calloc(ctx, BL_LANES, (n_bins + BL_LANES) * sizeof *b->frames);
  return b->filter && b->frames ? BL_OK : bl_fail_nomem(ctx, who);
}

bl_status bl_filter_bank_add(bl_ctx *ctx, const char *who, bl_filter_bank *b, size_t first, size_t n,
                             const double *weights)
{
  void *v = b->weights;
  bl_status s = bl_grow(ctx, &v, &b->cap_weights, b->n_weights + whole(n), sizeof *b->weights, who);
  b->weights = v;
  if (s) return s;
  b->filter[b->n_filters++] = (bl_filter){first, n, b->n_weights};
  for (size_t i = 0; i < whole(n); i++) b->weights[b->n_weights++] = i < n ? weights[i] : 0;
  return BL_OK;
}

static inline double fold(double a, double b, double c, double d) { return (a + b) + (c + d); }

/* One frame, filter by filter: BL_LANES partial sums, always folded in the same order. */
static void sum_filters(const bl_filter_bank *st, const float *x, float *y)
{
  for (size_t m = 0; m < st->n_filters; m++) {
    const bl_filter *r = &st->filter[m];
    double sum[BL_LANES] = {0};
    for (size_t i = 0; i < r->n; i++) sum[i % BL_LANES] += st->weights[r->at + i] * (double)x[r->first + i];
    y[m] = (float)fold(sum[0], sum[1], sum[2], sum[3]);
  }
}

BL_WIDE static void widen(const float *restrict x, double *restrict to, size_t n)
{
  for (size_t k = 0; k < n; k++) to[k] = (double)x[k];
}

/* The same bits for BL_LANES frames at a time, side by side. The zeros behind a filter's weights add nothing, unless they
 * meet a NaN or an infinity, which then shows in the sum. v: frames of n_bins + BL_LANES doubles. */
BL_WIDE static void sum_filters_of_four(const bl_filter_bank *st, const double *v, float *y)
{
  size_t next = st->n_bins + BL_LANES, n_filters = st->n_filters;
  for (size_t m = 0; m < n_filters; m++) {
    const bl_filter *r = &st->filter[m];
    const double *w = st->weights + r->at, *x = v + r->first;
    bl_lanes a = {0}, b = {0}, c = {0}, d = {0}, k, p, q, s, t;
    for (size_t i = 0; i < r->n; i += BL_LANES) {
      memcpy(&k, w + i, sizeof k);
      memcpy(&p, x + i, sizeof p);
      memcpy(&q, x + next + i, sizeof q);
      memcpy(&s, x + 2 * next + i, sizeof s);
      memcpy(&t, x + 3 * next + i, sizeof t);
      a += k * p, b += k * q, c += k * s, d += k * t;
    }
    /* fold() of each: the two sums of two, then their sum */
    p = __builtin_shufflevector(a, b, 0, 4, 2, 6) + __builtin_shufflevector(a, b, 1, 5, 3, 7);
    q = __builtin_shufflevector(c, d, 0, 4, 2, 6) + __builtin_shufflevector(c, d, 1, 5, 3, 7);
    s = __builtin_shufflevector(p, q, 0, 1, 4, 5) + __builtin_shufflevector(p, q, 2, 3, 6, 7);
    for (size_t f = 0; f < BL_LANES; f++) y[f * n_filters + m] = (float)s[f];
  }
}

void bl_filter_bank_run(bl_filter_bank *b, const float *x, size_t n, float *y)
{
  for (size_t some; n; n -= some, x += some * b->n_bins, y += some * b->n_filters) {
    some = n < BL_LANES ? 1 : BL_LANES;
    if (some == BL_LANES) {
      for (size_t f = 0; f < BL_LANES; f++) widen(x + f * b->n_bins, b->frames + f * (b->n_bins + BL_LANES), b->n_bins);
      sum_filters_of_four(b, b->frames, y);
      if (bl_all_finite_f32(y, BL_LANES * b->n_filters)) continue;
    }
    for (size_t f = 0; f < some; f++) sum_filters(b, x + f * b->n_bins, y + f * b->n_filters);
  }
}

void bl_filter_bank_release(bl_ctx *ctx, bl_filter_bank *b)
{
  bl_free(ctx, b->filter);
  bl_free(ctx, b->weights);
  bl_free(ctx, b->frames);
  *b = (bl_filter_bank){0};
}
