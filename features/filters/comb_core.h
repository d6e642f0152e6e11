/* comb_core.h: a true comb at work: all multiples of a frequency stopped by one delay, at the cost of three products a
 * sample whatever their number. For rates that are a whole multiple of the frequency. */
#ifndef BL_FEATURES_COMB_CORE_H
#define BL_FEATURES_COMB_CORE_H

#include "baleen/stage.h"

typedef struct bl_comb {
  size_t width, period;        /* series; frames in a period of the lowest frequency */
  bool zero, steady;           /* stop 0 Hz too; start as if the first value had always stood there */
  double gain, feedback, pole; /* of the equations in comb_core.c */
  double *seen, *given;        /* [period + 1][width], [period][width]: see comb_core.c */
  double *sum, *last, *level;  /* [width]: of the period so far; the last good value, less its level; the level */
  float *row;                  /* [width] */
  bool *fresh;                 /* [width]: no good value has come; n_fresh: of how many */
  size_t n_fresh;
  size_t at; /* place in the period, counted from the start of the run */
} bl_comb;

/* q, above 2: the lowest frequency over the width of each notch at -3 dB. On failure bl_comb_release() still has to be
 * called. */
bl_status bl_comb_init(bl_ctx *ctx, size_t width, size_t period, double q, bool zero, bool steady,
                       bl_comb *f) BL_MUST_CHECK;
/* A value that is not finite gives NaN, and its series goes on as if the last finite one had stood there. */
void bl_comb_run(bl_comb *f, const float *x, size_t n, float *y);
void bl_comb_reset(bl_comb *f);
void bl_comb_release(bl_ctx *ctx, bl_comb *f); /* zeroed is fine */

#endif
