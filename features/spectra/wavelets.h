/* wavelets.h: the complex waves that time-frequency analysis convolves a signal with, one for each frequency (and, of
 * multitaper, for each taper). Shared by the stage and the summary `tfr`.
 *
 * Conventions are those of mne.time_frequency, where
 *   morlet      exp(2 pi i f t) exp(-t^2 / 2 s^2), s = n_cycles / (2 pi f), out to 5 s; zero_mean takes the share of the
 *               mean off the oscillation. sigma: s = n_cycles / (2 pi sigma) for every frequency
 *   multitaper  exp(2 pi i f t) over n_cycles / f seconds, under each of the floor(time_bandwidth - 1) tapers of half
 *               bandwidth time_bandwidth / 2 (dpss.h); zero_mean takes the mean off
 * Either is scaled to a sum of squares of 2, so that its real part has 1. */
#ifndef BL_FEATURES_WAVELETS_H
#define BL_FEATURES_WAVELETS_H

#include <stdbool.h>

#include "baleen/option.h"

enum { BL_WAVELETS_MORLET, BL_WAVELETS_MULTITAPER };
enum { BL_TAPERS_BY_RATIO, BL_TAPERS_ALIKE };
extern const char *const bl_wavelets_sigma[];  /* "auto" */
extern const char *const bl_wavelets_tapers[]; /* "ratio", "alike" */

typedef struct bl_wavelets_params {
  int method;
  bl_reals freqs, n_cycles;
  bool zero_mean;
  bl_word sigma;
  double time_bandwidth;
  int taper_weights;
} bl_wavelets_params;

/* The option rows of a plug-in whose params hold a bl_wavelets_params named w, but for the method. */
/* clang-format off */
#define BL_WAVELETS_OPTS(T, freqs_flags, freqs_help)                                                                   \
  {"freqs", BL_OPT_REALS, offsetof(T, w.freqs), NULL, 1e-9, 1e9, freqs_flags, NULL, "Hz", freqs_help, NULL},           \
  {"n_cycles", BL_OPT_REALS, offsetof(T, w.n_cycles), "7", 1e-6, 1e6, 0, NULL, "",                                     \
   "cycles in a wave, the more the finer in frequency and the coarser in time: one number, or one for each of freqs",  \
   NULL},                                                                                                              \
  {"zero_mean", BL_OPT_BOOL, offsetof(T, w.zero_mean), "true", 0, 0, 0, NULL, "",                                      \
   "waves have a mean of zero, so that an offset shows nowhere (MNE before 1.7: false for morlet)", NULL},             \
  {"sigma", BL_OPT_WORD, offsetof(T, w.sigma), "auto", 1e-9, 1e9, 0, bl_wavelets_sigma, "Hz",                          \
   "morlet: waves of all frequencies are as long as that of this one; auto: each as long as its n_cycles", NULL},      \
  {"time_bandwidth", BL_OPT_REAL, offsetof(T, w.time_bandwidth), "4", 2, 1000, 0, NULL, "",                            \
   "multitaper: length times whole bandwidth of a wave; it has that less one tapers", NULL},                           \
  {"taper_weights", BL_OPT_ENUM, offsetof(T, w.taper_weights), "ratio", 0, 0, 0, bl_wavelets_tapers, "",               \
   "multitaper: weights of the tapers' powers, as MNE 1.10 on (ratio) or before (alike, half the power)", NULL}
/* clang-format on */

/* One wave w, as it is applied: y[t] = sum w[k] x[t + half - k], half = (n - 1) / 2, is the sum of re[j] x[t + first +
 * j] and i times that with im. */
typedef struct bl_wavelet {
  size_t n;
  ptrdiff_t first;
  double *re, *im;
} bl_wavelet;

typedef struct bl_wavelets {
  size_t n_freqs, n_tapers, reach; /* reach: how far from t the samples lie that some y[t] needs */
  bl_wavelet *v;                   /* [freq][taper] */
  double *weight;                  /* [freq][taper]: of |y|^2 in the power */
} bl_wavelets;

/* BL_E_CONFIG or BL_E_RANGE for frequencies that do not rise, lie above half the rate, or have not each a number of
 * cycles; for options that the method does not have (table, params: those of the plug-in). */
bl_status bl_wavelets_check(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params,
                            const bl_wavelets_params *p, double rate_hz) BL_MUST_CHECK;
/* The reach of the waves that bl_wavelets_make() makes, without making them; refuses what it does. */
bl_status bl_wavelets_reach(bl_ctx *ctx, const char *who, const bl_wavelets_params *p, double rate_hz,
                            size_t *reach) BL_MUST_CHECK;
/* Freed by release, also when it fails. */
bl_status bl_wavelets_make(bl_ctx *ctx, const char *who, const bl_wavelets_params *p, double rate_hz,
                           bl_wavelets *out) BL_MUST_CHECK;
void bl_wavelets_release(bl_ctx *ctx, bl_wavelets *w);

/* y[t] of one wave, where x points to sample t and has `reach` samples on both sides. Always the same additions. */
void bl_wavelet_apply(const bl_wavelet *w, const double *x, double *re, double *im);
/* The power of frequency k at x: sum over the tapers of weight |y|^2. */
double bl_wavelets_power(const bl_wavelets *w, size_t k, const double *x);

#endif
