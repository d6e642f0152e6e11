/* warmup.h: the loop of stages that look at the first frames of a run before they give any.
 *
 * A background that starts from the first frame takes a sound that stands there for noise. The first frames are held
 * until there are `wanted` of them, or the run ends; then comes `begin`, which may ask for the level of each series,
 * and then `step` for each of them and for all that follow. */
#ifndef BL_FEATURES_WARMUP_H
#define BL_FEATURES_WARMUP_H

#include "baleen/stage.h"

typedef struct bl_warmup {
  size_t width, wanted, held;
  bool over;
  float *v, *column;                                   /* [wanted][width]; [wanted] */
  void (*begin)(void *state);                          /* not called when no frame is wanted */
  void (*step)(void *state, const float *x, float *y); /* one frame, of as many values as came in */
} bl_warmup;

/* Frames in start_s seconds, at most 65536: BL_E_RANGE else. Adds to out's latency the wait for the last of them. */
bl_status bl_warmup_shape(bl_ctx *ctx, const char *who, double start_s, const bl_stream *in, bl_stream *out,
                          size_t *wanted) BL_MUST_CHECK;
/* begin and step are set before. On failure bl_warmup_release() still has to be called. */
bl_status bl_warmup_init(bl_ctx *ctx, const char *who, size_t wanted, size_t width, bl_warmup *w) BL_MUST_CHECK;
/* As a stage's push and finish; `state` goes to begin and step. */
bl_status bl_warmup_push(bl_ctx *ctx, bl_warmup *w, void *state, const float *x, size_t n,
                         bl_frames *out) BL_MUST_CHECK;
bl_status bl_warmup_finish(bl_ctx *ctx, bl_warmup *w, void *state, bl_frames *out) BL_MUST_CHECK;
void bl_warmup_reset(bl_warmup *w);
void bl_warmup_release(bl_ctx *ctx, bl_warmup *w); /* zeroed is fine */

/* Within begin: the mean of those held values of series k that are at most `loud` times their median, so that a sound
 * that fills less than half of them does not count; NAN when none is finite. */
double bl_warmup_level(bl_warmup *w, size_t k, double loud);

#endif
