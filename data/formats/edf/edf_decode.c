/* Samples of EDF and BDF as floats: channel after channel in the file, side by side in frames. */
#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

#include "edf.h"

/* Frames done of one channel before the next: the piece of the output stays in the nearest cache. */
enum { TILE = 64 };

/* n samples, little-endian two's complement of 16 or 24 bits, to every stride-th float. */
static void decode(const bl_edf *e, const bl_edf_signal *g, const unsigned char *from, size_t n, float *to,
                   size_t stride)
{
  double cal = g->cal, off = g->off;
  if (e->width == 2)
    for (size_t i = 0; i < n; i++, from += 2) to[i * stride] = (float)((int16_t)(from[0] | from[1] << 8) * cal + off);
  else
    for (size_t i = 0; i < n; i++, from += 3) {
      int32_t x = from[0] | from[1] << 8 | from[2] << 16;
      to[i * stride] = (float)((x - ((x & 0x800000) << 1)) * cal + off);
    }
}

/* The two parts of a BDF Status: trigger bits 0 to 15, system bits 16 to 23. */
static void decode_status(bool system, const unsigned char *from, size_t n, float *to, size_t stride)
{
  for (size_t i = 0; i < n; i++, from += 3) to[i * stride] = system ? (float)from[2] : (float)(from[0] | from[1] << 8);
}

#ifdef __SSE4_1__
/* Four channels of 16 bits at once, n a multiple of 4: a file holds channel after channel and frames want them side by
 * side, so blocks of 4 x 4 are turned in registers. The same operations in the same order as decode(), hence its
 * bits. */
static void decode_four(const bl_edf_signal *const g[4], const unsigned char *const from[4], size_t n, float *to,
                        size_t stride)
{
  for (size_t i = 0; i < n; i += 4) {
    __m128 row[4];
    for (int k = 0; k < 4; k++) {
      __m128d cal = _mm_set1_pd(g[k]->cal), off = _mm_set1_pd(g[k]->off);
      __m128i x = _mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(from[k] + 2 * i)));
      __m128d lo = _mm_add_pd(_mm_mul_pd(_mm_cvtepi32_pd(x), cal), off);
      __m128d hi = _mm_add_pd(_mm_mul_pd(_mm_cvtepi32_pd(_mm_srli_si128(x, 8)), cal), off);
      row[k] = _mm_movelh_ps(_mm_cvtpd_ps(lo), _mm_cvtpd_ps(hi));
    }
    _MM_TRANSPOSE4_PS(row[0], row[1], row[2], row[3]);
    for (size_t k = 0; k < 4; k++) _mm_storeu_ps(to + (i + k) * stride, row[k]);
  }
}
#endif

/* n frames of all channels, those of channel c from from[c] + skip on. */
static void decode_part(const bl_edf *e, const size_t *signals, size_t n_channels, const unsigned char *const *from,
                        size_t skip, size_t n, float *to)
{
  size_t c = 0;
#ifdef __SSE4_1__
  size_t even = n / 4 * 4;
  for (; e->width == 2 && c + 4 <= n_channels; c += 4) {
    const bl_edf_signal *g[4];
    const unsigned char *at[4];
    for (size_t k = 0; k < 4; k++) {
      g[k] = &e->signals[signals[c + k]];
      at[k] = from[c + k] + skip;
    }
    decode_four(g, at, even, to + c, n_channels);
    for (size_t k = 0; k < 4 && even < n; k++)
      decode(e, g[k], at[k] + 2 * even, n - even, to + even * n_channels + c + k, n_channels);
  }
#endif
  for (; c < n_channels; c++) {
    const bl_edf_signal *g = &e->signals[signals[c]];
    if (g->status) decode_status(c && signals[c] == signals[c - 1], from[c] + skip, n, to + c, n_channels);
    else decode(e, g, from[c] + skip, n, to + c, n_channels);
  }
}

void bl_edf_decode(const bl_edf *e, const size_t *signals, size_t n_channels, const unsigned char *const *from,
                   size_t n, float *to)
{
  for (size_t k = 0; k < n; k += TILE)
    decode_part(e, signals, n_channels, from, k * e->width, n - k < TILE ? n - k : TILE, to + k * n_channels);
}
