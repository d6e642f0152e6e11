/* diagnose.h: which convention differs, when somebody else's features of a recording are not what a preset gives.
 *
 * Each convention in which peers differ (window, periodicity, padding, centring, scale, norm, floor, transform, lifter, power
 * or magnitude ...) is changed alone, then two at a time, then more from the nearest two on, and the values are compared again. */
#ifndef BALEEN_DIAGNOSE_H
#define BALEEN_DIAGNOSE_H

#include "baleen/memory.h"

typedef struct bl_diagnosing {
  const char *preset;
  const char *branch; /* of a preset of several; NULL: its first one */
  const char *recording, *values;
  const bl_texts *set; /* "stage.option=value": what is known to differ (dct.n_mfcc=13); NULL: nothing */
  double tolerance;    /* largest difference over the largest value that counts as equal */
} bl_diagnosing;
/* The findings in words, appended to out. The values are a .npy of two dimensions, frames by numbers or the other way
 * round, of the recording's widest stream, several channels as their mean. *agree: some form of the preset gives them.
 * BL_E_CONFIG when there is no such preset or option; BL_E_SHAPE when no form gives as many numbers a frame. */
bl_status bl_diagnose(bl_ctx *ctx, const bl_diagnosing *what, bl_buf *out, bool *agree) BL_MUST_CHECK;

#endif
