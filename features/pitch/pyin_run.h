/* pyin_run.h: the state of the stages pyin and pyin_live, and their slots. */
#ifndef BL_FEATURES_PYIN_RUN_H
#define BL_FEATURES_PYIN_RUN_H

#include "pyin.h"

#define BL_PYIN_WHOLE SIZE_MAX

typedef struct bl_pyin_run {
  bl_framer framer;
  bl_pyin pyin;
  size_t n_channels, channel; /* channel: of the next call of the framer */
  bl_pyin_path *paths;        /* [n_channels] */
  size_t lag;                 /* frames that a frame waits for; BL_PYIN_WHOLE: for all */
  bl_frames sink;             /* what the framer wants to have filled: nobody reads it */
  bl_frames done;             /* whole: frames that are decided, until the run ends */
  float *column;              /* [cap_column] of one channel */
  size_t cap_column;
  bl_ctx *ctx; /* within push and finish */
  bl_frames *out;
  bl_status status;
} bl_pyin_run;

/* p stays where it is. */
bl_status bl_pyin_run_init(bl_ctx *ctx, const bl_pyin_params *p, size_t lag, const bl_stream *in,
                           bl_pyin_run *r) BL_MUST_CHECK;
/* As slots of a stage whose state is a bl_pyin_run. */
bl_status bl_pyin_run_push(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out) BL_MUST_CHECK;
bl_status bl_pyin_run_finish(bl_ctx *ctx, void *state, bl_frames *out) BL_MUST_CHECK;
void bl_pyin_run_reset(void *state);
void bl_pyin_run_release(bl_ctx *ctx, void *state);

#endif
