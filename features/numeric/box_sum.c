/* box_sum.c: see box_sum.h. */
#include "box_sum.h"

#include <string.h>

#include "baleen/wide.h"

bl_status bl_box_sum_init(bl_ctx *ctx, const char *who, size_t frames, size_t width, bl_box_sum *b)
{
  *b = (bl_box_sum){.frames = frames, .width = width};
  b->x = bl_calloc(ctx, frames, width * sizeof *b->x);
  b->now = bl_calloc(ctx, width, sizeof *b->now);
  b->ends = bl_calloc(ctx, frames, width * sizeof *b->ends);
  b->sum = bl_calloc(ctx, width, sizeof *b->sum);
  return b->x && b->now && b->ends && b->sum ? BL_OK : bl_fail_nomem(ctx, who);
}

void bl_box_sum_reset(bl_box_sum *b)
{
  b->total = 0;
  b->closed = false;
}

BL_WIDE static void add(const float *restrict x, const double *restrict to, double *restrict sum, size_t n)
{
  for (size_t i = 0; i < n; i++) sum[i] = to[i] + (double)x[i];
}

BL_WIDE static void add_doubles(const double *restrict a, const double *restrict b, double *restrict sum, size_t n)
{
  for (size_t i = 0; i < n; i++) sum[i] = a[i] + b[i];
}

/* The sums from each of the n frames of a block, which the ring holds, to its end. */
static void sum_ends(bl_box_sum *b, size_t n)
{
  memset(b->sum, 0, b->width * sizeof *b->sum);
  for (size_t i = n; i-- > 0;)
    add(b->x + i * b->width, i + 1 < n ? b->ends + (i + 1) * b->width : b->sum, b->ends + i * b->width, b->width);
}

void bl_box_sum_add(bl_box_sum *b, const float *x)
{
  size_t at = (size_t)(b->total % b->frames);
  if (at == 0) {
    if (b->total && b->frames > 1) sum_ends(b, b->frames);
    memset(b->now, 0, b->width * sizeof *b->now);
  }
  memcpy(b->x + at * b->width, x, b->width * sizeof *x);
  for (size_t i = 0; i < b->width; i++) b->now[i] += (double)x[i];
  b->total++;
}

const double *bl_box_sum_from(bl_box_sum *b, uint64_t first)
{
  uint64_t begins = (b->total - 1) / b->frames * b->frames; /* the present block */
  if (first == begins) return b->now;
  const double *ends = b->ends + (size_t)(first % b->frames) * b->width;
  if (first < begins) {
    add_doubles(ends, b->now, b->sum, b->width);
    return b->sum;
  }
  if (!b->closed) sum_ends(b, (size_t)(b->total - begins));
  b->closed = true;
  return ends;
}

void bl_box_sum_release(bl_ctx *ctx, bl_box_sum *b)
{
  bl_free(ctx, b->x);
  bl_free(ctx, b->now);
  bl_free(ctx, b->ends);
  bl_free(ctx, b->sum);
  *b = (bl_box_sum){0};
}
