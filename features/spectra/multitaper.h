/* multitaper.h: spectra by several tapers. Each taper of dpss.h gives an estimate of its own of the same band, nearly
 * independent of the others; their mean spreads as little as an average over many parts, and leaks less.
 * Thomson, Proc. IEEE 70 (1982) 1055-1096. Conventions are those of mne.time_frequency.psd_array_multitaper. */
#ifndef BL_FEATURES_MULTITAPER_H
#define BL_FEATURES_MULTITAPER_H

#include <stdbool.h>

#include "baleen/option.h"

/* Options: the whole width in Hz of the band that is smoothed over ("auto": 8 bins of a transform of the samples);
 * whether tapers that keep less than nine tenths of their power in the band are left out; whether each bin weights the
 * tapers by how much leaks into it. */
typedef struct bl_multitaper_params {
  bl_word bandwidth;
  bool adaptive, low_bias;
} bl_multitaper_params;
extern const char *const bl_multitaper_auto[]; /* "auto" */
/* clang-format off */
#define BL_MULTITAPER_OPTS(T, member)                                                                                  \
  {"bandwidth", BL_OPT_WORD, offsetof(T, member.bandwidth), "auto", 0, 1e9, BL_OPT_OPEN_LO, bl_multitaper_auto, "Hz",  \
   "whole width of the band that each bin of multitaper spectra is smoothed over; auto: 8 bins", NULL},                \
  {"adaptive", BL_OPT_BOOL, offsetof(T, member.adaptive), "false", 0, 0, 0, NULL, "",                                  \
   "tapers are weighted in each bin by what leaks into it, instead of alike everywhere", NULL},                        \
  {"low_bias", BL_OPT_BOOL, offsetof(T, member.low_bias), "true", 0, 0, 0, NULL, "",                                   \
   "tapers with less than 90 % of their power in the band are left out", NULL}
/* clang-format on */

typedef struct bl_multitaper {
  size_t n, n_bins, n_tapers;
  bool adaptive;
  double *tapers; /* [taper][n] */
  double *ratios; /* [taper] */
  double *powers; /* [taper][bin]: |X|^2 of each tapered transform, twice that but for bins 0 and half the rate: to be
                     filled before bl_multitaper_combine() */
  double *weights, *before, *settled; /* of the adaptive form: [taper][bin] twice, [bin] */
} bl_multitaper;

/* Tapers of n samples for transforms of n_fft; int(bandwidth n / rate) of them, less what low_bias leaves out, but at
 * least one. BL_E_RANGE for a bandwidth that is less than one bin or more than the rate holds. adaptive with fewer than
 * three tapers is left out, with a warning, as MNE does. Freed by release, also when it fails. */
bl_status bl_multitaper_init(bl_ctx *ctx, const char *who, const bl_multitaper_params *p, size_t n, size_t n_fft,
                             double rate_hz, bl_multitaper *m) BL_MUST_CHECK;
/* Adds scale times the weighted mean of m->powers to sum [n_bins]. Warns where the adaptive weights do not settle. */
void bl_multitaper_combine(bl_ctx *ctx, const char *who, bl_multitaper *m, double scale, double *sum);
void bl_multitaper_release(bl_ctx *ctx, bl_multitaper *m);

#endif
