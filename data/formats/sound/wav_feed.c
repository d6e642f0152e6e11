/* WAV and RF64 from a pipe: the header chunk by chunk, then the samples as they come.
 *
 * A program that writes into a pipe cannot go back to put in the length. It leaves 0 or all ones there, or a number near
 * 2 GiB (0x7ffff000 and a little more, 0x80000000): all of these mean that the samples go on to the end of the pipe.
 * Any other length counts, and what is behind it is not looked at further than to see whether it is a chunk. RF64 has
 * its length in a chunk ds64 (EBU Tech 3306). Values have the bits that libsndfile gives for the same file. */
#include <string.h>

#include "feed_private.h"
#include "little_endian.h"
#include "recording_private.h"
#include "sound.h"

#define OPEN_END UINT64_MAX /* samples go on to the end of the pipe */
enum { LEAST_GUESS = 0x7ffff000, MAX_FMT = 40, DS64_BYTES = 16 };
enum { MAX_CHUNKS = 1000, MAX_CHUNK_BYTES = 1 << 26 }; /* before the samples: a header that has more is none */
enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_EXTENSIBLE = 0xfffe };

typedef struct wav {
  bl_sample_type type;
  bl_scale scale;
  bool rf64, formatted; /* a chunk fmt was there */
  uint64_t says64;      /* bytes of samples by ds64; 0: not told */
  uint64_t says, left;  /* bytes of samples, and those still to come; OPEN_END: not known */
  uint64_t size_at;     /* where in the pipe the data chunk's size stood */
} wav;

/* n bytes of the header at hand. */
static bl_status want(bl_ctx *ctx, bl_feed *f, size_t n)
{
  bl_status s = bl_intake_want(ctx, &f->in, n, n);
  if (s || bl_intake_n(&f->in) >= n) return s;
  return bl_fail(ctx, BL_E_FORMAT, "%s: it ends at byte %llu, inside the header of a WAV file", f->head->path,
                 (unsigned long long)f->in.passed + bl_intake_n(&f->in));
}

/* ---- the header -------------------------------------------------------------------------------------------------- */

static bl_status refuse_kind(bl_ctx *ctx, const bl_feed *f)
{
  const char *head = (const char *)bl_intake_v(&f->in);
  const char *kind = !memcmp(head, "fLaC", 4)   ? "FLAC"
                     : !memcmp(head, "OggS", 4) ? "Ogg"
                     : !memcmp(head, "FORM", 4) ? "AIFF"
                                                : "this kind";
  return bl_fail(ctx, BL_E_UNSUPPORTED,
                 "%s: of sound files only WAV can be read from a pipe, not %s; decode it to WAV on the way (flac -dc, "
                 "oggdec -o -, sox - -t wav -), or write it to a file, and give that",
                 f->head->path, kind);
}

/* Stored numbers by the format's tag and bits. */
static bl_status read_type(bl_ctx *ctx, const bl_feed *f, unsigned tag, unsigned bits, wav *w)
{
  static const struct {
    unsigned tag, bits;
    bl_sample kind;
  } kinds[] = {{TAG_PCM, 8, BL_U8},   {TAG_PCM, 16, BL_I16},   {TAG_PCM, 24, BL_I24},
               {TAG_PCM, 32, BL_I32}, {TAG_FLOAT, 32, BL_F32}, {TAG_FLOAT, 64, BL_F64}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].tag == tag && kinds[i].bits == bits) {
      w->type.kind = kinds[i].kind;
      w->scale = bl_scale_one();
      if (tag == TAG_PCM) w->scale.cal = 2.0 / (double)(1ull << bits);
      if (bits == 8) w->scale.off = -1;
      return BL_OK;
    }
  return bl_fail(ctx, BL_E_UNSUPPORTED,
                 "%s: WAV samples of format %u with %u bits cannot be read from a pipe; 8 to 32 bit PCM and floats "
                 "can, and all of it from a file",
                 f->head->path, tag, bits);
}

static bl_status read_fmt(bl_ctx *ctx, bl_feed *f, wav *w, size_t n)
{
  bl_status s = want(ctx, f, n < MAX_FMT ? n : MAX_FMT);
  if (s) return s;
  if (n < 16) return bl_fail(ctx, BL_E_FORMAT, "%s: the chunk fmt has %zu bytes, wanted 16 or more", f->head->path, n);
  const unsigned char *v = bl_intake_v(&f->in);
  unsigned tag = bl_le16(v), channels = bl_le16(v + 2), align = bl_le16(v + 12), bits = bl_le16(v + 14);
  if (tag == TAG_EXTENSIBLE && n >= MAX_FMT) tag = bl_le16(v + 24); /* the sub-format's first bytes */
  s = bl_sound_check(ctx, f->head, bl_le32(v + 4), channels);
  if (!s) s = read_type(ctx, f, tag, bits, w);
  if (!s && align != channels * bits / 8)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: the header says frames of %u bytes for %u channels of %u bits", f->head->path,
                align, channels, bits);
  if (!s) s = bl_recording_streams(ctx, f->head, 1);
  if (!s) s = bl_sound_channels(ctx, &f->head->streams[0], channels, tag == TAG_PCM ? (int)bits : 0);
  if (s) return s;
  f->head->streams[0].rate_hz = bl_le32(v + 4);
  w->formatted = true;
  f->head->format = bl_strf(ctx, "%s, %u bit%s", w->rf64 ? "RF64" : "WAV", bits, tag == TAG_FLOAT ? " float" : "");
  return f->head->format ? BL_OK : bl_fail_nomem(ctx, "a recording's header");
}

