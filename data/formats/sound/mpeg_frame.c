/* See mpeg_frame.h. */
#include "mpeg_frame.h"

#include <string.h>

bool bl_mpeg_frame_head(const unsigned char *v, bl_mpeg_frame *out)
{
  static const unsigned char versions[4] = {25, 0, 2, 1};
  static const uint32_t rates[3] = {44100, 48000, 32000};
  /* kbit/s by the code; of version 1 layers I, II, III, then of 2 and 2.5 layer I, layers II and III */
  static const uint16_t kilobits[5][15] = {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
                                           {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
                                           {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
                                           {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
                                           {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};
  unsigned version = versions[v[1] >> 3 & 3], layer = 4 - (v[1] >> 1 & 3u), code = v[2] >> 4, rate = v[2] >> 2 & 3;
  if (v[0] != 0xff || (v[1] & 0xe0) != 0xe0 || !version || layer == 4 || !code || code == 15 || rate == 3) return false;
  if ((v[3] & 3) == 2) return false; /* an emphasis that does not exist */
  unsigned padding = v[2] >> 1 & 1, lsf = version != 1;
  uint32_t bits = kilobits[lsf ? (layer == 1 ? 3 : 4) : layer - 1][code] * 1000u;
  *out = (bl_mpeg_frame){.version = version, .layer = layer, .channels = v[3] >> 6 == 3 ? 1 : 2};
  out->rate = rates[rate] >> (version == 1 ? 0 : version == 2 ? 1 : 2);
  out->n = layer == 1 ? 384 : layer == 3 && lsf ? 576 : 1152;
  out->bytes = layer == 1 ? (12 * bits / out->rate + padding) * 4 : out->n / 8 * bits / out->rate + padding;
  out->side_at = BL_MPEG_HEAD_BYTES + (v[1] & 1 ? 0 : 2); /* a checksum */
  out->side_bytes = layer != 3 ? 0 : lsf ? (out->channels == 1 ? 9 : 17) : out->channels == 1 ? 17 : 32;
  return out->bytes >= out->side_at + out->side_bytes;
}

bool bl_mpeg_frames_alike(const bl_mpeg_frame *a, const bl_mpeg_frame *b)
{
  return a->version == b->version && a->layer == b->layer && a->channels == b->channels && a->rate == b->rate;
}

size_t bl_mpeg_frame_back(const bl_mpeg_frame *f, const unsigned char *v)
{
  if (f->layer != 3) return 0;
  return f->version == 1 ? (size_t)v[f->side_at] << 1 | v[f->side_at + 1] >> 7 : v[f->side_at];
}

/* n bits of v from bit *at on, which steps behind them. */
static uint32_t bits(const unsigned char *v, size_t *at, unsigned n)
{
  uint32_t x = 0;
  for (; n; n--, ++*at) x = x << 1 | ((uint32_t)v[*at / 8] >> (7 - *at % 8) & 1u);
  return x;
}

bool bl_mpeg_frame_can_be(const bl_mpeg_frame *f, const unsigned char *v)
{
  enum { MOST_BIG_VALUES = 288, LENGTH = 12, BIG_VALUES = 9, REST = 38, REST_LSF = 42 };
  if (f->layer != 3) return true;
  bool lsf = f->version != 1;
  unsigned one = f->channels == 1, front = lsf ? 8 + (one ? 1 : 2) : 9 + (one ? 5 + 4 : 3 + 8);
  size_t at = f->side_at * 8 + front, wanted = 0;
  for (unsigned i = 0; i < f->channels * (lsf ? 1u : 2u); i++) {
    wanted += bits(v, &at, LENGTH);
    if (bits(v, &at, BIG_VALUES) > MOST_BIG_VALUES) return false;
    at += lsf ? REST_LSF : REST;
  }
  return wanted <= 8 * (bl_mpeg_frame_back(f, v) + bl_mpeg_frame_body(f));
}

static uint32_t be32(const unsigned char *v)
{
  return (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
}

/* Fraunhofer's, which tells no more than the count. */
static bool vbri_of(const unsigned char *v, size_t n, bl_mpeg_info *out)
{
  enum { AT = 36, COUNT_AT = 14 };
  if (n < AT + COUNT_AT + 4 || memcmp(v + AT, "VBRI", 4)) return false;
  out->has_count = true;
  out->n_frames = be32(v + AT + COUNT_AT);
  return true;
}

static bool is_xing(const unsigned char *v, size_t n, size_t at)
{
  return n >= at + 8 && (!memcmp(v + at, "Xing", 4) || !memcmp(v + at, "Info", 4));
}

bool bl_mpeg_info_of(const bl_mpeg_frame *f, const unsigned char *v, size_t n, bl_mpeg_info *out)
{
  enum { COUNT = 1, BYTES = 2, TABLE = 4, QUALITY = 8, SKIPS_AT = 21 };
  *out = (bl_mpeg_info){0};
  if (f->layer != 3) return false;
  size_t at = BL_MPEG_HEAD_BYTES + f->side_bytes;
  if (!is_xing(v, n, at)) at = f->side_at + f->side_bytes;
  if (!is_xing(v, n, at)) return vbri_of(v, n, out);
  uint32_t has = be32(v + at + 4);
  at += 8;
  if (has & COUNT && n >= at + 4) {
    out->has_count = true;
    out->n_frames = be32(v + at);
  }
  at += (has & COUNT ? 4u : 0u) + (has & BYTES ? 4u : 0u) + (has & TABLE ? 100u : 0u) + (has & QUALITY ? 4u : 0u);
  if (n < at + SKIPS_AT + 3 || !v[at]) return true; /* no name of an encoder: what follows is not filled in */
  const unsigned char *skips = v + at + SKIPS_AT;
  out->has_skips = true;
  out->delay = (uint32_t)skips[0] << 4 | skips[1] >> 4;
  out->padding = (skips[1] & 15u) << 8 | skips[2];
  return true;
}
