/* bads.h: bad channels of EEG found: flat ones, those that deviate, are noisy or go with no other, and those that the others
 * cannot foretell. Told of a stretch; `baleen bads` tells them of recordings, and the stage `interpolate` makes them anew.
 *
 * As the PREP pipeline (Bigdely-Shamlo et al., Front. Neuroinform. 9 (2015) 16; pyprep):
 *   flat        the channel does not vary, or holds what is not finite
 *   deviation   0.7413 times the interquartile range, against that of all channels: (it - median) / (0.7413 IQR), beyond +- 5
 *   noise       median absolute deviation of what lies above 50 Hz over that of the rest, likewise with 1.4826 times the median
 *               absolute deviation, above 5; not at rates at which nothing lies above
 *   correlation of what lies below 50 Hz the 98th percentile of |r| with the other channels, in windows of 1 s; bad where it is
 *               below 0.4 in more than 1 % of them
 *   ransac      in windows of 5 s, against the median of what n_resample draws of the other channels foretell by spherical
 *               splines: bad where the correlation (about zero) is below 0.75 in more than 40 % of them; conventions of
 *               autoreject's Ransac. Channels that are bad by the rest foretell nothing; where too few are left for a draw, it
 *               is left out, with a warning. */
#ifndef BALEEN_BADS_H
#define BALEEN_BADS_H

#include "baleen/option.h"
#include "baleen/stream.h"

typedef struct bl_bads_params {
  double deviation, noise, correlation, bad_time;
  bool ransac;
  int64_t n_resample, seed;
  double min_channels, min_corr, unbroken_time, window_s;
} bl_bads_params;
/* clang-format off */
#define BL_BADS_OPTS(T, m)                                                                                             \
  {"deviation", BL_OPT_REAL, offsetof(T, m.deviation), "5", 0, 1e6, BL_OPT_OPEN_LO, NULL, "", "robust z-score of the amplitude beyond which a channel is bad", NULL}, \
  {"noise", BL_OPT_REAL, offsetof(T, m.noise), "5", 0, 1e6, BL_OPT_OPEN_LO, NULL, "", "robust z-score of what lies above 50 Hz above which it is", NULL}, \
  {"correlation", BL_OPT_REAL, offsetof(T, m.correlation), "0.4", 0, 1, 0, NULL, "", "correlation with its like below which a second is bad", NULL}, \
  {"bad_time", BL_OPT_REAL, offsetof(T, m.bad_time), "0.01", 0, 1, 0, NULL, "", "share of bad seconds above which a channel is bad", NULL}, \
  {"ransac", BL_OPT_BOOL, offsetof(T, m.ransac), "true", 0, 0, 0, NULL, "", "whether channels are foretold from the others, too", NULL}, \
  {"n_resample", BL_OPT_INT, offsetof(T, m.n_resample), "50", 1, 10000, 0, NULL, "", "how many draws of channels foretell the others", NULL}, \
  {"min_channels", BL_OPT_REAL, offsetof(T, m.min_channels), "0.25", 0.01, 0.99, 0, NULL, "", "share of the channels in a draw", NULL}, \
  {"min_corr", BL_OPT_REAL, offsetof(T, m.min_corr), "0.75", 0, 1, 0, NULL, "", "correlation with what was foretold below which a window is bad", NULL}, \
  {"unbroken_time", BL_OPT_REAL, offsetof(T, m.unbroken_time), "0.4", 0, 1, 0, NULL, "", "share of bad windows above which a channel is bad", NULL}, \
  {"window_s", BL_OPT_REAL, offsetof(T, m.window_s), "5", 0.1, 1e4, 0, NULL, "s", "length of the windows in which it is foretold", NULL}, \
  {"seed", BL_OPT_INT, offsetof(T, m.seed), "0", 0, 9.2e18, 0, NULL, "", "of the draws", NULL}
/* clang-format on */

/* What was found of each channel; NAN where it was not measured. */
typedef struct bl_bad_channel {
  bool flat;
  double deviation, noise;    /* z-scores */
  double uncorrelated, alone; /* shares of bad windows: by correlation, by ransac (NaN: left out) */
  bool bad;
} bl_bad_channel;

/* Of n frames x [n][channel], waveforms of one unit, channels named by their electrodes where ransac is asked for; to out
 * [channel]. High-pass before, or drifts decide. BL_E_SHAPE for less than two windows or fewer than three channels, BL_E_RANGE
 * for rates at which a window has no two samples, BL_E_CONFIG for channels without a place. */
bl_status bl_bads_find(bl_ctx *ctx, const bl_bads_params *p, const bl_stream *of, const float *x, size_t n,
                       bl_bad_channel *out) BL_MUST_CHECK;

#endif
