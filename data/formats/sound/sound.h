/* sound.h: what the readers of sound files share. Private to the data layer. */
#ifndef BL_DATA_SOUND_H
#define BL_DATA_SOUND_H

#include "baleen/recording.h"
#include "window.h"

enum { BL_SOUND_MAX_RATE = 10000000, BL_SOUND_MAX_CHANNELS = 1024 };

/* BL_E_FORMAT when a header's rate or number of channels makes no sense. */
bl_status bl_sound_check(bl_ctx *ctx, const bl_recording *rec, int64_t rate, int64_t channels) BL_MUST_CHECK;
/* n channels of parts of full scale; bits of a sample stored as a whole number, 0: it is none. */
bl_status bl_sound_channels(bl_ctx *ctx, bl_rec_stream *stream, size_t n, int bits) BL_MUST_CHECK;
/* What the file <path>.json beside a sound file says of it (sidecar.h). A sound file can be read without one: what is
 * wrong with it, or whoever's it is, is only noted. The streams are there already. *full_scale: what a sample of 1
 * stands for, [channel], to be freed; NULL: 1. */
bl_status bl_sound_beside(bl_ctx *ctx, bl_recording *rec, double **full_scale) BL_MUST_CHECK;
/* Where the file's own format begins: at byte 0, or behind ID3 tags, as some programs put in front of any sound; *at is
 * that byte. `magic` is what must be there; NULL: anything, and that tags are there is the rule. */
bl_status bl_sound_head(bl_ctx *ctx, bl_recording *rec, bl_window *file, const char *magic, uint64_t *at) BL_MUST_CHECK;
/* Bytes of an ID3 tag (version 2) that begins at v, of which 10 are there; 0: none does. */
uint64_t bl_id3_bytes(const unsigned char *v);
/* n frames of width channels by their full scale, which may be NULL. */
void bl_sound_scale(const double *full_scale, size_t width, size_t n, float *v);

#endif
