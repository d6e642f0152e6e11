/* Stored numbers, byte by byte, so that neither the machine's byte order nor alignment matters. */
#include "samples.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "baleen/wide.h"

bl_scale bl_scale_one(void) { return (bl_scale){1, 0, -INFINITY, INFINITY}; }

size_t bl_sample_bytes(bl_sample kind)
{
  static const size_t bytes[BL_N_SAMPLES] = {
      [BL_I8] = 1,  [BL_U8] = 1,  [BL_I16] = 2, [BL_U16] = 2, [BL_I24] = 3, [BL_U24] = 3, [BL_I32] = 4,
      [BL_U32] = 4, [BL_I64] = 8, [BL_U64] = 8, [BL_F16] = 2, [BL_F32] = 4, [BL_F64] = 8,
  };
  return bytes[kind];
}

static inline uint64_t bits_of(const unsigned char *p, size_t n, bool big)
{
  uint64_t x = 0;
  for (size_t i = 0; i < n; i++) x |= (uint64_t)p[i] << 8 * (big ? n - 1 - i : i);
  return x;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double half_of(uint64_t bits)
{
  int exponent = (int)(bits >> 10 & 31);
  double fraction = (double)(bits & 1023), x = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
  if (exponent == 31) x = bits & 1023 ? (double)NAN : (double)INFINITY;
  return bits & 0x8000 ? -x : x;
}

static inline double value_of(const unsigned char *p, bl_sample kind, size_t bytes, bool big)
{
  uint64_t bits = bits_of(p, bytes, big);
  if (kind == BL_F32) {
    uint32_t low = (uint32_t)bits;
    float x;
    memcpy(&x, &low, sizeof x);
    return (double)x;
  }
  if (kind == BL_F16) return half_of(bits);
  if (kind == BL_F64) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
  }
  bool is_signed = kind == BL_I8 || kind == BL_I16 || kind == BL_I24 || kind == BL_I32 || kind == BL_I64;
  uint64_t sign = (uint64_t)1 << (8 * bytes - 1);
  if (is_signed && bits & sign) return -(double)((~bits & (sign - 1)) + 1);
  return (double)bits;
}

double bl_sample_at(const unsigned char *from, bl_sample_type type)
{
  return value_of(from, type.kind, bl_sample_bytes(type.kind), type.big);
}

/* Called with constants, so that each kind becomes a loop of its own. */
static inline void get(const unsigned char *from, bl_sample kind, size_t bytes, bool big, size_t from_stride, size_t n,
                       const bl_scale *s, float *to, size_t to_stride)
{
  for (size_t i = 0; i < n; i++, from += from_stride, to += to_stride) {
    double x = value_of(from, kind, bytes, big);
    *to = x < s->lo || x > s->hi ? NAN : (float)(x * s->cal + s->off);
  }
}

/* ---- what most sounds are ---------------------------------------------------------------------------------------- */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Where the scale is a power of two, a product in float32 is as exact as one in double. */
static bool is_power_of_two(double x)
{
  int exponent;
  return frexp(x, &exponent) == 0.5 && exponent > -32 && exponent < 32;
}

BL_WIDE static void get_i16(const unsigned char *restrict from, size_t n, float cal, float *restrict to)
{
  for (size_t i = 0; i < n; i++) {
    int16_t x;
    memcpy(&x, from + 2 * i, sizeof x);
    to[i] = (float)x * cal;
  }
}

/* 16 bits in the machine's own order, one behind the other; true when that is what is asked for. */
static bool get_sound(const unsigned char *from, bl_sample_type type, size_t from_stride, size_t n, const bl_scale *s,
                      float *to, size_t to_stride)
{
  if (type.kind != BL_I16 || type.big || from_stride != 2 || to_stride != 1) return false;
  if (s->off != 0 || !isinf(s->lo) || !isinf(s->hi) || !is_power_of_two(s->cal)) return false;
  get_i16(from, n, (float)s->cal, to);
  return true;
}
#else
static bool get_sound(const unsigned char *from, bl_sample_type type, size_t from_stride, size_t n, const bl_scale *s,
                      float *to, size_t to_stride)
{
  (void)from, (void)type, (void)from_stride, (void)n, (void)s, (void)to, (void)to_stride;
  return false;
}
#endif

void bl_samples_get(const unsigned char *from, bl_sample_type type, size_t from_stride, size_t n, const bl_scale *scale,
                    float *to, size_t to_stride)
{
  bool big = type.big;
  if (get_sound(from, type, from_stride, n, scale, to, to_stride)) return;
  if (type.kind == BL_I16 && !big) get(from, BL_I16, 2, false, from_stride, n, scale, to, to_stride);
  else if (type.kind == BL_F32 && !big) get(from, BL_F32, 4, false, from_stride, n, scale, to, to_stride);
  else if (type.kind == BL_I32 && !big) get(from, BL_I32, 4, false, from_stride, n, scale, to, to_stride);
  else get(from, type.kind, bl_sample_bytes(type.kind), big, from_stride, n, scale, to, to_stride);
}

bool bl_samples_lose_steps(const unsigned char *from, bl_sample_type type, size_t from_stride, size_t n,
                           const bl_scale *scale)
{
  enum { MOST = 256, LEAST = 8 };
  size_t bytes = bl_sample_bytes(type.kind), differ = 0, lost = 0;
  double last = (double)NAN;
  if (bytes < 4 || type.kind == BL_F32) return false;
  for (size_t i = 0; i < n && i < MOST; i++, from += from_stride) {
    double x = value_of(from, type.kind, bytes, type.big) * scale->cal + scale->off;
    if (isfinite(x) && isfinite(last) && x != last) {
      differ++;
      lost += (float)x == (float)last;
    }
    last = x;
  }
  return lost >= LEAST && lost * 10 >= differ;
}
