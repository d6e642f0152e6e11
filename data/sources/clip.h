/* clip.h: short recordings held in memory, as one channel. Private to the data layer. */
#ifndef BL_DATA_CLIP_H
#define BL_DATA_CLIP_H

#include "baleen/recording.h"

typedef struct bl_clip {
  float *v;
  size_t n;
  double rate_hz;
  char *unit;
} bl_clip;

/* What a file must be to serve as a clip: one stream without gaps, not empty. */
bl_status bl_clip_look(bl_ctx *ctx, const char *path, double *rate_hz, uint64_t *n_frames) BL_MUST_CHECK;
/* Frames first to first + n of it, as far as there are so many, channels averaged. */
bl_status bl_clip_read(bl_ctx *ctx, const char *path, uint64_t first, uint64_t n, bl_clip *out) BL_MUST_CHECK;
/* To another rate, by libsoxr (HQ): n frames become bl_clip_frames() of them. */
bl_status bl_clip_resample(bl_ctx *ctx, const char *path, double to_hz, bl_clip *c) BL_MUST_CHECK;
uint64_t bl_clip_frames(uint64_t n, double from_hz, double to_hz);
double bl_clip_mean(const float *v, size_t n);
void bl_clip_free(bl_ctx *ctx, bl_clip *c);
/* A recording of one channel that gives the clip's samples; takes them over and zeroes the clip. `format` in words. */
bl_status bl_clip_recording(bl_ctx *ctx, const char *path, const char *format, bl_clip *clip,
                            bl_recording **out) BL_MUST_CHECK;

#endif
