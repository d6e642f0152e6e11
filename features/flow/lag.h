/* lag.h: the loop of stages that give a frame when some frames behind it are known, or the run is over. */
#ifndef BL_FEATURES_LAG_H
#define BL_FEATURES_LAG_H

#include "baleen/stage.h"

typedef struct bl_lag {
  size_t behind, width;                      /* frames that must be known; floats of a frame that comes in */
  void (*take)(void *state, const float *x); /* frame `total` */
  void (*give)(void *state, float *y);       /* frame `done`, all before `total` being known */
  uint64_t total, done;                      /* frames taken, frames given */
} bl_lag;

/* As a stage's push and finish; `state` goes to take and give. */
bl_status bl_lag_push(bl_ctx *ctx, bl_lag *lag, void *state, const float *x, size_t n, bl_frames *out) BL_MUST_CHECK;
bl_status bl_lag_finish(bl_ctx *ctx, bl_lag *lag, void *state, bl_frames *out) BL_MUST_CHECK;

#endif
