/* dwt.h: the discrete wavelet transform of a signal, level by level, as pywt.wavedec with its default mode "symmetric":
 * beyond its ends the signal is its mirror image, the outermost sample twice. n numbers with a filter of L taps become
 * (n + L - 1) / 2 (rounded down) of approximation and as many of detail. Mallat, IEEE Trans. PAMI 11 (1989) 674-693. */
#ifndef BALEEN_DWT_H
#define BALEEN_DWT_H

#include "series.h"

typedef enum bl_wavelet { BL_HAAR, BL_DB4 } bl_wavelet;
extern const char *const bl_wavelets[]; /* "haar", "db4" */

/* The option rows of summaries that transform. A row's width is fixed by the level, so it must be told. */
#define BL_DWT_OPTS(T)                                                                                                 \
  BL_ENUM(T, wavelet_name, "db4", bl_wavelets, "the wavelet: Haar's, or Daubechies' with four vanishing moments"),     \
      BL_INT(T, level, "5", 1, BL_DWT_LEVELS, "",                                                                      \
             "how often the approximation is split; takes 2^level (taps - 1) samples, taps 2 (haar) or 8 (db4)")
enum { BL_DWT_LEVELS = 20 };
typedef struct bl_dwt_params {
  int wavelet_name;
  int64_t level;
} bl_dwt_params;
extern const bl_opt bl_dwt_opts[];

/* The coefficients: v[0] the last approximation, v[1] the details of the last level, v[level] those of the first. */
typedef struct bl_dwt {
  double *v[BL_DWT_LEVELS + 1];
  size_t n[BL_DWT_LEVELS + 1];
} bl_dwt;
/* In the room of s. BL_E_SHAPE when the segment is too short for the level (pywt.dwt_max_level). */
bl_status bl_dwt_run(bl_ctx *ctx, bl_series *s, const bl_dwt_params *p, const double *x, size_t n,
                     bl_dwt *out) BL_MUST_CHECK;

#endif
