/* wide.h: a function compiled twice, for AVX2 and for the baseline, and chosen when the program starts. Both give the
 * same bits: the same operations in the same order, without fused multiply-add. For inner loops that a profile has
 * named, in static functions: clang 14 gives the clones of a global one a name that no other file finds. No two files may
 * give such a function the same name: clang lets every file see what chooses between its clones (tools/lint looks).
 * BALEEN_NARROW: the baseline alone, for the test that compares the two. */
#ifndef BALEEN_WIDE_H
#define BALEEN_WIDE_H

#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__) && defined(__ELF__) && !defined(__SANITIZE_THREAD__) &&                   \
    !defined(BALEEN_NARROW)
#define BL_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define BL_WIDE /* the thread sanitizer is not ready yet when such choices are made */
#endif

/* Four doubles side by side, for loops that compilers do not turn into such by themselves: operators act on each; loaded and
 * stored by memcpy. Not to be handed to functions, which means another thing on each kind of machine. */
enum { BL_LANES = 4 };
typedef double bl_lanes __attribute__((vector_size(BL_LANES * sizeof(double))));
/* What a comparison of such says: all bits of a lane or none. */
typedef int64_t bl_lane_bits __attribute__((vector_size(BL_LANES * sizeof(int64_t))));
/* By lanes: a where the bits are set, else b. */
#define BL_CHOOSE(bits, a, b) ((bl_lanes)(((bits) & (bl_lane_bits)(a)) | (~(bits) & (bl_lane_bits)(b))))

#endif
