/* ogg_codec.h: what a stream inside an Ogg file may be coded by. Private to data/.
 *
 * Positions count in units of the stream's granules (RFC 3533): frames, but for Opus 48000 a second whatever rate comes
 * out; `step` of them are one frame. */
#ifndef BL_DATA_OGG_CODEC_H
#define BL_DATA_OGG_CODEC_H

#include <ogg/ogg.h>

#include "baleen/context.h"

typedef struct bl_ogg_format {
  uint32_t rate;
  unsigned channels;
  unsigned step;
  int bits;        /* of samples stored as whole numbers; 0: they are not */
  uint64_t skip;   /* granules at the stream's beginning that are no sound */
  uint64_t settle; /* granules behind a gap until the decoder has forgotten it */
} bl_ogg_format;

typedef struct bl_ogg_codec {
  const char *name;
  /* Whether a stream of it begins with this packet. */
  bool (*is)(const ogg_packet *p);
  /* Zeroed memory of this size is what the functions below get. */
  size_t state_size;
  /* One header after another. *done: it was the last, and *format is filled in. BL_E_FORMAT when it is none. */
  bl_status (*header)(bl_ctx *ctx, void *state, ogg_packet *p, bl_ogg_format *format, bool *done);
  /* Granules that a packet of sound stands for; of those in a row, each is asked once. */
  uint64_t (*duration)(void *state, ogg_packet *p);
  /* The packet to come is not behind the last one. */
  void (*restart)(void *state);
  /* Its frames, [frame][channel], good until the next call; *n 0: it cannot be decoded, or gives none. */
  bl_status (*decode)(bl_ctx *ctx, void *state, ogg_packet *p, const float **v, size_t *n);
  /* Also of a state that no header was given to. */
  void (*release)(bl_ctx *ctx, void *state);
} bl_ogg_codec;

extern const bl_ogg_codec bl_ogg_vorbis, bl_ogg_opus, bl_ogg_flac;

#endif
