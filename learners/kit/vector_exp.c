#include "vector_exp.h"

#include <stdint.h>
#include <string.h>

#include "baleen/wide.h"

static inline double of_bits(uint64_t bits)
{
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline uint64_t bits_of(double x)
{
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* x = k ln 2 + r with |r| <= ln 2 / 2; e^r by Taylor's series up to r^13 / 13! (the rest is below 1e-17); ln 2 in two
 * parts, the first of which times k is exact (Cody and Waite 1980). */
static inline double exp_of(double x)
{
  const double to_k = 6755399441055744.0; /* 1.5 2^52: added, it leaves k in the last bits */
  double least = x < -708 ? -708 : x, shifted = least * 1.44269504088896340736 + to_k, k = shifted - to_k;
  double r = (least - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  double high = 1.0 / 5040 +
                r * (1.0 / 40320 +
                     r * (1.0 / 362880 +
                          r * (1.0 / 3628800 + r * (1.0 / 39916800 + r * (1.0 / 479001600 + r * (1.0 / 6227020800))))));
  double low = r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * high)))));
  double power = of_bits((bits_of(shifted) << 52) + (UINT64_C(1023) << 52));
  double e = power + power * (r + r * low);
  return x < -708 ? 0 : e;
}

BL_WIDE static void exp_all(double *v, size_t n)
{
  for (size_t i = 0; i < n; i++) v[i] = exp_of(v[i]);
}

void bl_vector_exp(double *v, size_t n) { exp_all(v, n); }
