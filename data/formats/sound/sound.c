/* See sound.h. */
#include "sound.h"

#include "reader_util.h"
#include "recording_private.h"

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
