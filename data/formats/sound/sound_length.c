/* The length that a header gives a file; see riff.h, which has that of WAV. */
#include <stdlib.h>
#include <string.h>

#include "little_endian.h"
#include "riff.h"

enum { MAX_BLOCKS = 100000 };

static uint32_t be32(const unsigned char *p)
{
  return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

/* Where the data chunk of a CAF file (Apple 2011) ends. A size of -1 leaves it open. */
static bool caf_length(bl_glance *g, uint64_t file_bytes, uint64_t *size_at, uint64_t *says)
{
  unsigned char h[12];
  uint64_t at = 8;
  for (int i = 0; i < MAX_BLOCKS && at < file_bytes && bl_glance_read(g, at, h, 12) == 12; i++) {
    uint64_t n = (uint64_t)be32(h + 4) << 32 | be32(h + 8);
    *size_at = at + 4;
    *says = at + 12 + n;
    if (n > INT64_MAX / 2) return false;
    if (!memcmp(h, "data", 4)) return true;
    at += 12 + n;
  }
  return false;
}

/* Where the last block of a VOC file (Creative 1989) ends. */
static bool voc_length(bl_glance *g, uint64_t file_bytes, uint64_t *size_at, uint64_t *says)
{
  unsigned char h[4];
  if (bl_glance_read(g, 20, h, 2) != 2) return false;
  *says = bl_le16(h);
  for (int i = 0; i < MAX_BLOCKS && *says < file_bytes && bl_glance_read(g, *says, h, 4) > 0 && h[0]; i++) {
    *size_at = *says + 1;
    *says += 4 + (bl_le32(h) >> 8);
  }
  return true;
}

/* The number of a field "name -i 123" in the head of a NIST file; 0: there is none. */
static uint64_t nist_field(const char *head, const char *name)
{
  const char *at = strstr(head, name);
  return at && !strncmp(at + strlen(name), " -i ", 4) ? strtoull(at + strlen(name) + 4, NULL, 10) : 0;
}

/* NIST SPHERE (1990); compressed samples leave it open. */
static bool nist_length(bl_glance *g, uint64_t *size_at, uint64_t *says)
{
  char head[1025] = "";
  if (bl_glance_read(g, 0, head, 1024) != 1024 || strstr(head, "embedded")) return false;
  const char *count = strstr(head, "sample_count");
  uint64_t n = nist_field(head, "sample_count"), channels = nist_field(head, "channel_count");
  uint64_t bytes = nist_field(head, "sample_n_bytes");
  if (!count || !n || !bytes || n > UINT32_MAX || bytes > 8 || channels > 1024) return false;
  *size_at = (uint64_t)(count - head);
  *says = strtoull(head + 8, NULL, 10) + n * bytes * (channels ? channels : 1);
  return true;
}

bool bl_sound_length(bl_glance *g, uint64_t file_bytes, uint64_t *size_at, uint64_t *says)
{
  unsigned char h[24];
  if (bl_glance_read(g, 0, h, 24) != 24) return false;
  if (!memcmp(h, "FORM", 4) && (!memcmp(h + 8, "AIFF", 4) || !memcmp(h + 8, "AIFC", 4))) {
    *size_at = 4;
    *says = 8 + (uint64_t)be32(h + 4);
    return true;
  }
  if (!memcmp(h, BL_W64_MARK, 8)) { /* a GUID of 16 bytes, then the size of all */
    *size_at = 16;
    *says = bl_le64(h + 16);
    return true;
  }
  if (!memcmp(h, ".snd", 4) && be32(h + 8) != 0xffffffff) {
    *size_at = 8;
    *says = (uint64_t)be32(h + 4) + be32(h + 8);
    return true;
  }
  if (!memcmp(h, "caff", 4)) return caf_length(g, file_bytes, size_at, says);
  if (!memcmp(h, "Creative Voice File", 19)) return voc_length(g, file_bytes, size_at, says);
  return !memcmp(h, "NIST_1A", 7) && nist_length(g, size_at, says);
}
