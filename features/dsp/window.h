/* window.h: windows, as scipy.signal.get_window makes them, and the two options by which a plug-in asks for one.
 *
 * A symmetric window of n values is for filters; a periodic one (scipy's fftbins), for spectra, is the symmetric one of
 * n + 1 values without its last. n 1 gives 1. */
#ifndef BL_FEATURES_WINDOW_H
#define BL_FEATURES_WINDOW_H

#include "baleen/option.h"

typedef enum bl_window {
  BL_WINDOW_HANN,
  BL_WINDOW_HAMMING,
  BL_WINDOW_BLACKMAN,
  BL_WINDOW_BOXCAR,
  BL_WINDOW_TRIANG,
  BL_WINDOW_BARTLETT,
  BL_WINDOW_COSINE,
  BL_WINDOW_PARZEN,
  BL_WINDOW_BOHMAN,
  BL_WINDOW_NUTTALL,
  BL_WINDOW_BLACKMANHARRIS,
  BL_WINDOW_FLATTOP,
  BL_WINDOW_BARTHANN,
  BL_WINDOW_LANCZOS,
  /* those that take a number */
  BL_WINDOW_KAISER,
  BL_WINDOW_TUKEY,
  BL_WINDOW_GAUSSIAN,
  BL_WINDOW_EXPONENTIAL,
  BL_WINDOW_GENERAL_HAMMING,
  BL_WINDOW_DPSS,
  BL_WINDOW_CHEBWIN,
  BL_WINDOW_TAYLOR
} bl_window;
/* scipy's names, in the enum's order, NULL behind the last: the choices of an option. */
extern const char *const bl_window_names[];

/* What a plug-in's params hold: the window, and the number that it takes, if any: beta of kaiser, the share of tukey
 * that tapers (alpha), the standard deviation of gaussian in samples, tau of exponential in samples, alpha of
 * general_hamming, NW (half the bandwidth in bins) of dpss, how many dB the side lobes of chebwin and of taylor lie below
 * the main one. */
typedef struct bl_window_spec {
  int kind;
  bl_word param; /* word 0: auto */
} bl_window_spec;

extern const char *const bl_window_auto[]; /* "auto" */

/* The option rows of a plug-in whose params hold a bl_window_spec named m. */
/* clang-format off */
#define BL_WINDOW_OPTS(T, m, def, help)                                                                                \
  {"window", BL_OPT_ENUM, offsetof(T, m.kind), def, 0, 0, 0, bl_window_names, "", help, NULL},                         \
  {"window_param", BL_OPT_WORD, offsetof(T, m.param), "auto", 0, 1e9, 0, bl_window_auto, "",                           \
   "what some windows take: kaiser beta, tukey the tapered share (auto: 0.5), gaussian std and exponential tau (auto: " \
   "1) in samples, general_hamming alpha, dpss NW, chebwin and taylor (auto: 30) how many dB side lobes lie below",      \
   NULL}
/* clang-format on */

/* BL_E_CONFIG where the window needs a number and has none, has one and takes none, or cannot take that one. For a
 * plug-in's `shape`. */
bl_status bl_window_check(bl_ctx *ctx, const char *who, const bl_window_spec *spec) BL_MUST_CHECK;
/* Writes n values; checked, so that it fails as bl_window_check() does; for want of memory; where NW of dpss is too large
 * for n; or where chebwin has more than 32768 samples, whose making takes time that grows with the square of n. */
bl_status bl_window_make(bl_ctx *ctx, const char *who, const bl_window_spec *spec, size_t n, bool periodic,
                         double *w) BL_MUST_CHECK;
/* The same of a window that takes no number; cannot fail. */
void bl_window_fill(bl_window kind, size_t n, bool periodic, double *w);

/* The windows that are made as a whole: the first n of the m values of the symmetric one, 1 < n <= m <= n + 1. */
bl_status bl_window_chebyshev(bl_ctx *ctx, const char *who, double attenuation_db, size_t m, size_t n,
                              double *w) BL_MUST_CHECK;
void bl_window_taylor(double side_lobe_db, size_t m, size_t n, double *w);

#endif
