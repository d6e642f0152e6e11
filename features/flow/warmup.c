/* warmup.c: see warmup.h. */
#include "warmup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WANTED = 1 << 16 };

bl_status bl_warmup_shape(bl_ctx *ctx, const char *who, double start_s, const bl_stream *in, bl_stream *out,
                          size_t *wanted)
{
  double n = rint(start_s * in->rate_hz);
  if (!(n <= MAX_WANTED))
    return bl_fail(ctx, BL_E_RANGE, "%s: start_s %g s at %g Hz is more than %d frames; make it shorter", who, start_s,
                   in->rate_hz, MAX_WANTED);
  *wanted = (size_t)n;
  if (n > 1) out->latency_s = in->latency_s + (n - 1) / in->rate_hz;
  return BL_OK;
}

void bl_warmup_reset(bl_warmup *w)
{
  w->held = 0;
  w->over = w->wanted == 0;
}

bl_status bl_warmup_init(bl_ctx *ctx, const char *who, size_t wanted, size_t width, bl_warmup *w)
{
  w->wanted = wanted;
  w->width = width;
  w->v = bl_calloc(ctx, wanted, width * sizeof *w->v);
  w->column = bl_calloc(ctx, wanted, sizeof *w->column);
  if (!w->v || !w->column) return bl_fail_nomem(ctx, who);
  bl_warmup_reset(w);
  return BL_OK;
}

static bl_status steps(bl_ctx *ctx, const bl_warmup *w, void *state, const float *x, size_t n, bl_frames *out)
{
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += w->width, y += w->width) w->step(state, x, y);
  return BL_OK;
}

static bl_status start(bl_ctx *ctx, bl_warmup *w, void *state, bl_frames *out)
{
  w->over = true;
  w->begin(state);
  return steps(ctx, w, state, w->v, w->held, out);
}

bl_status bl_warmup_push(bl_ctx *ctx, bl_warmup *w, void *state, const float *x, size_t n, bl_frames *out)
{
  if (!w->over) {
    size_t take = w->wanted - w->held < n ? w->wanted - w->held : n;
    if (take) memcpy(w->v + w->held * w->width, x, take * w->width * sizeof *x);
    w->held += take;
    if (w->held < w->wanted) return BL_OK;
    bl_status s = start(ctx, w, state, out);
    if (s) return s;
    x += take * w->width;
    n -= take;
  }
  return steps(ctx, w, state, x, n, out);
}

bl_status bl_warmup_finish(bl_ctx *ctx, bl_warmup *w, void *state, bl_frames *out)
{
  return w->over || !w->held ? BL_OK : start(ctx, w, state, out);
}

void bl_warmup_release(bl_ctx *ctx, bl_warmup *w)
{
  bl_free(ctx, w->v);
  bl_free(ctx, w->column);
}

static int by_size(const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

double bl_warmup_level(bl_warmup *w, size_t k, double loud)
{
  float *v = w->column;
  size_t n = 0, quiet = 0;
  double sum = 0;
  for (size_t i = 0; i < w->held; i++)
    if (isfinite(w->v[i * w->width + k])) v[n++] = w->v[i * w->width + k];
  if (!n) return (double)NAN;
  qsort(v, n, sizeof *v, by_size);
  double median = ((double)v[(n - 1) / 2] + (double)v[n / 2]) / 2;
  for (; quiet < n && (double)v[quiet] <= loud * median; quiet++) sum += (double)v[quiet];
  return quiet ? sum / (double)quiet : median;
}
