/* riff.h: the chunks of RIFF, RF64 and W64 files, and the length of their samples, as the header has it and as it is.
 * Private to data/. */
#ifndef BALEEN_RIFF_H
#define BALEEN_RIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "baleen/recording.h"
#include "glance.h"

/* One chunk. */
typedef struct bl_riff_chunk {
  char name[5];  /* four characters and a final zero */
  uint64_t at;   /* byte of the file where its head begins, which has 8 bytes */
  uint64_t n;    /* bytes behind the head, as this says; of RF64's data as a chunk ds64 says */
  uint64_t room; /* bytes behind the head up to the file's end */
} bl_riff_chunk;
/* A walk over the chunks of a RIFF or RF64 file (Microsoft and IBM 1991; EBU Tech 3306). */
typedef struct bl_riff {
  bl_glance *g;
  uint64_t file_bytes, next; /* byte where the next chunk begins */
  uint64_t says64;           /* bytes of samples by a chunk ds64 that was passed */
  uint64_t size64_at;        /* byte of the file where that stands; 0: none was */
  bool rf64;
  int n; /* chunks so far */
} bl_riff;
/* False when it is no such file. */
bool bl_riff_open(bl_glance *g, uint64_t file_bytes, bl_riff *out);
/* The next chunk; the one behind it is looked for behind its n bytes, unless the caller puts `next` elsewhere. False at
 * the end. */
bool bl_riff_next(bl_riff *r, bl_riff_chunk *out);
/* Bytes of samples of a data chunk of which the size is unknown, 0 or too long: up to the file's end, or to where chunks
 * of names begin that reach there. Reads all of them. */
bl_status bl_riff_samples(bl_ctx *ctx, bl_riff *r, const bl_riff_chunk *data, uint64_t *n) BL_MUST_CHECK;

typedef struct bl_riff_data {
  uint64_t size_at;     /* byte of the file where the data chunk's size is written */
  uint64_t says, holds; /* bytes of samples by that size; bytes up to the file's end */
  uint64_t size64_at;   /* of RF64: byte of the file where the size is written in 8 bytes; 0: nowhere */
  /* bytes of samples of a plain RIFF file beyond 4 GiB, whose size field has only their lowest 32 bits,
   * or all ones for "unknown"; 0: it is none */
  uint64_t wrapped;
  uint64_t behind;         /* bytes between the end of the data and that of the file, when no chunk begins there */
  uint64_t frame_bytes;    /* of uncompressed samples, by the chunk fmt; 0: not known */
  unsigned channels, bits; /* by it too */
  bool unclosed;           /* says 0 though samples follow: the recorder stopped before it could write the size */
  bool no_ds64;            /* RF64 whose size is to be found in a chunk ds64, which is not there */
  bool open_riff; /* the size of all, at byte 4 of a plain RIFF file, is 0 or all ones: not known when it was written */
} bl_riff_data;

/* Walks the chunks of a RIFF or RF64 file to the data. False when it is none, or holds no data chunk. */
bool bl_riff_find_data(bl_glance *g, uint64_t file_bytes, bl_riff_data *out);

/* How a W64 file begins, its first 8 bytes. */
#define BL_W64_MARK "riff\x2e\x91\xcf\x11"
/* The same for a W64 file (Sony 2003): chunks named by GUIDs of 16 bytes, sizes of 8 bytes, which count these 24,
 * beginnings at multiples of 8. A size below 24 says 0 bytes. */
bool bl_w64_find_data(bl_glance *g, uint64_t file_bytes, bl_riff_data *out);

/* Notes what is wrong with the length of the samples, the gravest of it; nothing when all is well. BL_E_FORMAT when the
 * size of frames contradicts channels and bits, and these are no whole bytes either. */
bl_status bl_riff_note(bl_ctx *ctx, bl_recording *rec, const bl_riff_data *d) BL_MUST_CHECK;

/* The length that the header of an AIFF, W64, AU, CAF, VOC or NIST file gives the whole file, and the byte where it says
 * so. False when it is none of these, or leaves it open. */
bool bl_sound_length(bl_glance *g, uint64_t file_bytes, uint64_t *size_at, uint64_t *says);

#endif
