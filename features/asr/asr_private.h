/* asr_private.h: the parts of artefact subspace reconstruction that learning and the stage share. */
#ifndef BL_FEATURES_ASR_PRIVATE_H
#define BL_FEATURES_ASR_PRIVATE_H

#include "baleen/asr.h"

enum { BL_ASR_ORDER = 8 };

/* The filter that weighs what artefacts are made of: gain 3 at 0 Hz, 0.33 from 3 to 13 Hz, 1 from 16 to 40 Hz, 3 from 80 Hz (or 1 Hz
 * below half the rate) on. BL_E_RANGE for rates it is not made for. */
typedef struct bl_asr_filter {
  double b[BL_ASR_ORDER + 1], a[BL_ASR_ORDER + 1];
} bl_asr_filter;
bl_status bl_asr_filter_design(bl_ctx *ctx, double rate_hz, bl_asr_filter *f) BL_MUST_CHECK;
/* One sample of a series, whose memory z [BL_ASR_ORDER] starts at zero. */
double bl_asr_filter_step(const bl_asr_filter *f, double x, double *z);

/* Marks keep[f] of the frames x [n][c] that lie in no window in which too many channels stand out. */
bl_status bl_asr_clean_windows(bl_ctx *ctx, const bl_asr_params *p, const double *x, size_t n, size_t c, double rate_hz,
                               bool *keep) BL_MUST_CHECK;
/* Amplitudes (RMS) of column k of x [n][c] in windows of `length` frames, those at starts[0..m). */
void bl_asr_amplitudes(const double *x, size_t c, size_t k, size_t length, const size_t *starts, size_t m, double *to);
/* How many windows there are in n frames, each `by` frames behind the one before it, rounded; their first frames to starts, which
 * may be NULL. */
size_t bl_asr_windows(size_t n, size_t length, double by, size_t *starts);
/* BL_E_SHAPE when so few windows tell nothing. */
bl_status bl_asr_need_windows(bl_ctx *ctx, size_t n_windows) BL_MUST_CHECK;

#endif
