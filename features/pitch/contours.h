/* contours.h: spectral peaks of one frame after the other, linked to contours: the stage tonal_contours without its options. */
#ifndef BL_FEATURES_CONTOURS_H
#define BL_FEATURES_CONTOURS_H

#include "baleen/memory.h"

enum { BL_CONTOUR_PEAKS = 64, BL_CONTOURS_OPEN = 128 }; /* peaks of a frame, and contours that go on, at most */

typedef struct bl_contour_peak {
  double hz, level_db; /* above the background */
} bl_contour_peak;

/* A contour: sums over its peaks, from which its regression line comes. Times are frames. */
typedef struct bl_contour {
  uint64_t first, last; /* frames of its first and last peak */
  uint64_t n;           /* peaks */
  double first_hz, last_hz, min_hz, max_hz;
  double rate;                /* Hz a frame, smoothed over the last peaks */
  double t, f, tt, tf, level; /* sums of time after `first`, frequency, their products, level */
} bl_contour;

/* Sums of a contour as numbers: mean frequency, and slope in Hz a frame (0 of one peak). */
double bl_contour_mean(const bl_contour *c);
double bl_contour_slope(const bl_contour *c);

typedef struct bl_contours {
  double max_jump; /* Hz from one frame to the next */
  uint64_t gap;    /* frames without a peak that do not end a contour */
  size_t n;
  bl_contour open[BL_CONTOURS_OPEN]; /* by their first frames */
} bl_contours;

/* Frame `at` with its n peaks: each goes on with the contour that it lies nearest to, or begins one; where too many go on, it
 * is lost. */
void bl_contours_link(bl_contours *c, uint64_t at, const bl_contour_peak *peaks, size_t n);
/* Takes contour i out. */
void bl_contours_drop(bl_contours *c, size_t i);

/* The finding of peaks in a frame. */
typedef struct bl_contour_finder {
  size_t first, end; /* bins in which peaks may lie, 0 < first, end < n_bins */
  size_t half;       /* bins on either side that the background is the median of */
  double ratio;      /* times the background that a peak is at least */
  const double *hz;
  size_t n_bins;
  float *room; /* [2 half + 1] */
} bl_contour_finder;

/* The highest peaks of powers x [n_bins], at most BL_CONTOUR_PEAKS, by frequency; returns how many. A frame with a value that
 * is NaN, infinite or negative has none. */
size_t bl_contour_peaks(bl_contour_finder *p, const float *x, bl_contour_peak *peaks);

#endif
