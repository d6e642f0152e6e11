/* line_noise.h: hum of the mains in a channel: power at 50 and 60 Hz over that of their neighbours. */
#ifndef BL_LINE_NOISE_H
#define BL_LINE_NOISE_H

#include <stddef.h>

enum { BL_LINE_BINS = 10, BL_LINE_FIRST = 1024 };

/* Zeroed to begin with. Segments of 2 s under a Hann window, so that a bin 2 Hz away hears nothing of the line
 * (Goertzel 1958; Harris 1978). The first minute counts, or 4 million samples. */
typedef struct bl_line_noise {
  double twice_cos[BL_LINE_BINS], s1[BL_LINE_BINS], s2[BL_LINE_BINS], power[BL_LINE_BINS];
  double rate_hz;
  size_t n, in, segments;       /* samples of a segment, of the one begun, segments done */
  double n_seen, mean, squares; /* of all samples so far: how many, their mean and squared deviations from it */
  float first[BL_LINE_FIRST];   /* of these the first */
} bl_line_noise;

void bl_line_noise_add(bl_line_noise *l, double rate_hz, double x);
/* By how many dB the line of 50 or 60 Hz exceeds the mean of the four bins 2 and 3 Hz beside it, or what rounding alone
 * may put anywhere: a sine of equal periods has rounding errors that are all harmonics of its own, and nothing beside
 * them. NAN when it cannot be
 * measured: the channel is shorter than 2 s, or half its rate less than 4 Hz above the line. -INFINITY where there is
 * nothing at all. */
double bl_line_noise_db(const bl_line_noise *l, int line_hz);
/* The stronger line that exceeds its neighbours, and by how many dB; 0 when none does, or none can be measured. */
int bl_line_noise_hz(const bl_line_noise *l, double *db);

#endif
