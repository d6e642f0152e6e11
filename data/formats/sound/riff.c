#include "riff.h"

#include <string.h>

#include "little_endian.h"

/* A file of more chunks than this is made to waste time. */
enum { MAX_CHUNKS = 10000 };

static bool read_at(bl_glance *g, uint64_t at, unsigned char *to, size_t n)
{
  return bl_glance_read(g, at, to, n) == n;
}

/* True when nothing but whole chunks lies between `at` and the end: then what follows are no samples. */
static bool only_chunks(bl_glance *g, uint64_t at, uint64_t end)
{
  unsigned char h[8];
  for (int i = 0; i < MAX_CHUNKS && at + 8 <= end && read_at(g, at, h, 8); i++) {
    for (int k = 0; k < 4; k++)
      if (h[k] < 0x20 || h[k] > 0x7e) return false;
    at += 8 + (uint64_t)bl_le32(h + 4);
    if (at == end) return true;
    at += at & 1;
  }
  return at == end;
}

/* See bl_riff_data.wrapped: the samples are taken as far as the 32 bits allow, or what then follows are chunks. */
static uint64_t unwrap(bl_glance *g, uint64_t from, uint64_t says, uint64_t holds, uint64_t file_bytes)
{
  if (holds <= UINT32_MAX || only_chunks(g, from + says + (says & 1), file_bytes)) return 0;
  if (says == UINT32_MAX) return holds;
  uint64_t size = says + ((holds - says) >> 32 << 32);
  return size > says && only_chunks(g, from + size + (size & 1), file_bytes) ? size : 0;
}

/* Whether a chunk begins at `at`: then what is behind the data was written on purpose, whatever comes behind that. */
static bool is_chunk(bl_glance *g, uint64_t at, uint64_t end)
{
  unsigned char h[8];
  if (at + 8 > end || !read_at(g, at, h, 8) || bl_le32(h + 4) > end - at - 8) return false;
  for (int k = 0; k < 4; k++)
    if (h[k] < 0x20 || h[k] > 0x7e) return false;
  return true;
}

/* Bytes of a frame of PCM or float, by a chunk fmt of `size` bytes at `at`; 0: compressed, or too short. */
static uint64_t frame_bytes(bl_glance *g, uint64_t at, uint64_t size)
{
  unsigned char h[14];
  if (size < 14 || !read_at(g, at, h, 14)) return 0;
  unsigned tag = h[0] | (unsigned)h[1] << 8;
  return tag == 1 || tag == 3 || tag == 0xfffe ? h[12] | (uint64_t)h[13] << 8 : 0;
}

/* What the data chunk, whose head is in h, says and what there is. */
static void look_at_data(bl_glance *g, const unsigned char *h, uint64_t at, uint64_t file_bytes, bool rf64,
                         bl_riff_data *out)
{
  uint64_t from = at + 8, size = bl_le32(h + 4);
  bool elsewhere = rf64 && size == UINT32_MAX;
  out->size_at = at + 4;
  out->no_ds64 = elsewhere && !out->size64_at;
  if (!elsewhere) out->says = size, out->size64_at = 0;
  out->holds = file_bytes - from;
  if (!rf64) out->wrapped = unwrap(g, from, size, out->holds, file_bytes);
  out->unclosed = !out->says && out->holds && !only_chunks(g, from, file_bytes);
  uint64_t end = from + out->says;
  if (out->unclosed || out->wrapped || out->says >= out->holds || is_chunk(g, end + (end & 1), file_bytes)) return;
  if (end + 1 < file_bytes) out->behind = file_bytes - end; /* else a pad byte */
}

bool bl_riff_find_data(bl_glance *g, uint64_t file_bytes, bl_riff_data *out)
{
  unsigned char h[24];
  uint64_t at = 12;
  *out = (bl_riff_data){0};
  if (!read_at(g, 0, h, 12) || memcmp(h + 8, "WAVE", 4) || (memcmp(h, "RIFF", 4) && memcmp(h, "RF64", 4))) return false;
  bool rf64 = h[1] == 'F';
  out->open_riff = !rf64 && (bl_le32(h + 4) == 0 || bl_le32(h + 4) == UINT32_MAX);
  for (int i = 0; i < MAX_CHUNKS && at + 8 <= file_bytes && read_at(g, at, h, 8); i++) {
    uint64_t size = bl_le32(h + 4);
    if (!memcmp(h, "data", 4)) {
      look_at_data(g, h, at, file_bytes, rf64, out);
      return true;
    }
    if (!memcmp(h, "fmt ", 4)) out->frame_bytes = frame_bytes(g, at + 8, size);
    if (rf64 && !memcmp(h, "ds64", 4) && size >= 16 && read_at(g, at + 16, h + 8, 8)) {
      out->size64_at = at + 16;
      out->says = bl_le64(h + 8);
    }
    at += 8 + size + (size & 1);
  }
  return false;
}

