/* window.h: windows, as scipy.signal.get_window makes them. */
#ifndef BL_FEATURES_WINDOW_H
#define BL_FEATURES_WINDOW_H

#include <stdbool.h>
#include <stddef.h>

typedef enum bl_window { BL_WINDOW_HANN, BL_WINDOW_HAMMING, BL_WINDOW_BLACKMAN, BL_WINDOW_BOXCAR } bl_window;
/* "hann", "hamming", "blackman", "boxcar", NULL: the choices of an option, in the enum's order. */
extern const char *const bl_window_names[];

/* Writes n values. periodic: for spectra, cos(2 pi i / n); symmetric: for filters, cos(2 pi i / (n - 1)). n 1 gives
 * 1. */
void bl_window_fill(bl_window kind, size_t n, bool periodic, double *w);

#endif
