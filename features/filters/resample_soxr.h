/* resample_soxr.h: change of rate by libsoxr, for stages. */
#ifndef BL_FEATURES_RESAMPLE_SOXR_H
#define BL_FEATURES_RESAMPLE_SOXR_H

#include "baleen/stage.h"

/* Output m stands at the time of input m from / to; a run of n frames gives the outputs whose time lies before that of
 * frame n. Zeros are taken to lie beyond both ends. libsoxr is fed blocks of a fixed size at fixed places of the run,
 * so that how a run is pushed makes no difference. */
typedef struct bl_soxr {
  double from_hz, to_hz;
  bool very_high;
  size_t width, held; /* held: frames of the block that is being filled */
  float *block;
  void *handle;
  uint64_t total, done;
} bl_soxr;

/* How long after its own time an output is known, in seconds: measured, on a run of silence. */
bl_status bl_soxr_latency(bl_ctx *ctx, const char *who, double from_hz, double to_hz, bool very_high,
                          double *seconds) BL_MUST_CHECK;
/* On failure bl_soxr_release() still has to be called. */
bl_status bl_soxr_init(bl_ctx *ctx, const char *who, double from_hz, double to_hz, bool very_high, size_t width,
                       bl_soxr *f) BL_MUST_CHECK;
/* As the slots of a stage. */
bl_status bl_soxr_push(bl_ctx *ctx, bl_soxr *f, const float *x, size_t n, bl_frames *out) BL_MUST_CHECK;
bl_status bl_soxr_finish(bl_ctx *ctx, bl_soxr *f, bl_frames *out) BL_MUST_CHECK;
void bl_soxr_reset(bl_soxr *f);
void bl_soxr_release(bl_ctx *ctx, bl_soxr *f); /* zeroed is fine */

#endif
