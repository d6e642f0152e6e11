/* reader_util.h: what several readers do alike. Private to the data layer. */
#ifndef BL_DATA_READER_UTIL_H
#define BL_DATA_READER_UTIL_H

#include "baleen/recording.h"

/* Where a contiguous stretch begins: its first frame, and its time after the recording's start. */
typedef struct bl_begin {
  uint64_t frame;
  double start_s;
} bl_begin;
/* The stream's runs: from frame 0 at 0 s on, and from each of n beginnings on, ascending by frame; those at frame 0, at
 * or behind the end, or not behind the one before, are passed over. Sets n_frames too. */
bl_status bl_reader_runs(bl_ctx *ctx, bl_rec_stream *stream, uint64_t n_frames, const bl_begin *v,
                         size_t n) BL_MUST_CHECK;
/* One stream of n_channels channels. */
bl_status bl_reader_one_stream(bl_ctx *ctx, bl_recording *rec, double rate_hz, size_t n_channels) BL_MUST_CHECK;
/* Names that occur more than once get "-0", "-1" .., but no name that another channel has; which is noted. */
bl_status bl_reader_unique_names(bl_ctx *ctx, bl_recording *rec) BL_MUST_CHECK;
/* The same; whether it is noted. */
bl_status bl_reader_number_names(bl_ctx *ctx, bl_recording *rec, bool note) BL_MUST_CHECK;
/* What channel i of n is called where the file has no names, as sound files: audio; left, right; ch1, ch2 .. . */
void bl_reader_sound_name(size_t i, size_t n, char to[32]);
/* A unit's micro sign as "u", in place. */
void bl_reader_plain_micro(char *unit);

#endif
