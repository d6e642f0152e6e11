/* See coded.h. */
#include "coded.h"

#include <string.h>

#include "reader_util.h"
#include "recording_private.h"
#include "sound.h"

/* Further ahead than so many frames, a codec that can begins anew instead of decoding what lies between. */
enum { FAR_AHEAD = 32768 };

bl_status bl_coded_open(bl_ctx *ctx, bl_recording *rec, size_t size, const bl_codec *codec)
{
  bl_coded *c = rec->impl = bl_calloc(ctx, 1, size);
  if (!c) return bl_fail_nomem(ctx, "a sound file");
  c->codec = codec;
  return bl_window_open(ctx, rec->path, &c->file);
}

bl_status bl_coded_add(bl_ctx *ctx, bl_coded *c, bl_coded_part part)
{
  void *v = c->parts;
  bl_status s = bl_grow(ctx, &v, &c->cap_parts, c->n_parts + 1, sizeof *c->parts, "the parts of a sound file");
  c->parts = v;
  if (s) return s;
  bl_coded_part *last = c->n_parts ? &c->parts[c->n_parts - 1] : NULL;
  if (last && !last->n) { /* it was lost as a whole: its place is taken, its gap stays */
    part.lost += last->lost;
    c->n_parts--;
  }
  last = c->n_parts ? &c->parts[c->n_parts - 1] : NULL;
  part.first = last ? last->first + last->n : 0;
  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): bl_grow() made room for it */
  c->parts[c->n_parts++] = part;
  return BL_OK;
}

/* A gap begins a run, another stream behind the first does not. */
static bl_status find_runs(bl_ctx *ctx, bl_coded *c, bl_rec_stream *stream)
{
  if (c->n_parts && !c->parts[c->n_parts - 1].n) c->n_parts--;
  bl_begin *v = bl_calloc(ctx, c->n_parts + 1, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "a recording's runs");
  size_t n = 0;
  uint64_t lost = 0, frames = 0;
  for (size_t i = 0; i < c->n_parts; i++) {
    const bl_coded_part *p = &c->parts[i];
    frames = p->first + p->n;
    lost += p->lost;
    if (i && p->lost) v[n++] = (bl_begin){p->first, (double)(p->first + lost) / stream->rate_hz};
  }
  bl_status s = bl_reader_runs(ctx, stream, frames, v, n);
  bl_free(ctx, v);
  if (!s && frames && c->parts[0].lost) { /* the beginning is lost */
    stream->runs[0].start_s = (double)c->parts[0].lost / stream->rate_hz;
  }
  return s;
}

bl_status bl_coded_stream(bl_ctx *ctx, bl_recording *rec, char *format, int64_t rate, int64_t channels, int bits)
{
  bl_coded *c = rec->impl;
  rec->format = format;
  if (!format) return bl_fail_nomem(ctx, "a recording's header");
  bl_status s = bl_sound_check(ctx, rec, rate, channels);
  if (!s) s = bl_recording_streams(ctx, rec, 1);
  if (s) return s;
  rec->streams[0].rate_hz = (double)rate;
  s = bl_sound_channels(ctx, &rec->streams[0], (size_t)channels, bits);
  if (!s) s = find_runs(ctx, c, &rec->streams[0]);
  if (!s) s = bl_sound_beside(ctx, rec, &c->full_scale);
  if (!s && !rec->streams[0].n_frames) s = bl_recording_note(ctx, rec, BL_W_TRUNCATED, "the file holds no samples");
  return s;
}

/* The part that has a frame of the recording. */
static size_t part_of(const bl_coded *c, uint64_t frame)
{
  size_t lo = 0, hi = c->n_parts;
  while (hi - lo > 1) {
    size_t mid = lo + (hi - lo) / 2;
    if (c->parts[mid].first <= frame) lo = mid;
    else hi = mid;
  }
  return lo;
}

/* Decodes up to a frame of the recording, with which the block at hand then begins; block_n 0: it cannot be had. */
static bl_status go_to(bl_ctx *ctx, bl_recording *rec, uint64_t frame)
{
  bl_coded *c = rec->impl;
  size_t part = part_of(c, frame);
  uint64_t want = frame - c->parts[part].first + c->parts[part].waste;
  bl_status s = BL_OK;
  if (!c->begun || part != c->part || want < c->block_at || (c->codec->seeks && want - c->block_at > FAR_AHEAD)) {
    c->begun = false;
    c->block_n = 0;
    s = c->codec->begin(ctx, rec, &c->parts[part], want, &c->block_at);
    c->part = part;
    c->begun = !s;
  }
  while (!s && want - c->block_at >= c->block_n) {
    c->block_at += c->block_n;
    if ((s = c->codec->next(ctx, rec, &c->block, &c->block_n)) || !c->block_n) return s;
    s = BL_CHECK_CANCEL(ctx);
  }
  if (s) return s; /* there may be no block */
  size_t skip = (size_t)(want - c->block_at);
  c->block += skip * rec->streams[0].n_channels;
  c->block_at += skip;
  c->block_n -= skip;
  return BL_OK;
}

/* What the block at hand has of n frames. */
static size_t take(bl_coded *c, size_t width, uint64_t part_left, size_t n, float *out)
{
  if (n > c->block_n) n = c->block_n;
  if (n > part_left) n = (size_t)part_left;
  if (!n) return 0; /* there may be no block */
  memcpy(out, c->block, n * width * sizeof *out);
  c->block += n * width;
  c->block_at += n;
  c->block_n -= n;
  return n;
}

bl_status bl_coded_read(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                        size_t *got)
{
  bl_coded *c = rec->impl;
  size_t width = rec->streams[stream].n_channels, more = 1;
  bl_status s = BL_OK;
  for (*got = 0; !s && more && *got < n; *got += more) {
    s = go_to(ctx, rec, first + *got);
    const bl_coded_part *p = &c->parts[c->part];
    more = s ? 0 : take(c, width, p->waste + p->n - c->block_at, n - *got, out + *got * width);
  }
  bl_sound_scale(c->full_scale, width, *got, out);
  if (s || *got == n || c->told) return s;
  c->told = true;
  return bl_recording_note(ctx, rec, BL_W_TRUNCATED, "frame %llu: there are %llu, no more could be decoded",
                           (unsigned long long)(first + *got), (unsigned long long)rec->streams[stream].n_frames);
}

void bl_coded_release(bl_ctx *ctx, bl_coded *c)
{
  bl_window_close(ctx, &c->file);
  bl_free(ctx, c->parts);
  bl_free(ctx, c->full_scale);
}

void bl_coded_close(bl_ctx *ctx, bl_recording *rec)
{
  bl_coded_release(ctx, rec->impl);
  bl_free(ctx, rec->impl);
  rec->impl = NULL;
}
