/* ica.h: independent component analysis: sources that are as independent as can be, of which the channels are mixtures.
 * Learnt once, from samples of one or several recordings; the stage `ica` then takes out the sources of eyes and heart.
 *
 * As mne.preprocessing.ICA: each kind of channel (those of one unit) is divided by its standard deviation over all samples,
 * the mean is taken off, principal components are kept as n_components says and scaled to unit variance, and of these the
 * sources are learnt:
 *   fastica            parallel fixed point, nonlinearity tanh (Hyvarinen, IEEE Trans. Neural Netw. 10 (1999) 626), until
 *                      all rows turn by less than tol (1e-4), at most 1000 times; as sklearn.decomposition.FastICA
 *   infomax            natural gradient, logistic (Bell and Sejnowski, Neural Comput. 7 (1995) 1129)
 *   extended_infomax   the same for sources of either sign of kurtosis (Lee, Girolami and Sejnowski, Neural Comput. 11
 *                      (1999) 417); both until the weights change by less than tol (1e-12) in a pass, or by small angles
 *                      for 20 passes, at most 500, as mne.preprocessing.infomax
 * Sources have unit variance, stand in the order of how much of the channels' variance they make up, and have their largest
 * weight on a channel positive. Other seeds find others of the same kind: compare by |cosine|.
 *
 * FastICA starts from what a part of the samples leads to, then goes over all of them; sums are over fixed blocks, so that
 * results have the same bits for any number of threads. */
#ifndef BALEEN_ICA_H
#define BALEEN_ICA_H

#include "baleen/option.h"

typedef struct bl_ica_params {
  int method;
  bl_word n_components; /* a number from 1 on counts them, one below is the share of variance that they hold */
  bl_word tol, max_iter;
  int64_t seed;
} bl_ica_params;
extern const char *const bl_ica_methods[], *const bl_ica_auto[];
/* clang-format off */
#define BL_ICA_OPTS(T, m)                                                                                              \
  {"method", BL_OPT_ENUM, offsetof(T, m.method), "fastica", 0, 0, 0, bl_ica_methods, "", "how sources are found", NULL}, \
  {"n_components", BL_OPT_WORD, offsetof(T, m.n_components), "auto", 0, 100000, BL_OPT_OPEN_LO, bl_ica_auto, "",       \
   "how many principal components are kept, or below 1 the share of the variance that they hold; auto: 0.999999", NULL}, \
  {"tol", BL_OPT_WORD, offsetof(T, m.tol), "auto", 0, 1, BL_OPT_OPEN_LO, bl_ica_auto, "",                              \
   "change below which the search ends; auto: 1e-4 of fastica, 1e-12 of infomax", NULL},                              \
  {"max_iter", BL_OPT_WORD, offsetof(T, m.max_iter), "auto", 1, 1e9, BL_OPT_WHOLE, bl_ica_auto, "",                    \
   "after how many passes it ends at the latest; auto: 1000 of fastica, 500 of infomax", NULL},                       \
  {"seed", BL_OPT_INT, offsetof(T, m.seed), "0", 0, 9.2e18, 0, NULL, "", "of the random draws", NULL}
/* clang-format on */

/* Sources s = unmixing (x - mean) and what they give to the channels, x = mean + mixing' s + what no kept component holds. */
typedef struct bl_ica {
  size_t n_channels, n;
  double *mean;     /* [channel], in its unit */
  double *unmixing; /* [source][channel] */
  double *mixing;   /* [source][channel], what one of the source adds to the channel */
  double *share; /* [source], of the channels' variance, each divided by that of its kind; they sum up to 1 or less */
  size_t n_iter;
  bool converged; /* false: max_iter came first; the sources can be used, with care */
} bl_ica;

/* From n frames x [n][channel] in these units. BL_E_NONFINITE for a value that is none, BL_E_RANGE for channels that are
 * flat or for more components than there are independent channels, BL_E_SHAPE for fewer frames than channels. *out is
 * overwritten, and is freed by bl_ica_free(), also after a failure. */
bl_status bl_ica_fit(bl_ctx *ctx, const bl_ica_params *p, const float *x, size_t n, size_t n_channels,
                     const bl_texts *units, bl_ica *out) BL_MUST_CHECK;
void bl_ica_free(bl_ctx *ctx, bl_ica *ica);

/* All of it as one array, as the stage takes it: the rows of unmixing, those of mixing, and the mean. */
bl_status bl_ica_pack(bl_ctx *ctx, const bl_ica *ica, bl_array *out) BL_MUST_CHECK;

#endif
