/* plain.h: samples of WAV and RF64 that lie in the file as numbers: they are read from there, which takes a fifth of the
 * time that libsndfile takes, and gives its bits. Private to data/. */
#ifndef BL_DATA_PLAIN_H
#define BL_DATA_PLAIN_H

#include "riff.h"
#include "samples.h"

typedef struct bl_plain {
  size_t frame_bytes; /* 0: they are to be had from libsndfile alone */
  uint64_t first;     /* byte of the file where they begin */
  bl_sample_type type;
  bl_scale scale;
} bl_plain;

/* What bl_riff_find_data() found and libsndfile says of the same file, its format and frames. Where the two do not agree
 * on how many frames there are, or the header is broken, libsndfile has the say. */
bl_plain bl_plain_of(const bl_riff_data *d, int format, size_t n_channels, uint64_t n_frames);
/* Frames first .. first + n - 1; returns how many there were. */
size_t bl_plain_read(const bl_plain *p, bl_glance *file, uint64_t first, size_t n, size_t n_channels, float *out);

#endif
