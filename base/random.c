/* Philox 4x32 with 10 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 * The 128-bit counter is (counter, index); the 64-bit key is mixed from the seed and the purpose. */
#include "baleen/random.h"

#include <math.h>

#define BL_TWO_PI 6.283185307179586476925286766559

/* SplitMix64's finaliser (Steele, Lea, Flood 2014): every input bit reaches every output bit. */
static uint64_t mix(uint64_t x)
{
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

bl_rng bl_rng_make(uint64_t seed, const char *purpose, uint64_t index)
{
  uint64_t h = 0xCBF29CE484222325u; /* FNV-1a over the purpose's bytes */
  for (; *purpose; purpose++) h = (h ^ (unsigned char)*purpose) * 0x100000001B3u;
  uint64_t key = mix(mix(seed) ^ h);
  return (bl_rng){.key = {(uint32_t)key, (uint32_t)(key >> 32)}, .index = index};
}

static void philox(const uint32_t key_in[2], uint64_t counter, uint64_t index, uint32_t out[4])
{
  uint32_t k0 = key_in[0], k1 = key_in[1];
  uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32), c2 = (uint32_t)index, c3 = (uint32_t)(index >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c0 = n0;
    c1 = (uint32_t)p1;
    c2 = n2;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

uint32_t bl_rng_u32(bl_rng *r)
{
  if (!r->left) {
    philox(r->key, r->counter++, r->index, r->word);
    r->left = 4;
  }
  return r->word[4 - r->left--];
}

uint64_t bl_rng_u64(bl_rng *r)
{
  uint64_t lo = bl_rng_u32(r);
  return lo | (uint64_t)bl_rng_u32(r) << 32;
}

double bl_rng_uniform(bl_rng *r) { return (double)(bl_rng_u64(r) >> 11) * 0x1p-53; }
double bl_rng_between(bl_rng *r, double lo, double hi) { return lo + (hi - lo) * bl_rng_uniform(r); }

double bl_rng_normal(bl_rng *r)
{
  if (r->has_spare) {
    r->has_spare = 0;
    return r->spare;
  }
  double u = 1.0 - bl_rng_uniform(r), angle = BL_TWO_PI * bl_rng_uniform(r), length = sqrt(-2.0 * log(u));
  r->spare = length * sin(angle);
  r->has_spare = 1;
  return length * cos(angle);
}

uint64_t bl_rng_below(bl_rng *r, uint64_t n)
{
  uint64_t surplus = (0 - n) % n, x; /* 2^64 mod n: draws below it would favour small numbers */
  do x = bl_rng_u64(r);
  while (x < surplus);
  return x % n;
}

void bl_rng_shuffle(bl_rng *r, uint32_t *v, size_t n)
{
  for (size_t i = n; i > 1; i--) {
    size_t j = (size_t)bl_rng_below(r, i);
    uint32_t t = v[i - 1];
    v[i - 1] = v[j];
    v[j] = t;
  }
}