static uint32_t be32(const unsigned char *p)
{
  return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static const char w64_riff[] = "riff\x2e\x91\xcf\x11", w64_data[] = "data\xf3\xac\xd3\x11";

enum { W64_HEAD = 24, W64_FIRST = 40 };

static uint64_t w64_next(uint64_t at, uint64_t size) { return at + (size + 7) / 8 * 8; }

/* True when nothing but whole chunks lies between `at` and the end, or less than a head. */
static bool only_w64_chunks(bl_glance *g, uint64_t at, uint64_t end)
{
  unsigned char h[W64_HEAD];
  for (int i = 0; i < MAX_CHUNKS && at + W64_HEAD <= end && read_at(g, at, h, W64_HEAD); i++) {
    uint64_t size = bl_le64(h + 16);
    if (size < W64_HEAD || size > end - at) return false;
    at = w64_next(at, size);
  }
  return at + 8 > end;
}

bool bl_w64_find_data(bl_glance *g, uint64_t file_bytes, bl_riff_data *out)
{
  unsigned char h[W64_HEAD];
  *out = (bl_riff_data){0};
  if (!read_at(g, 0, h, W64_HEAD) || memcmp(h, w64_riff, 8)) return false;
  uint64_t at = W64_FIRST;
  for (int i = 0; i < MAX_CHUNKS && at + W64_HEAD <= file_bytes && read_at(g, at, h, W64_HEAD); i++) {
    uint64_t size = bl_le64(h + 16);
    if (!memcmp(h, w64_data, 8)) {
      out->size_at = at + 16;
      out->says = size > W64_HEAD ? size - W64_HEAD : 0;
      out->holds = file_bytes - at - W64_HEAD;
      out->unclosed = !out->says && out->holds;
      if (out->says && out->says < out->holds && !only_w64_chunks(g, w64_next(at, size), file_bytes))
        out->behind = out->holds - out->says;
      return true;
    }
    if (size < W64_HEAD || size > file_bytes - at) return false;
    at = w64_next(at, size);
  }
  return false;
}

bool bl_sound_length(bl_glance *g, uint64_t *size_at, uint64_t *says)
{
  unsigned char h[24];
  if (!read_at(g, 0, h, 24)) return false;
  if (!memcmp(h, "FORM", 4) && (!memcmp(h + 8, "AIFF", 4) || !memcmp(h + 8, "AIFC", 4))) {
    *size_at = 4;
    *says = 8 + (uint64_t)be32(h + 4);
    return true;
  }
  if (!memcmp(h, w64_riff, 8)) { /* a GUID of 16 bytes, then the size of all */
    *size_at = 16;
    *says = bl_le64(h + 16);
    return true;
  }
  if (!memcmp(h, ".snd", 4) && be32(h + 8) != 0xffffffff) {
    *size_at = 8;
    *says = (uint64_t)be32(h + 4) + be32(h + 8);
    return true;
  }
  return false;
}

static unsigned long long ull(uint64_t x) { return x; }

bl_status bl_riff_note(bl_ctx *ctx, bl_recording *rec, const bl_riff_data *d)
{
  if (d->wrapped)
    return bl_recording_note(
        ctx, rec, BL_W_DEVIATION, "byte %llu: the data chunk says %llu bytes, which is %s; %llu follow, and were taken",
        ull(d->size_at), ull(d->says),
        d->says == UINT32_MAX ? "all that a WAV file can say" : "the size's lowest 32 bits", ull(d->wrapped));
  if (d->says > d->holds)
    return bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                             "byte %llu: the data chunk says %llu bytes, the file holds %llu; those were taken",
                             ull(d->size_at), ull(d->says), ull(d->holds));
  if (d->no_ds64)
    return bl_recording_note(
        ctx, rec, BL_W_TRUNCATED,
        "byte %llu: the data chunk refers to a chunk ds64 for its size, and there is none; the %llu bytes that follow "
        "were taken",
        ull(d->size_at), ull(d->holds));
  if (d->unclosed)
    return bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                             "byte %llu: the data chunk says 0 bytes, %llu follow; those were taken", ull(d->size_at),
                             ull(d->holds));
  if (d->behind)
    return bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "byte %llu: the data chunk says %llu bytes; the %llu behind them begin no chunk, and were left out: samples, if "
        "the size is wrong",
        ull(d->size_at), ull(d->says), ull(d->behind));
  if (d->frame_bytes && d->says % d->frame_bytes)
    return bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "byte %llu: the data chunk says %llu bytes, no whole number of frames of %llu; the last %llu were left out",
        ull(d->size_at), ull(d->says), ull(d->frame_bytes), ull(d->says % d->frame_bytes));
  if (d->open_riff)
    return bl_recording_note(ctx, rec, BL_W_FORMAL,
                             "byte 4: the length of all is not told, as by a recorder that was stopped");
  return BL_OK;
}
