/* sound.h: what the readers of sound files share. Private to the data layer. */
#ifndef BL_DATA_SOUND_H
#define BL_DATA_SOUND_H

#include "baleen/recording.h"

enum { BL_SOUND_MAX_RATE = 10000000, BL_SOUND_MAX_CHANNELS = 1024 };

/* BL_E_FORMAT when a header's rate or number of channels makes no sense. */
bl_status bl_sound_check(bl_ctx *ctx, const bl_recording *rec, int64_t rate, int64_t channels) BL_MUST_CHECK;
/* n channels of parts of full scale; bits of a sample stored as a whole number, 0: it is none. */
bl_status bl_sound_channels(bl_ctx *ctx, bl_rec_stream *stream, size_t n, int bits) BL_MUST_CHECK;

#endif
