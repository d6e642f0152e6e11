/* See sound.h. */
#include "sound.h"

#include <math.h>
#include <string.h>

#include "reader_util.h"
#include "recording_private.h"
#include "sidecar.h"

bl_status bl_sound_check(bl_ctx *ctx, const bl_recording *rec, int64_t rate, int64_t channels)
{
  if (rate < 1 || rate > BL_SOUND_MAX_RATE)
    return bl_fail(ctx, BL_E_FORMAT, "%s: the header's sampling rate is %lld Hz, wanted 1 to %d", rec->path,
                   (long long)rate, BL_SOUND_MAX_RATE);
  if (channels < 1 || channels > BL_SOUND_MAX_CHANNELS)
    return bl_fail(ctx, BL_E_FORMAT, "%s: the header's number of channels is %lld, wanted 1 to %d", rec->path,
                   (long long)channels, BL_SOUND_MAX_CHANNELS);
  return BL_OK;
}

bl_status bl_sound_channels(bl_ctx *ctx, bl_rec_stream *stream, size_t n, int bits)
{
  bl_status s = bl_recording_channels(ctx, stream, n);
  for (size_t i = 0; i < n && !s; i++) {
    bl_channel *c = &stream->channels[i];
    char name[32];
    bl_reader_sound_name(i, n, name);
    s = bl_recording_text(ctx, &c->name, name);
    if (!s) s = bl_recording_text(ctx, &c->unit, "FS");
    if (bits) {
      c->lo = -1;
      c->hi = 1 - 2.0 / (double)(1ull << bits);
    }
  }
  return s;
}

/* ---- the file beside it ------------------------------------------------------------------------------------------ */

/* Says so when it describes another file, as when this one was written over it. */
static bl_status check_sidecar(bl_ctx *ctx, const bl_recording *rec, const bl_sidecar *d)
{
  const bl_rec_stream *stream = &rec->streams[0];
  if (d->rate_hz > 0 && fabs(d->rate_hz / stream->rate_hz - 1) > 1e-6)
    return bl_fail(ctx, BL_E_FORMAT, "%s: is about a file of %.9g Hz", d->path, d->rate_hz);
  if (d->n_frames && d->n_frames != stream->n_frames)
    return bl_fail(ctx, BL_E_FORMAT, "%s: is about a file of %llu frames", d->path, (unsigned long long)d->n_frames);
  return BL_OK;
}

static bl_status take_full_scale(bl_ctx *ctx, bl_recording *rec, const bl_reals *full_scale, double **out)
{
  bl_rec_stream *stream = &rec->streams[0];
  if (!full_scale->n) return BL_OK;
  if (!(*out = bl_calloc(ctx, stream->n_channels, sizeof **out))) return bl_fail_nomem(ctx, "a sound file");
  for (size_t i = 0; i < stream->n_channels; i++) {
    double scale = full_scale->v[full_scale->n == 1 ? 0 : i], a = stream->channels[i].lo * scale,
           b = stream->channels[i].hi * scale;
    (*out)[i] = scale;
    stream->channels[i].lo = scale < 0 ? b : a;
    stream->channels[i].hi = scale < 0 ? a : b;
  }
  return BL_OK;
}

bl_status bl_sound_beside(bl_ctx *ctx, bl_recording *rec, double **full_scale)
{
  bl_sidecar d;
  *full_scale = NULL;
  bl_status s = bl_sidecar_read_full_name(ctx, rec->path, &d);
  bool found = !s && d.path;
  if (found) s = check_sidecar(ctx, rec, &d);
  if (found && !s) s = bl_sidecar_apply(ctx, rec, &d);
  if (found && !s) s = take_full_scale(ctx, rec, &d.full_scale, full_scale);
  if (found && !s && d.channels.n) s = bl_reader_unique_names(ctx, rec);
  bl_sidecar_free(ctx, &d);
  if (s != BL_E_FORMAT && s != BL_E_IO) return s;
  s = bl_recording_note(ctx, rec, BL_W_REMARK, "the .json file beside it was passed over: %s", bl_ctx_error(ctx));
  bl_ctx_clear_error(ctx);
  return s;
}

void bl_sound_scale(const double *full_scale, size_t width, size_t n, float *v)
{
  for (size_t i = 0; full_scale && i < n * width; i++) v[i] = (float)((double)v[i] * full_scale[i % width]);
}

uint64_t bl_id3_bytes(const unsigned char *v)
{
  if (memcmp(v, "ID3", 3) || v[3] == 0xff || v[4] == 0xff || (v[6] | v[7] | v[8] | v[9]) & 0x80) return 0;
  uint64_t n = (uint64_t)v[6] << 21 | (uint64_t)v[7] << 14 | (uint64_t)v[8] << 7 | v[9];
  return 10 + n + (v[5] & 0x10 ? 10 : 0); /* with a copy of its head at its end */
}

bl_status bl_sound_head(bl_ctx *ctx, bl_recording *rec, bl_window *file, const char *magic, uint64_t *at)
{
  const unsigned char *v;
  bl_status s = BL_OK;
  size_t n = magic ? strlen(magic) : 0;
  *at = 0;
  for (uint64_t tag = 1; !s && tag && file->n_bytes - *at >= 10;) {
    if ((s = bl_window_get(ctx, file, *at, 10, 4096, &v))) return s;
    tag = bl_id3_bytes(v);
    if (tag > file->n_bytes - *at) tag = 0;
    *at += tag;
  }
  if (s || !magic) return s;
  if (file->n_bytes - *at >= n) s = bl_window_get(ctx, file, *at, n, n, &v);
  if (s) return s;
  if (file->n_bytes - *at < n || memcmp(v, magic, n))
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte %llu: '%s' is wanted there, as its name says it is such a file",
                   rec->path, (unsigned long long)*at, magic);
  if (!*at) return BL_OK;
  return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                           "an ID3 tag of %llu bytes stands in front of it, and was passed over",
                           (unsigned long long)*at);
}
