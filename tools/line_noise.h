/* line_noise.h: hum of the mains in a channel: power at 50 and 60 Hz over that of their neighbours. */
#ifndef BL_LINE_NOISE_H
#define BL_LINE_NOISE_H

#include <stddef.h>

enum { BL_LINE_BINS = 10 };

/* Zeroed to begin with. Segments of 2 s under a Hann window, so that a bin 2 Hz away hears nothing of the line (Goertzel
 * 1958; Harris 1978). The first minute counts, or 4 million samples. */
typedef struct bl_line_noise {
  double twice_cos[BL_LINE_BINS], s1[BL_LINE_BINS], s2[BL_LINE_BINS], power[BL_LINE_BINS];
  size_t n, in, segments; /* samples of a segment, of the one begun, segments done */
} bl_line_noise;

void bl_line_noise_add(bl_line_noise *l, double rate_hz, double x);
/* The stronger line, 50 or 60 Hz, and by how many dB it exceeds the mean of the four bins 2 and 3 Hz beside it; 0 when the
 * rate is too low or the channel shorter than 2 s. */
int bl_line_noise_hz(const bl_line_noise *l, double *db);

#endif
