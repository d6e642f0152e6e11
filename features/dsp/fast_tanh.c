/* fast_tanh.c: tanh |x| = 1 - 2 / (exp 2|x| + 1); exp y = 2^k exp r with k = y / ln 2 rounded and |r| <= ln 2 / 2, by its
 * series up to r^12 / 12!. No branches; each element's result depends on that element alone. */
#include "fast_tanh.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "baleen/wide.h"

BL_WIDE static void fast_tanh(double *x, size_t n)
{
  /* Added to a small number, `magic` leaves it rounded to a whole one in the lowest bits. ln 2 in two parts, of which the
   * first has zeros enough that k times it is exact. */
  const double magic = 6755399441055744.0, per_ln2 = 1.44269504088896340736;
  const double ln2_coarse = 6.93147180369123816490e-01, ln2_fine = 1.90821492927058770002e-10;
  for (size_t i = 0; i < n; i++) {
    double size = fabs(x[i]);
    double y = 2 * (size < 20 ? size : 20), shifted = y * per_ln2 + magic, k = shifted - magic;
    double r = (y - k * ln2_coarse) - k * ln2_fine;
    double p = 1.0 / 39916800 + r / 479001600;
    p = 1.0 / 3628800 + r * p;
    p = 1.0 / 362880 + r * p;
    p = 1.0 / 40320 + r * p;
    p = 1.0 / 5040 + r * p;
    p = 1.0 / 720 + r * p;
    p = 1.0 / 120 + r * p;
    p = 1.0 / 24 + r * p;
    p = 1.0 / 6 + r * p;
    p = 0.5 + r * p;
    p = 1 + r * (1 + r * p);
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52; /* 2^k; what stood above the lowest bits falls off */
    double two_k;
    memcpy(&two_k, &bits, sizeof two_k);
    double t = 1 - 2 / (two_k * p + 1);
    x[i] = copysign(t, x[i]);
  }
}

void bl_fast_tanh(double *x, size_t n) { fast_tanh(x, n); }
