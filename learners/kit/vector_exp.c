#include "vector_exp.h"

#include <string.h>

#include "baleen/wide.h"

/* Of whole vectors: x = k ln 2 + r with |r| <= ln 2 / 2; e^r by Taylor's series up to r^13 / 13! (the rest is below 1e-17);
 * ln 2 in two parts, the first of which times k is exact (Cody and Waite 1980). The vectors are spelt out, for compilers
 * take numbers one by one through a loop that chooses between two results. */
BL_WIDE static void exp_of_vectors(double *v, size_t n_vectors)
{
  const double to_k = 6755399441055744.0; /* 1.5 2^52: added, it leaves k in the last bits */
  const bl_lanes none = {0};
  for (size_t i = 0; i < n_vectors; i++) {
    bl_lanes x, r, k, shifted, least, high, low, power;
    memcpy(&x, v + i * BL_LANES, sizeof x);
    bl_lane_bits below = x < none - 708;
    least = BL_CHOOSE(below, none - 708, x);
    shifted = least * 1.44269504088896340736 + to_k;
    k = shifted - to_k;
    r = (least - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    high = 1.0 / 5040 +
           r * (1.0 / 40320 +
                r * (1.0 / 362880 +
                     r * (1.0 / 3628800 + r * (1.0 / 39916800 + r * (1.0 / 479001600 + r * (1.0 / 6227020800))))));
    low = r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720 + r * high)))));
    power = (bl_lanes)(((bl_lane_bits)shifted << 52) + (INT64_C(1023) << 52));
    x = BL_CHOOSE(below, none, power + power * (r + r * low));
    memcpy(v + i * BL_LANES, &x, sizeof x);
  }
}

void bl_vector_exp(double *v, size_t n)
{
  size_t whole = n / BL_LANES;
  double rest[BL_LANES] = {0};
  exp_of_vectors(v, whole);
  for (size_t i = whole * BL_LANES; i < n; i++) rest[i - whole * BL_LANES] = v[i];
  if (whole * BL_LANES < n) exp_of_vectors(rest, 1);
  for (size_t i = whole * BL_LANES; i < n; i++) v[i] = rest[i - whole * BL_LANES];
}
