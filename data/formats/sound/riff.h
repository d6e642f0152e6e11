/* riff.h: the length of sound files, as their header has it and as it is. Private to data/. */
#ifndef BALEEN_RIFF_H
#define BALEEN_RIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "baleen/recording.h"
#include "glance.h"

typedef struct bl_riff_data {
  uint64_t size_at;     /* byte of the file where the data chunk's size is written */
  uint64_t says, holds; /* bytes of samples by that size; bytes up to the file's end */
  uint64_t size64_at;   /* of RF64: byte of the file where the size is written in 8 bytes; 0: nowhere */
  /* bytes of samples of a plain RIFF file beyond 4 GiB, whose size field has only their lowest 32 bits,
   * or all ones for "unknown"; 0: it is none */
  uint64_t wrapped;
  uint64_t behind;      /* bytes between the end of the data and that of the file, when no chunk begins there */
  uint64_t frame_bytes; /* of uncompressed samples, by the chunk fmt; 0: not known */
  bool unclosed;        /* says 0 though samples follow: the recorder stopped before it could write the size */
  bool no_ds64;         /* RF64 whose size is to be found in a chunk ds64, which is not there */
  bool open_riff; /* the size of all, at byte 4 of a plain RIFF file, is 0 or all ones: not known when it was written */
} bl_riff_data;

/* Walks the chunks of a RIFF or RF64 file (Microsoft and IBM 1991; EBU Tech 3306) to the data. False when it
 * is none, or holds no data chunk. */
bool bl_riff_find_data(bl_glance *g, uint64_t file_bytes, bl_riff_data *out);

/* The same for a W64 file (Sony 2003): chunks named by GUIDs of 16 bytes, sizes of 8 bytes, which count these 24,
 * beginnings at multiples of 8. A size below 24 says 0 bytes. */
bool bl_w64_find_data(bl_glance *g, uint64_t file_bytes, bl_riff_data *out);

/* Notes what is wrong with the length of the samples, the gravest of it; nothing when all is well. */
bl_status bl_riff_note(bl_ctx *ctx, bl_recording *rec, const bl_riff_data *d) BL_MUST_CHECK;

/* The length that the header of an AIFF, W64 or AU file gives the whole file, and the byte where it says so. False when
 * it is none of these, or (AU) leaves it open. */
bool bl_sound_length(bl_glance *g, uint64_t *size_at, uint64_t *says);

#endif
