/* fast_math.h: logarithm and exponential of doubles without branches or calls, so that compilers vectorise the loops
 * they stand in (BL_WIDE, baleen/wide.h). Each result depends on its argument alone, and is the same bits in a vector as
 * alone. Single precision's worth: relative errors below 1e-8. */
#ifndef BL_FEATURES_FAST_MATH_H
#define BL_FEATURES_FAST_MATH_H

#include <stdint.h>
#include <string.h>

static inline uint64_t bl_bits_of(double x)
{
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double bl_of_bits(uint64_t bits)
{
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* log2 (1 + r) of r in [1/sqrt 2 - 1, sqrt 2 - 1): 2 atanh(r / (2 + r)) by its series (Abramowitz and Stegun 4.6.22), of
 * which q^5 / 11 < 3e-9 is left out. */
static inline double bl_log2_near_1(double r)
{
  double s = r / (2 + r), q = s * s;
  double series = 1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9))));
  return 2 * 1.44269504088896340736 * s * series;
}

/* The e of x = 2^e m, m in [1/sqrt 2, sqrt 2), plus 1023; and as a number, 2^52 + that less 2^52 + 1023. */
static inline uint64_t bl_exponent_of(double x)
{
  return (bl_bits_of(x) - 0x3fe6a09e667f3bcdU /* 1 / sqrt 2 */ + (UINT64_C(1023) << 52)) >> 52;
}
static inline double bl_exponent_as_number(uint64_t e)
{
  return bl_of_bits(e | 0x4330000000000000U) - (4503599627370496.0 + 1023);
}

/* log2 x of a normal x > 0; of others a number without meaning. */
static inline double bl_fast_log2(double x)
{
  uint64_t e = bl_exponent_of(x);
  return bl_exponent_as_number(e) + bl_log2_near_1(bl_of_bits(bl_bits_of(x) - (e << 52) + (UINT64_C(1023) << 52)) - 1);
}

/* log2 (1 + x) of x from 0 to 2^1000; near x = 0 as exact as x. */
static inline double bl_fast_log2_1p(double x)
{
  uint64_t e = bl_exponent_of(1 + x);
  double power = bl_of_bits(e << 52), inverse = bl_of_bits((2046 - e) << 52);
  return bl_exponent_as_number(e) + bl_log2_near_1((x - (power - 1)) * inverse);
}

/* 2^x - 1 and, by `less` 0 instead of 1, 2^x, for |x| <= 1000. x = k + f; e^(f ln 2) - 1 by Taylor's series, of which t^8 /
 * 8! < 6e-9 is left out; near x = 0 as exact as x. */
static inline double bl_fast_exp2_less(double x, double less)
{
  double shifted = x + 6755399441055744.0; /* 1.5 2^52: the last bits are k */
  double t = (x - (shifted - 6755399441055744.0)) * 0.69314718055994530942;
  double rest =
      t * (1 + t * (1.0 / 2 + t * (1.0 / 6 + t * (1.0 / 24 + t * (1.0 / 120 + t * (1.0 / 720 + t * (1.0 / 5040)))))));
  double power = bl_of_bits((bl_bits_of(shifted) << 52) + (UINT64_C(1023) << 52));
  return (power - less) + power * rest;
}

#endif
