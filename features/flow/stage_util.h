/* stage_util.h: checks and descriptions that several stages share. */
#ifndef BL_FEATURES_STAGE_UTIL_H
#define BL_FEATURES_STAGE_UTIL_H

#include "baleen/stage.h"

/* Fails when the stream is no waveform (more than one bin): stage `who` must come first. */
bl_status bl_need_waveform(bl_ctx *ctx, const char *who, const bl_stream *in) BL_MUST_CHECK;
/* Fails when the bins are no real spectrum over frequencies. */
bl_status bl_need_spectrum(bl_ctx *ctx, const char *who, const bl_stream *in) BL_MUST_CHECK;
/* Fails when the bins are no spectrum of magnitudes or powers: complex, in decibels, or a logarithm. */
bl_status bl_need_linear(bl_ctx *ctx, const char *who, const bl_stream *in) BL_MUST_CHECK;
/* True when the bins are pairs "re_..", "im_..", as the stage stft puts them out. */
bool bl_is_complex(const bl_stream *in);
/* Replaces the bins by n named "<prefix><i + first>"; bin_hz may be NULL. */
bl_status bl_number_bins(bl_ctx *ctx, bl_stream *s, const char *prefix, size_t first, size_t n,
                         const double *bin_hz) BL_MUST_CHECK;
/* Warns, once for all of them, that series of these channels hold values that are not finite and become NaN throughout:
 * broken[channel][bin]. Says nothing when there is none. */
void bl_warn_broken(bl_ctx *ctx, const char *who, const bl_texts *channels, const bool *broken, size_t width);
/* The slot warm_up of stages that make each frame of the one that comes in. */
bool bl_memoryless(const void *state, bl_warm_up *out);

/* Slots of stages that keep the whole run before they put anything out: their state begins with a bl_frames, to which frames
 * are added and of which none are left. */
bl_status bl_keep_push(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out) BL_MUST_CHECK;
void bl_keep_reset(void *state);
/* A channel's unit, "" when none is known. */
const char *bl_unit_of(const bl_stream *s, size_t channel);

#endif
