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

/* Frames of PCM or float, by a chunk fmt; compressed ones are not looked at. */
static void look_at_format(bl_glance *g, const bl_riff_chunk *c, bl_riff_data *out)
{
  unsigned char h[16];
  if (c->n < 16 || !read_at(g, c->at + 8, h, 16)) return;
  unsigned tag = bl_le16(h);
  if (tag != 1 && tag != 3 && tag != 0xfffe) return;
  out->frame_bytes = bl_le16(h + 12);
  out->channels = bl_le16(h + 2);
  out->bits = bl_le16(h + 14);
}

/* What a data chunk says and what there is. */
static void look_at_data(const bl_riff *r, const bl_riff_chunk *c, bl_riff_data *out)
{
  unsigned char h[4];
  uint64_t from = c->at + 8, end;
  uint32_t size = read_at(r->g, c->at + 4, h, 4) ? bl_le32(h) : 0;
  bool elsewhere = r->rf64 && size == UINT32_MAX;
  out->size_at = c->at + 4;
  out->no_ds64 = elsewhere && !r->size64_at;
  out->size64_at = elsewhere ? r->size64_at : 0;
  out->says = elsewhere ? r->says64 : size;
  out->holds = c->room;
  if (!r->rf64) out->wrapped = unwrap(r->g, from, size, out->holds, r->file_bytes);
  out->unclosed = !out->says && out->holds && !only_chunks(r->g, from, r->file_bytes);
  end = from + out->says;
  if (out->unclosed || out->wrapped || out->says >= out->holds || is_chunk(r->g, end + (end & 1), r->file_bytes))
    return;
  if (end + 1 < r->file_bytes) out->behind = r->file_bytes - end; /* else a pad byte */
}

bool bl_riff_open(bl_glance *g, uint64_t file_bytes, bl_riff *out)
{
  unsigned char h[12];
  *out = (bl_riff){.g = g, .file_bytes = file_bytes, .next = sizeof h};
  if (!read_at(g, 0, h, 12) || memcmp(h + 8, "WAVE", 4) || (memcmp(h, "RIFF", 4) && memcmp(h, "RF64", 4))) return false;
  out->rf64 = h[1] == 'F';
  return true;
}

bool bl_riff_next(bl_riff *r, bl_riff_chunk *out)
{
  unsigned char h[8];
  if (r->n++ >= MAX_CHUNKS || r->next > r->file_bytes || r->file_bytes - r->next < 8 || !read_at(r->g, r->next, h, 8))
    return false;
  *out = (bl_riff_chunk){.at = r->next, .n = bl_le32(h + 4), .room = r->file_bytes - r->next - 8};
  memcpy(out->name, h, 4);
  if (r->rf64 && !memcmp(h, "data", 4) && out->n == UINT32_MAX && r->size64_at) out->n = r->says64;
  if (r->rf64 && !memcmp(h, "ds64", 4) && out->n >= 16 && read_at(r->g, out->at + 16, h, 8)) {
    r->size64_at = out->at + 16;
    r->says64 = bl_le64(h);
  }
  r->next = out->n > out->room ? r->file_bytes : out->at + 8 + out->n;
  if (r->next < r->file_bytes) r->next += r->next & 1;
  return true;
}

static bool is_name(const unsigned char *c)
{
  static const char *const names[] = {"LIST", "bext", "iXML", "id3 ", "ID3 ", "axml", "cue ", "smpl",
                                      "note", "_PMX", "guan", "cart", "fact", "JUNK", "PEAK"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!memcmp(c, names[i], 4)) return true;
  return false;
}

bl_status bl_riff_samples(bl_ctx *ctx, bl_riff *r, const bl_riff_chunk *data, uint64_t *n)
{
  enum { PIECE = 16384 };
  unsigned char v[PIECE];
  uint64_t from = data->at + 8;
  bool are = only_chunks(r->g, from, r->file_bytes);
  bl_status s = BL_OK;
  *n = are ? 0 : data->room;
  for (uint64_t at = from; !s && !are && at + 8 <= r->file_bytes;) {
    size_t got = bl_glance_read(r->g, at, v, r->file_bytes - at < PIECE ? (size_t)(r->file_bytes - at) : PIECE), i = 0;
    if (got < 8 || (s = BL_CHECK_CANCEL(ctx))) break;
    while (i + 8 <= got && !is_name(v + i)) i++;
    at += i; /* the last 7 bytes are looked at with the next piece */
    if (i + 8 > got) continue;
    if ((are = only_chunks(r->g, at, r->file_bytes))) *n = at - from;
    at++;
  }
  return s;
}

bool bl_riff_find_data(bl_glance *g, uint64_t file_bytes, bl_riff_data *out)
{
  bl_riff r;
  bl_riff_chunk c;
  unsigned char h[4];
  *out = (bl_riff_data){0};
  if (!bl_riff_open(g, file_bytes, &r)) return false;
  out->open_riff = !r.rf64 && read_at(g, 4, h, 4) && (bl_le32(h) == 0 || bl_le32(h) == UINT32_MAX);
  while (bl_riff_next(&r, &c)) {
    if (!strcmp(c.name, "fmt ")) look_at_format(g, &c, out);
    if (strcmp(c.name, "data")) continue;
    look_at_data(&r, &c, out);
    return true;
  }
  return false;
}

static const char w64_data[] = "data\xf3\xac\xd3\x11";

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
  if (!read_at(g, 0, h, W64_HEAD) || memcmp(h, BL_W64_MARK, 8)) return false;
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

static unsigned long long ull(uint64_t x) { return x; }

/* The size of frames against channels and bits. Frames that are longer, each sample in more bytes than it needs, are
 * right. *bytes: those that are taken. */
static bl_status note_frames(bl_ctx *ctx, bl_recording *rec, const bl_riff_data *d, uint64_t *bytes)
{
  uint64_t needs = (uint64_t)d->channels * ((d->bits + 7) / 8);
  *bytes = d->frame_bytes;
  if (!d->channels || !d->bits || (d->frame_bytes >= needs && d->frame_bytes % d->channels == 0)) return BL_OK;
  if (d->bits % 8)
    return bl_fail(ctx, BL_E_FORMAT,
                   "%s: the chunk fmt says frames of %llu bytes for %u channel%s of %u bits, which cannot be",
                   rec->path, ull(d->frame_bytes), d->channels, d->channels == 1 ? "" : "s", d->bits);
  *bytes = needs;
  return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                           "the chunk fmt says frames of %llu bytes for %u channel%s of %u bits; %llu were taken",
                           ull(d->frame_bytes), d->channels, d->channels == 1 ? "" : "s", d->bits, ull(needs));
}

bl_status bl_riff_note(bl_ctx *ctx, bl_recording *rec, const bl_riff_data *d)
{
  uint64_t frame;
  bl_status s = note_frames(ctx, rec, d, &frame);
  if (s) return s;
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
  if (frame && d->says % frame)
    return bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "byte %llu: the data chunk says %llu bytes, no whole number of frames of %llu; the last %llu were left out",
        ull(d->size_at), ull(d->says), ull(frame), ull(d->says % frame));
  if (d->open_riff)
    return bl_recording_note(ctx, rec, BL_W_FORMAL,
                             "byte 4: the length of all is not told, as by a recorder that was stopped");
  return BL_OK;
}
