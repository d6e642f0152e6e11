/* tail.c: see tail.h. */
#include "tail.h"

#include <string.h>

enum { LOT_FLOATS = 16384 };

bl_status bl_tail_begin(bl_ctx *ctx, bl_tail *t, size_t width, size_t most)
{
  if (t->v && t->width == width && t->most == most) return t->n = 0, BL_OK;
  bl_tail_free(ctx, t);
  if (width && most > SIZE_MAX / 2 / sizeof(float) / width) return bl_fail_nomem(ctx, "the end of a run");
  t->v = bl_calloc(ctx, 2 * most, width * sizeof *t->v);
  t->most = most;
  t->width = width;
  return t->v ? BL_OK : bl_fail_nomem(ctx, "the end of a run");
}

void bl_tail_add(bl_tail *t, const float *x, size_t n)
{
  size_t skip = n > t->most ? n - t->most : 0, more = n - skip;
  if (t->n + more > 2 * t->most) { /* the oldest go */
    size_t keep = t->most - more < t->n ? t->most - more : t->n;
    memmove(t->v, t->v + (t->n - keep) * t->width, keep * t->width * sizeof *t->v);
    t->n = keep;
  }
  if (more) memcpy(t->v + t->n * t->width, x + skip * t->width, more * t->width * sizeof *t->v);
  t->n += more;
}

bl_status bl_tail_pad(bl_ctx *ctx, const bl_tail *t, bl_fill rule, size_t m, size_t n_frames, bl_extractor *e, size_t k)
{
  size_t lot = LOT_FLOATS / t->width ? LOT_FLOATS / t->width : 1;
  float *x = bl_calloc(ctx, lot, t->width * sizeof *x);
  if (!x) return bl_fail_nomem(ctx, "what is put behind a run");
  const float *from = rule == BL_FILL_ZERO ? NULL : t->v + (t->n - m) * t->width;
  bl_status s = BL_OK;
  for (size_t at = m; !s && at < n_frames;) {
    size_t now = n_frames - at < lot ? n_frames - at : lot;
    for (size_t i = 0; from && i < now; i++)
      memcpy(x + i * t->width, from + bl_fill_from(rule, at + i, m) * t->width, t->width * sizeof *x);
    s = bl_extractor_push_to(ctx, e, k, x, now);
    at += now;
  }
  bl_free(ctx, x);
  return s;
}

void bl_tail_free(bl_ctx *ctx, bl_tail *t)
{
  bl_free(ctx, t->v);
  *t = (bl_tail){0};
}
