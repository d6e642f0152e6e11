#include "turn.h"

#include <string.h>

/* Frames turned at a time: as many doubles as a line of the cache holds, and no more lines of the input than a cache
 * of eight ways keeps when all of them fall into one set. */
enum { PIECE = 8, SIDE = 4 };

typedef float four __attribute__((vector_size(4 * sizeof(float))));
typedef double four_doubles __attribute__((vector_size(4 * sizeof(double))));

static inline four load(const float *x)
{
  four v;
  memcpy(&v, x, sizeof v);
  return v;
}

/* Four frames of four series, one frame's values side by side, to four series of four frames. */
static inline void turn_square(const float *x, size_t width, four to[SIDE])
{
  four a = load(x), b = load(x + width), c = load(x + 2 * width), d = load(x + 3 * width);
  four ab_lo = {a[0], b[0], a[1], b[1]}, ab_hi = {a[2], b[2], a[3], b[3]};
  four cd_lo = {c[0], d[0], c[1], d[1]}, cd_hi = {c[2], d[2], c[3], d[3]};
  to[0] = (four){ab_lo[0], ab_lo[1], cd_lo[0], cd_lo[1]};
  to[1] = (four){ab_lo[2], ab_lo[3], cd_lo[2], cd_lo[3]};
  to[2] = (four){ab_hi[0], ab_hi[1], cd_hi[0], cd_hi[1]};
  to[3] = (four){ab_hi[2], ab_hi[3], cd_hi[2], cd_hi[3]};
}

/* V is the vector of four T. What does not fill a square goes one by one. */
#define TURN(T, V)                                                                                                     \
  size_t i = 0;                                                                                                        \
  for (; i + PIECE <= n; i += PIECE, x += PIECE * width, to += PIECE) {                                                \
    size_t c = 0;                                                                                                      \
    for (; c + SIDE <= width; c += SIDE)                                                                               \
      for (size_t half = 0; half < PIECE; half += SIDE) {                                                              \
        four square[SIDE];                                                                                             \
        turn_square(x + half * width + c, width, square);                                                              \
        for (size_t k = 0; k < SIDE; k++) {                                                                            \
          V v = __builtin_convertvector(square[k], V);                                                                 \
          memcpy(to + (c + k) * stride + half, &v, sizeof v);                                                          \
        }                                                                                                              \
      }                                                                                                                \
    for (; c < width; c++)                                                                                             \
      for (size_t k = 0; k < PIECE; k++) to[c * stride + k] = (T)x[k * width + c];                                     \
  }                                                                                                                    \
  for (size_t c = 0; c < width; c++)                                                                                   \
    for (size_t k = 0; i + k < n; k++) to[c * stride + k] = (T)x[k * width + c];

void bl_turn(const float *restrict x, size_t n, size_t width, float *restrict to, size_t stride) { TURN(float, four) }

void bl_turn_to_double(const float *restrict x, size_t n, size_t width, double *restrict to, size_t stride)
{
  TURN(double, four_doubles)
}
