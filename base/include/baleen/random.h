/* random.h: counter-based random streams (Philox 4x32-10; Salmon et al., SC 2011).
 *
 * A stream is named by (seed, purpose, index), not by when it was made: tree 17 of a forest draws the same numbers
 * whatever the number of threads and whichever tree came first. Streams with other names are independent. */
#ifndef BALEEN_RANDOM_H
#define BALEEN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct bl_rng {
  uint32_t key[2];
  uint64_t index, counter;
  uint32_t word[4];
  unsigned left; /* words not yet handed out */
  double spare;  /* second normal of a pair */
  int has_spare;
} bl_rng;

bl_rng bl_rng_make(uint64_t seed, const char *purpose, uint64_t index);
uint32_t bl_rng_u32(bl_rng *r);
uint64_t bl_rng_u64(bl_rng *r);
double bl_rng_uniform(bl_rng *r);                       /* [0, 1), 53 bits */
double bl_rng_between(bl_rng *r, double lo, double hi); /* [lo, hi) */
double bl_rng_normal(bl_rng *r);                        /* mean 0, variance 1; Box and Muller 1958 */
/* An integer in [0, n), each as likely; n >= 1. */
uint64_t bl_rng_below(bl_rng *r, uint64_t n);
/* Fisher and Yates; every order is as likely. */
void bl_rng_shuffle(bl_rng *r, uint32_t *v, size_t n);

#endif
