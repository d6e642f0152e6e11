#include "riff.h"

#include <string.h>
#include <unistd.h>

/* A file of more chunks than this is made to waste time. */
enum { MAX_CHUNKS = 10000 };

static uint32_t le32(const unsigned char *p)
{
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool read_at(int fd, uint64_t at, unsigned char *to, size_t n)
{
  return at <= INT64_MAX && pread(fd, to, n, (off_t)at) == (ssize_t)n;
}

/* True when nothing but whole chunks lies between `at` and the end: then what follows are no samples. */
static bool only_chunks(int fd, uint64_t at, uint64_t end)
{
  unsigned char h[8];
  for (int i = 0; i < MAX_CHUNKS && at + 8 <= end && read_at(fd, at, h, 8); i++) {
    for (int k = 0; k < 4; k++)
      if (h[k] < 0x20 || h[k] > 0x7e) return false;
    at += 8 + (uint64_t)le32(h + 4);
    if (at == end) return true;
    at += at & 1;
  }
  return at == end;
}

/* See bl_riff_data.wrapped: the samples are taken as far as the 32 bits allow, or what then follows are chunks. */
static uint64_t unwrap(int fd, uint64_t from, uint64_t says, uint64_t holds, uint64_t file_bytes)
{
  if (holds <= UINT32_MAX || only_chunks(fd, from + says + (says & 1), file_bytes)) return 0;
  if (says == UINT32_MAX) return holds;
  uint64_t size = says + ((holds - says) >> 32 << 32);
  return size > says && only_chunks(fd, from + size + (size & 1), file_bytes) ? size : 0;
}

bool bl_riff_find_data(int fd, uint64_t file_bytes, bl_riff_data *out)
{
  unsigned char h[24];
  uint64_t at = 12, size64 = 0, size64_at = 0;
  *out = (bl_riff_data){0};
  if (!read_at(fd, 0, h, 12) || memcmp(h + 8, "WAVE", 4) || (memcmp(h, "RIFF", 4) && memcmp(h, "RF64", 4)))
    return false;
  bool rf64 = h[1] == 'F';
  for (int i = 0; i < MAX_CHUNKS && at + 8 <= file_bytes && read_at(fd, at, h, 8); i++) {
    uint64_t size = le32(h + 4);
    if (!memcmp(h, "data", 4)) {
      out->size_at = at + 4;
      out->says = rf64 && size == 0xffffffff ? size64 : size;
      out->holds = file_bytes - at - 8;
      if (rf64 && size == 0xffffffff) out->size64_at = size64_at;
      if (!rf64) out->wrapped = unwrap(fd, at + 8, size, out->holds, file_bytes);
      out->unclosed = !out->says && out->holds && !only_chunks(fd, at + 8, file_bytes);
      return true;
    }
    if (rf64 && !memcmp(h, "ds64", 4) && size >= 16 && read_at(fd, at + 16, h + 8, 8)) {
      size64_at = at + 16;
      size64 = le32(h + 8) | (uint64_t)le32(h + 12) << 32;
    }
    at += 8 + size + (size & 1);
  }
  return false;
}

static uint32_t be32(const unsigned char *p)
{
  return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

bool bl_sound_length(int fd, uint64_t *size_at, uint64_t *says)
{
  unsigned char h[24];
  if (!read_at(fd, 0, h, 24)) return false;
  if (!memcmp(h, "FORM", 4) && (!memcmp(h + 8, "AIFF", 4) || !memcmp(h + 8, "AIFC", 4))) {
    *size_at = 4;
    *says = 8 + (uint64_t)be32(h + 4);
    return true;
  }
  if (!memcmp(h, "riff\x2e\x91\xcf\x11", 8)) { /* a GUID of 16 bytes, then the size of all */
    *size_at = 16;
    *says = le32(h + 16) | (uint64_t)le32(h + 20) << 32;
    return true;
  }
  if (!memcmp(h, ".snd", 4) && be32(h + 8) != 0xffffffff) {
    *size_at = 8;
    *says = (uint64_t)be32(h + 4) + be32(h + 8);
    return true;
  }
  return false;
}

bool bl_ogg_is_cut(int fd, uint64_t file_bytes)
{
  unsigned char page[65536 + 307]; /* a page is no longer */
  if (!read_at(fd, 0, page, 4) || memcmp(page, "OggS", 4)) return false;
  size_t n = file_bytes < sizeof page ? (size_t)file_bytes : sizeof page;
  if (!read_at(fd, file_bytes - n, page, n)) return false;
  for (size_t i = n; i-- > 0;)
    if (i + 6 <= n && !memcmp(page + i, "OggS", 4) && !page[i + 4]) return !(page[i + 5] & 4);
  return true;
}
