/* coded.h: sound that is stored as packets, each of which a decoder turns into some frames: FLAC, MPEG, Ogg. Private to
 * data/.
 *
 * Opening such a file walks all of it without decoding, and finds which packets are whole and how many frames each
 * stands for. Whole packets behind one another are a part, which is decoded from its beginning on without a break. What
 * lies between two parts and is lost is a gap: what follows keeps its time. Packets that cannot be decoded by themselves
 * (their decoder builds on ones that were lost) count as lost. */
#ifndef BL_DATA_CODED_H
#define BL_DATA_CODED_H

#include "baleen/recording.h"
#include "window.h"

typedef struct bl_coded_part {
  uint64_t at, end; /* bytes of the file: where decoding begins, and behind the last packet */
  size_t link;      /* which of the streams that are in one file behind one another */
  uint64_t waste;   /* frames that are decoded in front of the first that counts */
  uint64_t n;       /* frames that count */
  uint64_t lost;    /* frames that are missing in front of it */
  uint64_t first;   /* set by bl_coded_add(): its first frame in the recording */
} bl_coded_part;

typedef struct bl_codec {
  /* Makes ready to decode a part; `frame` of it, waste included, is wanted. *at: the frame that bl_codec.next will give
   * first, not behind `frame`. */
  bl_status (*begin)(bl_ctx *ctx, bl_recording *rec, const bl_coded_part *part, uint64_t frame, uint64_t *at);
  /* The frames of the next packet, [frame][channel], the codec's own; *n 0: there are no more, or it cannot be decoded. */
  bl_status (*next)(bl_ctx *ctx, bl_recording *rec, const float **v, size_t *n);
  /* Whether decoding from the middle of a part gives the bits of decoding from its beginning. */
  bool seeks;
} bl_codec;

/* The first member of what such a reader keeps in rec->impl. */
typedef struct bl_coded {
  const bl_codec *codec;
  bl_window file;
  bl_coded_part *parts;
  size_t n_parts, cap_parts;
  double *full_scale; /* see bl_sound_beside() */
  /* decoding */
  bool begun, told;   /* a part is at hand; that it ends early was noted */
  size_t part;        /* which */
  const float *block; /* frames of it, decoded and not taken yet */
  uint64_t block_at;  /* the first of these; of the part, waste included */
  size_t block_n;
} bl_coded;

/* Makes rec->impl, of `size` zeroed bytes that begin with a bl_coded, and opens the file. */
bl_status bl_coded_open(bl_ctx *ctx, bl_recording *rec, size_t size, const bl_codec *codec) BL_MUST_CHECK;
/* Appends a part; one that holds no frames only leaves a gap. */
bl_status bl_coded_add(bl_ctx *ctx, bl_coded *c, bl_coded_part part) BL_MUST_CHECK;
/* Once all parts are there: the stream, its channels and runs, and what a file beside it says. format: becomes the
 * recording's; NULL: memory ran out. bits: see bl_sound_channels(). */
bl_status bl_coded_stream(bl_ctx *ctx, bl_recording *rec, char *format, int64_t rate, int64_t channels,
                          int bits) BL_MUST_CHECK;
/* For bl_reader_class.read. */
bl_status bl_coded_read(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                        size_t *got) BL_MUST_CHECK;
/* Frees the members, not c itself. */
void bl_coded_release(bl_ctx *ctx, bl_coded *c);
/* Frees rec->impl, of which the reader has freed what is its own. */
void bl_coded_close(bl_ctx *ctx, bl_recording *rec);

#endif
