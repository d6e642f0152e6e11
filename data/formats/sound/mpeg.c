/* mpeg: MPEG audio, layers I to III (MP3), by libmpg123.
 *
 * libmpg123 gets whole frames only, which a walk over the file has found (mpeg_walk.h): what is damaged between them becomes a gap, as
 * long as the frames that would have filled it. It is switched to silence: all that is wrong is told here, by file and
 * byte. What is damaged inside the coded samples of a frame whose header is right goes untold: no checksum is over
 * them (the CRC that some files have covers what stands before), and libmpg123 counts nothing. Of damages planted there three
 * quarters left sound that no one could tell from another; the rest left silent granules, which quiet recordings have, too. Frames of
 * layer III reach
 * back into the bytes of earlier ones; those that reach into a gap are lost with it, and so are as many as it takes until
 * filters have forgotten the gap: what follows then is what the undamaged file has there, but for the last bit (libmpg123
 * sums in an order that depends on the count of frames before).
 */
#include <mpg123.h>
#include <string.h>

#include "baleen/text.h"
#include "coded.h"
#include "mpeg_walk.h"
#include "recording_private.h"

typedef struct mpeg {
  bl_coded coded;
  mpg123_handle *handle;
  uint64_t read_at, read_end; /* what the decoder gets next */
} mpeg;

/* ---- decoding ---------------------------------------------------------------------------------------------------- */

static bl_status begin(bl_ctx *ctx, bl_recording *rec, const bl_coded_part *p, uint64_t frame, uint64_t *at)
{
  mpeg *f = rec->impl;
  (void)frame;
  *at = 0;
  f->read_at = p->at;
  f->read_end = p->end;
  if (f->handle) mpg123_delete(f->handle);
  mpg123_init(); /* for versions before 1.27 */
  f->handle = mpg123_new(NULL, NULL);
  long remove = MPG123_AUTO_RESAMPLE | MPG123_GAPLESS;
  long add = MPG123_QUIET | MPG123_FORCE_FLOAT | MPG123_IGNORE_INFOFRAME | MPG123_NO_READAHEAD;
  if (!f->handle || mpg123_param(f->handle, MPG123_REMOVE_FLAGS, remove, 0) ||
      mpg123_param(f->handle, MPG123_ADD_FLAGS, add, 0) || mpg123_open_feed(f->handle))
    return bl_fail_nomem(ctx, "an MPEG decoder");
  return BL_OK;
}

/* The decoder gets one frame more; *fed: there was one. */
static bl_status feed(bl_ctx *ctx, mpeg *f, bool *fed)
{
  const unsigned char *v;
  bl_mpeg_frame h;
  uint64_t left = f->read_end - f->read_at;
  *fed = false;
  if (left < BL_MPEG_HEAD_BYTES) return BL_OK;
  bl_status s = bl_window_get(ctx, &f->coded.file, f->read_at, BL_MPEG_HEAD_BYTES, BL_MPEG_LOOK_AHEAD, &v);
  if (s || !bl_mpeg_frame_head(v, &h) || h.bytes > left) return s;
  s = bl_window_get(ctx, &f->coded.file, f->read_at, h.bytes, BL_MPEG_LOOK_AHEAD, &v);
  if (s) return s;
  f->read_at += h.bytes;
  *fed = mpg123_feed(f->handle, v, h.bytes) == MPG123_OK;
  return s;
}

static bl_status next(bl_ctx *ctx, bl_recording *rec, const float **v, size_t *n)
{
  mpeg *f = rec->impl;
  bl_status s = BL_OK;
  bool fed = true;
  *n = 0;
  while (!s && fed) {
    unsigned char *bytes = NULL;
    size_t n_bytes = 0;
    off_t number;
    int got = mpg123_decode_frame(f->handle, &number, &bytes, &n_bytes);
    if (got == MPG123_OK && n_bytes) {
      *v = (const float *)(void *)bytes;
      *n = n_bytes / sizeof **v / rec->streams[0].n_channels;
      break;
    }
    if (got == MPG123_NEED_MORE) s = feed(ctx, f, &fed);
    else if (got != MPG123_NEW_FORMAT && got != MPG123_OK) break;
  }
  return s;
}

static const bl_codec codec = {.begin = begin, .next = next};

static bl_status open_mpeg(bl_ctx *ctx, bl_recording *rec)
{
  bl_mpeg_frame kind;
  bl_status s = bl_coded_open(ctx, rec, sizeof(mpeg), &codec);
  if (!s) s = bl_mpeg_walk(ctx, rec, rec->impl, &kind); /* which begins with a bl_coded */
  if (s) return s;
  static const char *const layers[] = {"I", "II", "III (MP3)"};
  return bl_coded_stream(ctx, rec, bl_strf(ctx, "MPEG, layer %s", layers[kind.layer - 1]), kind.rate, kind.channels, 0);
}

static void close_mpeg(bl_ctx *ctx, bl_recording *rec)
{
  mpeg *f = rec->impl;
  if (!f) return;
  if (f->handle) mpg123_delete(f->handle);
  bl_coded_close(ctx, rec);
}

static int probe(const unsigned char *head, size_t n, const char *path)
{
  bl_mpeg_frame h;
  if (n >= BL_MPEG_HEAD_BYTES && bl_mpeg_frame_head(head, &h)) return 30;
  return bl_text_ends_with(path, ".mp3") || bl_text_ends_with(path, ".mp2");
}

static const char *const extensions[] = {".mp3", ".mp2", NULL};
const bl_reader_class bl_reader_mpeg = {
    .name = "mpeg",
    .summary = "MP3 and its older layers by libmpg123, whole frames only",
    .source = "ISO/IEC 11172-3, 13818-3; libmpg123 1.31",
    .extensions = extensions,
    .probe = probe,
    .open = open_mpeg,
    .read = bl_coded_read,
    .close = close_mpeg,
};
