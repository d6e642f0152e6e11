/* See flac_frame.h. */
#include "flac_frame.h"

#include <string.h>

bl_flac_info bl_flac_info_of(const unsigned char *v)
{
  return (bl_flac_info){
      .min_block = (uint32_t)v[0] << 8 | v[1],
      .max_block = (uint32_t)v[2] << 8 | v[3],
      .rate = (uint32_t)v[10] << 12 | (uint32_t)v[11] << 4 | v[12] >> 4,
      .channels = (v[12] >> 1 & 7u) + 1,
      .bits = ((v[12] & 1u) << 4 | v[13] >> 4) + 1,
      .total =
          (uint64_t)(v[13] & 15u) << 32 | (uint64_t)v[14] << 24 | (uint64_t)v[15] << 16 | (uint64_t)v[16] << 8 | v[17],
  };
}

/* The polynomial x^8 + x^2 + x + 1 over n bytes. */
static unsigned crc8(const unsigned char *v, size_t n)
{
  unsigned crc = 0;
  for (size_t i = 0; i < n; i++) {
    crc ^= v[i];
    for (int b = 0; b < 8; b++) crc = crc & 0x80 ? (crc << 1 ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}

/* A number of up to 36 bits, coded as UTF-8 codes characters. Bytes used; 0: it is none. */
static size_t coded_number(const unsigned char *v, size_t n, uint64_t *out)
{
  size_t more = 0;
  if (!n || (v[0] & 0xc0) == 0x80 || v[0] == 0xff) return 0;
  while (more < 7 && v[0] & 0x80u >> more) more++;
  if (!more) {
    *out = v[0];
    return 1;
  }
  if (n < more) return 0;
  *out = v[0] & 0x7fu >> more;
  for (size_t i = 1; i < more; i++) {
    if ((v[i] & 0xc0) != 0x80) return 0;
    *out = *out << 6 | (v[i] & 0x3fu);
  }
  return more;
}

static const uint32_t rates[16] = {0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000};

/* Block size and rate where they stand behind the coded number. Bytes used; SIZE_MAX: too few are there. */
static size_t tail_of_head(const unsigned char *v, size_t n, unsigned block_code, unsigned rate_code, bl_flac_frame *f)
{
  size_t at = 0, block_bytes = block_code == 6 ? 1 : block_code == 7 ? 2 : 0;
  size_t rate_bytes = rate_code == 12 ? 1 : rate_code == 13 || rate_code == 14 ? 2 : 0;
  if (n < block_bytes + rate_bytes) return SIZE_MAX;
  f->block = block_code == 1 ? 192 : block_code < 6 ? 144u << block_code : 1u << block_code;
  if (block_bytes) f->block = 1;
  for (uint32_t x = 0; at < block_bytes; at++) {
    x = x << 8 | v[at];
    f->block = x + 1;
  }
  f->rate = rates[rate_code];
  for (size_t i = 0; i < rate_bytes; i++) f->rate = f->rate << 8 | v[at++];
  f->rate *= rate_code == 12 ? 1000 : rate_code == 14 ? 10 : 1;
  return at;
}

bool bl_flac_frame_head(const unsigned char *v, size_t n, bl_flac_frame *out)
{
  static const unsigned char bits[8] = {0, 8, 12, 0xff, 16, 20, 24, 32};
  *out = (bl_flac_frame){0};
  if (n < 6 || v[0] != 0xff || (v[1] & 0xfe) != 0xf8) return false;
  unsigned block_code = v[2] >> 4, rate_code = v[2] & 15, channel_code = v[3] >> 4, bit_code = v[3] >> 1 & 7;
  if (!block_code || rate_code == 15 || channel_code > 10 || bit_code == 3 || v[3] & 1) return false;
  out->variable = v[1] & 1;
  out->channels = channel_code < 8 ? channel_code + 1 : 2;
  out->bits = bits[bit_code];
  size_t at = 4, used = coded_number(v + at, n - at, &out->number);
  if (!used) return false;
  at += used;
  used = tail_of_head(v + at, n - at, block_code, rate_code, out);
  if (used == SIZE_MAX || at + used >= n) return false;
  at += used;
  out->head_bytes = at + 1;
  return crc8(v, at) == v[at];
}

size_t bl_flac_frame_bound(const bl_flac_frame *f, unsigned info_bits)
{
  unsigned bits = f->bits ? f->bits : info_bits;
  return (size_t)f->block * f->channels * (bits + 1) / 8 + 64 * f->channels + 64;
}

/* ---- checksum ---------------------------------------------------------------------------------------------------- */

void bl_flac_crc_init(bl_flac_crc *c)
{
  for (unsigned i = 0; i < 256; i++) {
    unsigned crc = i << 8;
    for (int b = 0; b < 8; b++) crc = crc & 0x8000 ? (crc << 1 ^ 0x8005) & 0xffff : crc << 1;
    c->table[0][i] = (uint16_t)crc;
  }
  for (unsigned i = 0; i < 256; i++)
    for (unsigned k = 1; k < 8; k++) {
      uint16_t before = c->table[k - 1][i];
      c->table[k][i] = (uint16_t)(before << 8 ^ c->table[0][before >> 8]);
    }
}

static uint16_t crc_of(const bl_flac_crc *c, uint16_t crc, const unsigned char *v, size_t n)
{
  for (; n >= 8; v += 8, n -= 8) {
    crc ^= (uint16_t)(v[0] << 8 | v[1]);
    crc = c->table[7][crc >> 8] ^ c->table[6][crc & 255] ^ c->table[5][v[2]] ^ c->table[4][v[3]] ^ c->table[3][v[4]] ^
          c->table[2][v[5]] ^ c->table[1][v[6]] ^ c->table[0][v[7]];
  }
  for (; n; v++, n--) crc = (uint16_t)(crc << 8 ^ c->table[0][crc >> 8 ^ *v]);
  return crc;
}

size_t bl_flac_frame_seek(const unsigned char *v, size_t from, size_t n)
{
  while (from + 1 < n) {
    const unsigned char *at = memchr(v + from, 0xff, n - from - 1);
    if (!at) return n;
    from = (size_t)(at - v);
    if ((v[from + 1] & 0xfe) == 0xf8) return from;
    from++;
  }
  return n;
}

size_t bl_flac_frame_end(const bl_flac_crc *c, const unsigned char *v, size_t n, size_t head_bytes, bool last)
{
  bl_flac_frame next;
  uint16_t crc = 0;
  size_t done = 0;
  for (size_t at = head_bytes; (at = bl_flac_frame_seek(v, at, n)) < n; at++) {
    if (!bl_flac_frame_head(v + at, n - at < BL_FLAC_MAX_HEAD ? n - at : BL_FLAC_MAX_HEAD, &next)) continue;
    crc = crc_of(c, crc, v + done, at - done);
    done = at;
    if (!crc) return at;
  }
  return last && n > done && !crc_of(c, crc, v + done, n - done) ? n : 0;
}
