#include "clip.h"

#include <math.h>
#include <string.h>

#include <soxr.h>

#include "recording_private.h"

enum { BLOCK = 1 << 16 }; /* frames read at a time */

static bl_status open_clip(bl_ctx *ctx, const char *path, bl_recording **out)
{
  bl_status s = bl_recording_open(ctx, path, out);
  if (s) return s;
  const bl_recording *r = *out;
  if (r->n_streams != 1)
    s = bl_fail(ctx, BL_E_UNSUPPORTED, "%s: %zu sampling rates; only recordings of one rate can be mixed", path,
                r->n_streams);
  else if (r->streams[0].n_runs > 1)
    s = bl_fail(ctx, BL_E_UNSUPPORTED, "%s: has gaps; only recordings without can be mixed", path);
  else if (!r->streams[0].n_frames || !r->streams[0].n_channels)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: holds no samples", path);
  if (s) {
    bl_recording_close(ctx, *out);
    *out = NULL;
  }
  return s;
}

bl_status bl_clip_look(bl_ctx *ctx, const char *path, double *rate_hz, uint64_t *n_frames)
{
  bl_recording *r;
  bl_status s = open_clip(ctx, path, &r);
  if (s) return s;
  *rate_hz = r->streams[0].rate_hz;
  *n_frames = r->streams[0].n_frames;
  bl_recording_close(ctx, r);
  return BL_OK;
}

static void average(const float *frames, size_t n, size_t channels, float *out)
{
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t c = 0; c < channels; c++) sum += (double)frames[i * channels + c];
    out[i] = (float)(sum / (double)channels);
  }
}

bl_status bl_clip_read(bl_ctx *ctx, const char *path, uint64_t first, uint64_t n, bl_clip *out)
{
  bl_clip c = {0};
  bl_recording *r = NULL;
  float *block = NULL;
  *out = c;
  bl_status s = open_clip(ctx, path, &r);
  if (s) return s;
  const bl_rec_stream *stream = &r->streams[0];
  size_t channels = stream->n_channels;
  if (first > stream->n_frames) first = stream->n_frames;
  if (n > stream->n_frames - first) n = stream->n_frames - first;
  c.rate_hz = stream->rate_hz;
  c.unit = bl_strdup(ctx, stream->channels[0].unit);
  c.v = n > SIZE_MAX / sizeof *c.v ? NULL : bl_calloc(ctx, (size_t)n, sizeof *c.v);
  block = bl_calloc(ctx, channels * BLOCK, sizeof *block);
  if (!c.unit || !c.v || !block) s = bl_fail_nomem(ctx, path);
  while (!s && c.n < n) {
    size_t got;
    s = bl_recording_read(ctx, r, 0, first + c.n, n - c.n < BLOCK ? (size_t)(n - c.n) : BLOCK, block, &got);
    if (s || !got) break; /* shorter than promised: the reader has warned */
    average(block, got, channels, c.v + c.n);
    c.n += got;
    s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, block);
  bl_recording_close(ctx, r);
  if (s) bl_clip_free(ctx, &c);
  *out = c;
  return s;
}

void bl_clip_free(bl_ctx *ctx, bl_clip *c)
{
  bl_free(ctx, c->v);
  bl_free(ctx, c->unit);
  *c = (bl_clip){0};
}

double bl_clip_mean(const float *v, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)v[i];
  return n ? sum / (double)n : 0;
}

/* ---- another rate ------------------------------------------------------------------------------------------------ */

uint64_t bl_clip_frames(uint64_t n, double from_hz, double to_hz)
{
  return from_hz == to_hz ? n : (uint64_t)floor((double)n * to_hz / from_hz * (1 + 1e-12));
}

bl_status bl_clip_resample(bl_ctx *ctx, const char *path, double to_hz, bl_clip *c)
{
  if (c->rate_hz == to_hz) return BL_OK;
  size_t n = (size_t)bl_clip_frames(c->n, c->rate_hz, to_hz), got;
  float *v = bl_calloc(ctx, n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, path);
  soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
  soxr_error_t e = soxr_oneshot(c->rate_hz, to_hz, 1, c->v, c->n, NULL, v, n, &got, NULL, &quality, &one_thread);
  if (e) {
    bl_free(ctx, v);
    return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: libsoxr cannot go from %g to %g Hz: %s", path, c->rate_hz, to_hz,
                   soxr_strerror(e));
  }
  bl_free(ctx, c->v);
  c->v = v; /* where libsoxr is a sample short, the last one is 0 */
  c->n = n;
  c->rate_hz = to_hz;
  return BL_OK;
}

/* ---- as a recording ---------------------------------------------------------------------------------------------- */

static bl_status clip_samples(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                              size_t *got)
{
  (void)ctx, (void)stream;
  memcpy(out, (const float *)rec->impl + first, n * sizeof *out);
  *got = n;
  return BL_OK;
}

static void drop_samples(bl_ctx *ctx, bl_recording *rec)
{
  bl_free(ctx, rec->impl);
  rec->impl = NULL;
}

static const char *const no_extensions[] = {NULL};
static const bl_reader_class memory_reader = {
    .name = "memory",
    .summary = "samples held in memory",
    .source = "",
    .extensions = no_extensions,
    .read = clip_samples,
    .close = drop_samples,
};

bl_status bl_clip_recording(bl_ctx *ctx, const char *path, const char *format, bl_clip *clip, bl_recording **out)
{
  bl_recording *r = bl_calloc(ctx, 1, sizeof *r);
  *out = NULL;
  if (!r) return bl_fail_nomem(ctx, path);
  r->cls = &memory_reader;
  bl_status s = bl_recording_text(ctx, &r->path, path);
  if (!s) s = bl_recording_text(ctx, &r->format, format);
  if (!s) s = bl_recording_streams(ctx, r, 1);
  if (!s) s = bl_recording_channels(ctx, &r->streams[0], 1);
  if (!s) s = bl_recording_text(ctx, &r->streams[0].channels[0].name, "audio");
  if (!s) s = bl_recording_text(ctx, &r->streams[0].channels[0].unit, clip->unit);
  if (!s && !(r->streams[0].runs = bl_calloc(ctx, 1, sizeof *r->streams[0].runs))) s = bl_fail_nomem(ctx, path);
  if (s) {
    bl_recording_close(ctx, r);
    return s;
  }
  bl_rec_stream *stream = &r->streams[0];
  stream->rate_hz = clip->rate_hz;
  stream->n_frames = clip->n;
  stream->n_runs = 1;
  stream->runs[0] = (bl_stretch){0, 0, clip->n};
  r->duration_s = (double)clip->n / clip->rate_hz;
  r->impl = clip->v;
  clip->v = NULL;
  bl_clip_free(ctx, clip);
  *out = r;
  return BL_OK;
}
