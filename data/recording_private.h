/* recording_private.h: what the readers and the fuzzers share with recording.c. */
#ifndef BALEEN_RECORDING_PRIVATE_H
#define BALEEN_RECORDING_PRIVATE_H

#include "baleen/recording.h"

/* At most so many notes are kept for a file; one more says that there were others. */
enum { BL_MAX_NOTES = 100 };

/* Recordings of this name are raw samples, and the name says what they are: data/formats/pcm.c. */
#define BL_PCM_PREFIX "pcm:"
extern const bl_reader_class bl_reader_pcm;
/* BL_E_CONFIG when its settings are none, BL_E_ARG when no file follows. */
bl_status bl_pcm_check_name(bl_ctx *ctx, const char *name) BL_MUST_CHECK;

/* Makes room for n streams, all zero. */
bl_status bl_recording_streams(bl_ctx *ctx, bl_recording *rec, size_t n) BL_MUST_CHECK;
/* Makes room for a stream's n channels: names "", units "", limits unknown. */
bl_status bl_recording_channels(bl_ctx *ctx, bl_rec_stream *stream, size_t n) BL_MUST_CHECK;
/* Replaces an owned text. */
bl_status bl_recording_text(bl_ctx *ctx, char **to, const char *text) BL_MUST_CHECK;
/* Writes rec->start; see bl_clock_text(). Its zone is not known then. */
bool bl_recording_set_start(bl_recording *rec, const int v[6], double shift_s);
/* The same, of a time with microseconds and minutes ahead of UTC (BL_NO_ZONE: not told). */
bool bl_recording_set_moment(bl_recording *rec, const int v[7], int zone);
/* The file open for reading, which is the caller's to close from now on: the one that was opened to look at its first
 * bytes, else a new one. -1 with errno when it cannot be opened. */
int bl_recording_take_file(bl_recording *rec);
/* Closes the reader and frees the parts, not rec itself. */
void bl_recording_release(bl_ctx *ctx, bl_recording *rec);

#endif
