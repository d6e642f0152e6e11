/* matches.h: how many pieces of a signal look alike, which sample and approximate entropy count.
 *
 * Pieces of m samples from i and from j match when every |x[i + k] - x[j + k]| (k < m) is below r (or up to r). For one
 * lag j - i, neighbouring pieces share all comparisons but one: each pair of samples is compared once, into a row of
 * ones and zeros, and a match is a run of m ones. The counts are whole numbers, those of comparing piece by piece. */
#ifndef BALEEN_MATCHES_H
#define BALEEN_MATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of room that both take for n samples. */
#define BL_MATCH_ROOM(n) ((n) + 16)

/* Pairs of pieces that begin at samples i < j < n - m and match over m, and over m + 1 samples. */
void bl_match_pairs(const double *x, size_t n, size_t m, double r, bool up_to, uint8_t *room, uint64_t *of_m,
                    uint64_t *of_m1);
/* For each of the n - m + 1 pieces of m samples: how many match it, itself among them. */
void bl_match_counts(const double *x, size_t n, size_t m, double r, bool up_to, uint8_t *room, uint32_t *counts);

#endif
