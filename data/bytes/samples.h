/* samples.h: numbers as recordings store them, to float32 in a physical unit. Private to the data layer. */
#ifndef BL_DATA_SAMPLES_H
#define BL_DATA_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

typedef enum bl_sample {
  BL_I8,
  BL_U8,
  BL_I16,
  BL_U16,
  BL_I24,
  BL_U24,
  BL_I32,
  BL_U32,
  BL_I64,
  BL_U64,
  BL_F16,
  BL_F32,
  BL_F64,
  BL_N_SAMPLES
} bl_sample;
typedef struct bl_sample_type {
  bl_sample kind;
  bool big; /* the most significant byte comes first */
} bl_sample_type;

/* value = stored * cal + off, in double, rounded once to float32; a stored number outside [lo, hi] becomes NaN. */
typedef struct bl_scale {
  double cal, off, lo, hi;
} bl_scale;
/* No limits, cal 1. */
bl_scale bl_scale_one(void);

size_t bl_sample_bytes(bl_sample kind);
/* One stored number. Whole numbers beyond 53 bits are rounded. */
double bl_sample_at(const unsigned char *from, bl_sample_type type);
/* n numbers, from_stride bytes apart, to every to_stride-th float. */
void bl_samples_get(const unsigned char *from, bl_sample_type type, size_t from_stride, size_t n, const bl_scale *scale,
                    float *to, size_t to_stride);

/* Whether, of neighbours that differ, one in ten at least comes out as the same float32: steps are lost on a large offset,
 * as of times in seconds since 1970. Looks at no more than the first 256; types of 24 bits and fewer lose none. */
bool bl_samples_lose_steps(const unsigned char *from, bl_sample_type type, size_t from_stride, size_t n,
                           const bl_scale *scale);

#endif
