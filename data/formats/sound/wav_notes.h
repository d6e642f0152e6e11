/* wav_notes.h: what recorders and people write into WAV files beside the samples. Private to data/. */
#ifndef BL_DATA_WAV_NOTES_H
#define BL_DATA_WAV_NOTES_H

#include "baleen/recording.h"
#include "glance.h"

/* The start by a chunk of GUANO metadata (Reid 2018), and markers as annotations: points of a chunk cue, with the labels,
 * lengths and notes that chunks labl, ltxt and note give them (Microsoft and IBM 1991). The stream is there already.
 * Nothing for what is no RIFF file. */
bl_status bl_wav_notes(bl_ctx *ctx, bl_recording *rec, bl_glance *g, uint64_t file_bytes) BL_MUST_CHECK;
/* The start by the comment that AudioMoth recorders write: "Recorded at 19:22:55 14/12/2020 (UTC-5) by AudioMoth ..". */
bl_status bl_wav_comment(bl_ctx *ctx, bl_recording *rec, bl_glance *g, uint64_t file_bytes) BL_MUST_CHECK;

#endif
