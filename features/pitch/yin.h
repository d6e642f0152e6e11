/* yin.h: the periods that a frame may have: what the stages yin and pyin share. de Cheveigne and Kawahara, JASA 111 (2002)
 * 1917-1930, as librosa 0.11 computes it: the whole frame is correlated with itself,
 *   d(k) = 2 (r(0) - r(k)) - (energy of the first k samples),   d'(k) = d(k) k / (d(1) + ... + d(k)),
 * and d' is looked at from min_period = floor(rate / fmax) to max_period = ceil(rate / fmin), at most frame_length - 1. */
#ifndef BL_FEATURES_YIN_H
#define BL_FEATURES_YIN_H

#include "autocorr.h"
#include "framing.h"

typedef struct bl_yin_params {
  double fmin, fmax;
} bl_yin_params;

/* Rows of a stage whose params hold a bl_yin_params named yin. */
/* clang-format off */
#define BL_YIN_OPTS(T)                                                                                                 \
  {"fmin", BL_OPT_REAL, offsetof(T, yin.fmin), NULL, 0, 1e9, BL_OPT_NEEDED | BL_OPT_OPEN_LO, NULL, "Hz",               \
   "the lowest pitch", NULL},                                                                                          \
  {"fmax", BL_OPT_REAL, offsetof(T, yin.fmax), NULL, 0, 1e9, BL_OPT_NEEDED | BL_OPT_OPEN_LO, NULL, "Hz",               \
   "the highest pitch", NULL}
/* clang-format on */

typedef struct bl_yin {
  double rate_hz;
  size_t frame_length, min_period, n; /* n periods from min_period on */
  bl_autocorr acf;
  double *energy;        /* [max_period + 1]: of the first k samples */
  double *depth, *shift; /* [n]: d', and where the parabola through a period and its neighbours has its vertex */
} bl_yin;

/* BL_E_RANGE for pitches that frames of this length and rate do not hold. */
bl_status bl_yin_check(bl_ctx *ctx, const char *who, const bl_yin_params *p, const bl_framing *f,
                       const bl_stream *in) BL_MUST_CHECK;
bl_status bl_yin_init(bl_ctx *ctx, const bl_yin_params *p, const bl_framing *f, const bl_stream *in,
                      bl_yin *y) BL_MUST_CHECK;
/* Fills depth and shift from a frame; false, and nothing filled, when it holds what is not finite. */
bool bl_yin_run(bl_yin *y, const float *x);
/* Whether depth[i] is a trough: lower than what is before it, not higher than what is behind it. */
bool bl_yin_is_trough(const bl_yin *y, size_t i);
/* The period of place i, refined, as a frequency. */
double bl_yin_hz(const bl_yin *y, size_t i);
void bl_yin_release(bl_ctx *ctx, bl_yin *y); /* zeroed is fine */

#endif
