/* fast_log.c: x = 2^e m with m in [1/sqrt 2, sqrt 2); ln m = 2 atanh((m - 1) / (m + 1)) by its series (Abramowitz and
 * Stegun 4.6.22), s^11 / 11 being below 2^-24 of the sum. The element-wise code has no branches; each element's
 * result depends on that element alone, whatever the block. */
#include "fast_log.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

void bl_fast_log(const float *x, float *y, size_t n, float least, double scale, double shift)
{
  double step = scale * 0.693147180559945309417; /* a power of two's worth */
  for (size_t i = 0; i < n; i++) {
    float v = x[i], w = v > least ? v : least; /* NaN gives least here, and is put back below */
    int32_t bits;
    memcpy(&bits, &w, sizeof bits);
    int32_t e = (bits - 0x3f3504f3) >> 23; /* 0x3f3504f3 is 1/sqrt 2: mantissas from there on keep their exponent */
    bits -= e * (1 << 23);
    float m;
    memcpy(&m, &bits, sizeof m);
    float s = (m - 1) / (m + 1), q = s * s;
    float series = q * (0.333333333f + q * (0.2f + q * (0.142857143f + q * 0.111111111f)));
    double ln = 2 * ((double)s + (double)s * (double)series);
    float r = (float)((double)e * step + ln * scale + shift);
    y[i] = v <= 3.402823466e38f ? r : v;
  }
}
