/* asr.h: artefact subspace reconstruction: what clean EEG looks like, learnt once from a stretch that is mostly clean, so that the
 * stage `asr` can tell directions in which a short window is far louder and make them anew from the others.
 *
 * Mullen et al., IEEE Trans. Biomed. Eng. 62 (2015) 2553; conventions and defaults are those of asrpy 0.0.8 with method euclid:
 * windows in which more than max_bad_chans of the channels stand out are left out; the rest passes a filter that weighs what
 * artefacts are made of (below 3 and above 40 Hz); the geometric median of the covariances of blocks of `blocksize` samples gives
 * the mixing matrix, their square root, and the amplitudes of its directions in windows of win_len_s the mean and standard deviation
 * of clean ones (clean_spread.h). High-pass at 0.5 to 1 Hz before: drifts are taken for artefacts else. Unlike there, the search for
 * the median ends by how far it moves against its own size, so that volts and microvolts give the same. */
#ifndef BALEEN_ASR_H
#define BALEEN_ASR_H

#include "baleen/option.h"

typedef struct bl_asr_params {
  int64_t blocksize;
  double win_len_s, win_overlap, max_dropout_fraction, min_clean_fraction;
  double max_bad_chans; /* 1: no window is left out */
} bl_asr_params;
/* clang-format off */
#define BL_ASR_OPTS(T, m)                                                                                              \
  {"blocksize", BL_OPT_INT, offsetof(T, m.blocksize), "100", 1, 1e6, 0, NULL, "samples", "length of the blocks whose covariances are taken", NULL}, \
  {"win_len_s", BL_OPT_REAL, offsetof(T, m.win_len_s), "0.5", 0.05, 60, 0, NULL, "s", "length of the windows whose amplitudes are measured", NULL}, \
  {"win_overlap", BL_OPT_REAL, offsetof(T, m.win_overlap), "0.66", 0, 0.95, 0, NULL, "", "how much of a window the next one takes, too", NULL}, \
  {"max_dropout_fraction", BL_OPT_REAL, offsetof(T, m.max_dropout_fraction), "0.1", 0, 0.3, 0, NULL, "", "share of windows that may be too small", NULL}, \
  {"min_clean_fraction", BL_OPT_REAL, offsetof(T, m.min_clean_fraction), "0.25", 0.01, 0.95, 0, NULL, "", "share of windows that are clean at the least", NULL}, \
  {"max_bad_chans", BL_OPT_REAL, offsetof(T, m.max_bad_chans), "0.1", 0, 1, 0, NULL, "", "share of channels that may stand out in a window that is learnt from; 1: all windows are", NULL}
/* clang-format on */

typedef struct bl_asr {
  size_t n_channels;
  double *mixing;     /* [channel][channel], symmetric */
  double *directions; /* [direction][channel], orthonormal */
  double *mean, *sd;  /* [direction], of the amplitude of clean windows behind the filter */
  size_t n_used;      /* frames that were learnt from */
} bl_asr;

/* From n frames x [n][channel] of one unit. BL_E_NONFINITE for a value that is none, BL_E_RANGE for a rate that the filter is not
 * made for, BL_E_SHAPE for too few frames, or when too few windows are clean or some channel or direction is flat. *out is
 * overwritten, and is freed by bl_asr_free(), also after a failure. */
bl_status bl_asr_fit(bl_ctx *ctx, const bl_asr_params *p, const float *x, size_t n, size_t n_channels, double rate_hz,
                     bl_asr *out) BL_MUST_CHECK;
void bl_asr_free(bl_ctx *ctx, bl_asr *asr);

/* All of it as one array, as the stage takes it: the rows of mixing, those of directions, means, standard deviations. */
bl_status bl_asr_pack(bl_ctx *ctx, const bl_asr *asr, bl_array *out) BL_MUST_CHECK;

#endif
