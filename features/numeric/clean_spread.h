/* clean_spread.h: mean and standard deviation of what is clean among numbers of which most are: the amplitudes of windows of
 * EEG, say, with artefacts in the upper tail and failing contacts in the lower.
 *
 * Generalised normal densities (shape 1.7 to 3.35) are laid over every part of the sorted numbers that could be the clean ones from
 * quantile 0.022 to 0.6; that which differs least, by the divergence of Kullback and Leibler from a histogram, tells both: the grid
 * search of EEGLAB's clean_rawdata (Mullen et al., IEEE Trans. Biomed. Eng. 62 (2015) 2553), as asrpy has it. */
#ifndef BL_FEATURES_CLEAN_SPREAD_H
#define BL_FEATURES_CLEAN_SPREAD_H

#include "baleen/memory.h"

enum { BL_CLEAN_SPREAD_LEAST = 50 }; /* numbers that there must be */

/* v [n], all finite, are sorted. min_clean: least share of clean numbers; max_dropout: greatest share of those too small. *sd is
 * NAN when no part varies. */
void bl_clean_spread(double *v, size_t n, double min_clean, double max_dropout, double *mean, double *sd);

#endif
