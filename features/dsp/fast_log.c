/* fast_log.c: x = 2^e m with m in [1/sqrt 2, sqrt 2); ln m = 2 atanh((m - 1) / (m + 1)) by its series (Abramowitz and
 * Stegun 4.6.22), s^11 / 11 being below 2^-24 of the sum. The element-wise code has no branches; each element's
 * result depends on that element alone, whatever the block. */
#include "fast_log.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "baleen/wide.h"

BL_WIDE static void fast_log(const float *x, float *y, size_t n, float least, double scale, double shift)
{
  /* a power of two's worth, its upper 12 bits apart, so that e times them is exact */
  double step = scale * 0.693147180559945309417;
  float times = (float)scale, add = (float)shift, coarse = (float)step;
  uint32_t upper;
  memcpy(&upper, &coarse, sizeof upper);
  upper &= 0xfffff000U;
  memcpy(&coarse, &upper, sizeof coarse);
  float fine = (float)(step - (double)coarse);
  int32_t least_bits;
  memcpy(&least_bits, &least, sizeof least_bits);
  for (size_t i = 0; i < n; i++) {
    /* Floats above 0 are ordered as their bits are, and anything below 0 has bits below 0. Comparisons of integers,
     * since those of floats may raise flags and so keep compilers from vectorising. */
    int32_t given, out;
    memcpy(&given, &x[i], sizeof given);
    int32_t above = -(given > least_bits);
    int32_t bits = (given & above) | (least_bits & ~above);
    int32_t e = (bits - 0x3f3504f3) >> 23; /* 0x3f3504f3 is 1/sqrt 2: mantissas from there on keep their exponent */
    bits -= e * (1 << 23);
    float m;
    memcpy(&m, &bits, sizeof m);
    float s = (m - 1) / (m + 1), q = s * s;
    float series = q * (0.333333333f + q * (0.2f + q * (0.142857143f + q * 0.111111111f)));
    float ln = 2 * (s + s * series), ef = (float)e;
    float r = ef * coarse + (ef * fine + ln * times + add);
    memcpy(&out, &r, sizeof out);
    int32_t odd = -(((given & 0x7fffffff) > 0x7f800000) | (given == 0x7f800000)); /* NaN, infinity: all bits set */
    out = (given & odd) | (out & ~odd);
    memcpy(&y[i], &out, sizeof out);
  }
}

void bl_fast_log(const float *x, float *y, size_t n, float least, double scale, double shift)
{
  fast_log(x, y, n, least, scale, shift);
}