/* The data chunk's size, of which some numbers mean that nobody knew it. */
static bl_status read_size(bl_ctx *ctx, bl_feed *f, wav *w, uint32_t size)
{
  if (!w->formatted)
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte %llu: the samples begin before a chunk fmt told what they are",
                   f->head->path, (unsigned long long)w->size_at);
  w->says = w->rf64 && size == UINT32_MAX ? w->says64 : size >= LEAST_GUESS ? 0 : size;
  w->left = w->says = w->says && w->says != UINT64_MAX ? w->says : OPEN_END;
  return BL_OK;
}

/* One chunk; *done: it is the one with the samples. */
static bl_status read_chunk(bl_ctx *ctx, bl_feed *f, wav *w, bool *done)
{
  bl_status s = want(ctx, f, 8);
  if (s) return s;
  char name[4];
  memcpy(name, bl_intake_v(&f->in), 4);
  uint32_t size = bl_le32(bl_intake_v(&f->in) + 4);
  w->size_at = f->in.passed + 4;
  bl_intake_take(&f->in, 8);
  if (!memcmp(name, "data", 4)) return *done = true, read_size(ctx, f, w, size);
  if (!memcmp(name, "fmt ", 4) && !w->formatted) {
    s = read_fmt(ctx, f, w, size);
  } else if (!memcmp(name, "ds64", 4) && size >= DS64_BYTES) {
    s = want(ctx, f, DS64_BYTES);
    if (!s) w->says64 = bl_le64(bl_intake_v(&f->in) + 8);
  }
  if (!s && size > MAX_CHUNK_BYTES)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: byte %llu: a chunk of %lu bytes before the samples is no header of a WAV file",
                f->head->path, (unsigned long long)w->size_at, (unsigned long)size);
  return s ? s : bl_intake_skip(ctx, &f->in, (uint64_t)size + (size & 1));
}

static bl_status open_feed(bl_ctx *ctx, bl_feed *f)
{
  wav *w = f->impl = bl_calloc(ctx, 1, sizeof *w);
  if (!w) return bl_fail_nomem(ctx, "a sound file");
  bl_status s = want(ctx, f, 12);
  if (s) return s;
  const unsigned char *v = bl_intake_v(&f->in);
  if (memcmp(v + 8, "WAVE", 4) || (memcmp(v, "RIFF", 4) && memcmp(v, "RF64", 4))) return refuse_kind(ctx, f);
  w->rf64 = v[1] == 'F';
  bl_intake_take(&f->in, 12);
  bool done = false;
  for (int i = 0; !s && !done && i < MAX_CHUNKS; i++) s = read_chunk(ctx, f, w, &done);
  if (s || done) return s;
  return bl_fail(ctx, BL_E_FORMAT, "%s: %d chunks and no samples among them: no WAV file", f->head->path, MAX_CHUNKS);
}

/* ---- the samples ------------------------------------------------------------------------------------------------- */

/* Behind the last sample: what the header promised and did not come, and what came that it did not promise. */
static bl_status check_end(bl_ctx *ctx, bl_feed *f, const wav *w)
{
  if (w->says == OPEN_END) return BL_OK;
  uint64_t rest = bl_intake_n(&f->in);
  if (w->left > rest)
    return bl_recording_note(
        ctx, f->head, BL_W_TRUNCATED, "byte %llu: the data chunk says %llu bytes, %llu came; those were taken",
        (unsigned long long)w->size_at, (unsigned long long)w->says, (unsigned long long)(w->says - w->left + rest));
  return BL_OK;
}

static bl_status pull(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out)
{
  wav *w = f->impl;
  size_t frame = f->head->streams[0].n_channels * bl_sample_bytes(w->type.kind);
  if (w->left / frame < most) most = (size_t)(w->left / frame);
  bl_status s = most ? bl_feed_samples(ctx, f, w->type, &w->scale, most, out) : BL_OK;
  if (s) return s;
  if (out->kind == BL_FEED_END) return check_end(ctx, f, w);
  if (w->left != OPEN_END) w->left -= out->n[0] * frame;
  return BL_OK;
}

static void close_feed(bl_ctx *ctx, bl_feed *f) { bl_free(ctx, f->impl); }

const bl_feed_class bl_feed_wav = {open_feed, pull, close_feed};
