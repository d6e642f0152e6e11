/* peaks.h: peaks of a signal, as scipy.signal.find_peaks finds, thins and judges them; for what counts them and for what
 * detects by them. Places are frame numbers, ascending, held as doubles. */
#ifndef BALEEN_PEAKS_H
#define BALEEN_PEAKS_H

#include <stddef.h>

/* Peaks at least `height` high, into at [n / 2 at most]; returns how many. A peak is higher than its neighbours; of a flat
 * top the middle frame counts (rounded down), and the first and last frames are none. */
size_t bl_peaks_find(const double *x, size_t n, double height, double *at);
/* Keeps those that have no higher one nearer than `distance` frames, from the highest down, of equals the later one first.
 * room: 2 n numbers. Returns how many stay. */
size_t bl_peaks_thin(const double *x, double *at, size_t n, double distance, double *room);
/* The height over the higher of the two lowest points between the peak and the next higher value on either side. */
double bl_peak_prominence(const double *x, size_t n, size_t peak);

#endif
