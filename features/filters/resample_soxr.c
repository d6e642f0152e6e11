/* resample_soxr.c: see resample_soxr.h. libsoxr takes its own filter's delay off. */
#include "resample_soxr.h"

#include <math.h>
#include <string.h>

#include <soxr.h>

enum {
  BLOCK = 256,
  PIECE = 4096,
  MAX_RATIO = 256 /* beyond, libsoxr's filters and blocks reach millions of samples */
};

static bl_status refused(bl_ctx *ctx, const bl_soxr *f, soxr_error_t e)
{
  return bl_fail(ctx, BL_E_UNSUPPORTED, "resample: libsoxr cannot go from %g to %g Hz: %s; try method: polyphase",
                 f->from_hz, f->to_hz, soxr_strerror(e));
}

static bl_status open(bl_ctx *ctx, bl_soxr *f)
{
  soxr_error_t e = NULL;
  soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  soxr_quality_spec_t quality = soxr_quality_spec(f->very_high ? SOXR_VHQ : SOXR_HQ, 0);
  soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  f->handle = soxr_create(f->from_hz, f->to_hz, (unsigned)f->width, &e, &io, &quality, &runtime);
  return f->handle && !e ? BL_OK : refused(ctx, f, e);
}

bl_status bl_soxr_init(bl_ctx *ctx, const char *who, double from_hz, double to_hz, bool very_high, size_t width,
                       bl_soxr *f)
{
  *f = (bl_soxr){.from_hz = from_hz, .to_hz = to_hz, .very_high = very_high, .width = width};
  f->block = bl_calloc(ctx, BLOCK, width * sizeof *f->block);
  return f->block ? BL_OK : bl_fail_nomem(ctx, who);
}

/* Hands over the block and takes what comes out. */
static bl_status process(bl_ctx *ctx, bl_soxr *f, bl_frames *out)
{
  if (!f->handle) {
    bl_status s = open(ctx, f);
    if (s) return s;
  }
  size_t taken = 0, got;
  do {
    size_t before = out->n, took = 0;
    float *y = bl_frames_add(ctx, out, PIECE);
    if (!y) return BL_E_NOMEM;
    soxr_error_t e = soxr_process(f->handle, f->block + taken * f->width, BLOCK - taken, &took, y, PIECE, &got);
    out->n = before + got;
    if (e) return refused(ctx, f, e);
    taken += took;
    f->done += got;
  } while (taken < BLOCK || got == PIECE);
  f->held = 0;
  return BL_OK;
}

bl_status bl_soxr_push(bl_ctx *ctx, bl_soxr *f, const float *x, size_t n, bl_frames *out)
{
  bl_status s = BL_OK;
  f->total += n;
  while (!s && n) {
    size_t m = BLOCK - f->held < n ? BLOCK - f->held : n;
    memcpy(f->block + f->held * f->width, x, m * f->width * sizeof *x);
    f->held += m;
    x += m * f->width;
    n -= m;
    if (f->held == BLOCK) s = process(ctx, f, out);
  }
  return s;
}

/* Silence follows until all is out. */
bl_status bl_soxr_finish(bl_ctx *ctx, bl_soxr *f, bl_frames *out)
{
  uint64_t want = (uint64_t)ceil((double)f->total * f->to_hz / f->from_hz * (1 - 1e-15));
  bl_status s = BL_OK;
  while (!s && f->done < want) {
    memset(f->block + f->held * f->width, 0, (BLOCK - f->held) * f->width * sizeof *f->block);
    s = process(ctx, f, out);
  }
  if (s) return s;
  out->n -= (size_t)(f->done - want);
  f->done = want;
  return BL_OK;
}

void bl_soxr_reset(bl_soxr *f)
{
  if (f->handle) soxr_delete(f->handle); /* made anew by the next block: that may fail, and this may not */
  f->handle = NULL;
  f->total = f->done = 0;
  f->held = 0;
}

void bl_soxr_release(bl_ctx *ctx, bl_soxr *f)
{
  if (f->handle) soxr_delete(f->handle);
  bl_free(ctx, f->block);
}

bl_status bl_soxr_latency(bl_ctx *ctx, const char *who, double from_hz, double to_hz, bool very_high, double *seconds)
{
  enum { FRAMES = 1 << 20, OUTPUTS = 1 << 22 }; /* several of libsoxr's own blocks, at any ratio that is allowed */
  if (to_hz > MAX_RATIO * from_hz || from_hz > MAX_RATIO * to_hz)
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: from %g to %g Hz is more than %d times in one step, too much for method soxr; go in "
                   "two steps, or use method: polyphase",
                   who, from_hz, to_hz, MAX_RATIO);
  bl_soxr f;
  bl_frames out = {.width = 1};
  bl_status s = bl_soxr_init(ctx, who, from_hz, to_hz, very_high, 1, &f);
  double latest = 0;
  for (size_t i = 0; !s && i < FRAMES / BLOCK && f.done < OUTPUTS; i++) {
    /* until this block is full, output `done` is not known: it must not be due at the block's last frame but one */
    double last = ((double)i + 1) * BLOCK - 2, wait = last / from_hz - (double)f.done / to_hz;
    if (wait > latest) latest = wait;
    out.n = 0;
    s = process(ctx, &f, &out);
  }
  *seconds = latest + 2 / from_hz + 1 / to_hz; /* where an output falls between inputs drifts along the run */
  bl_frames_free(ctx, &out);
  bl_soxr_release(ctx, &f);
  return s;
}
