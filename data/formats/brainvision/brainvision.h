/* brainvision.h: what the parts of the BrainVision reader share. Private to data/.
 *
 * Format: Brain Products, "BrainVision Core Data Format 1.0" (versions 1.0 and 2.0 of its files): a header (.vhdr) and
 * a table of markers (.vmrk), both texts in sections as Windows' .ini files have them, and the data (.eeg), binary or
 * text. Texts are UTF-8, or Latin-1 where they are none, whatever their Codepage says: both are found under either
 * name. */
#ifndef BALEEN_BRAINVISION_H
#define BALEEN_BRAINVISION_H

#include "baleen/recording.h"
#include "reader_util.h"
#include "samples.h"
#include "window.h"

enum { BL_BV_MAX_CHANNELS = 4096 };

typedef struct bl_bv_channel {
  char name[160], unit[40]; /* as UTF-8 */
  double resolution;        /* units a step */
  bool given;
} bl_bv_channel;

typedef struct bl_bv {
  char *data_file, *marker_file; /* as the header names them; NULL: not at all */
  bool ascii, vectorized, decimal_comma;
  bl_sample_type type;
  uint64_t offset, trailer, skip_lines, skip_columns; /* bytes before and behind the data; of a text */
  uint64_t n_points, segment_points;                  /* 0: not said */
  double interval_us;
  size_t n_channels;
  bl_bv_channel *channels;
  bl_window file;             /* the data */
  const unsigned char *bytes; /* the same while a text is read; borrowed */
  uint64_t n_bytes, n_frames;
  float *text; /* [frame][channel] when the data are text */
} bl_bv;

/* A text in sections, entry by entry. */
typedef struct bl_ini {
  const char *name, *p, *end;
  size_t line;        /* of the entry, from 1 */
  char section[32];   /* without brackets */
  char *text, *value; /* the entry's key, and what is behind its '='; overwritten by the next */
} bl_ini;
bl_status bl_ini_start(bl_ctx *ctx, bl_ini *ini, const char *name, const char *text, size_t n) BL_MUST_CHECK;
/* False at the end. Entries of sections whose name begins with "Comment" are text, and passed over. */
bool bl_ini_next(bl_ini *ini);
void bl_ini_stop(bl_ctx *ctx, bl_ini *ini);
/* The text up to a comma, in place, with "\1" for a comma; *rest goes behind it, and is NULL after the last. */
char *bl_bv_field(char **rest);

/* Reads the header's text; `name` is its file for messages. */
bl_status bl_bv_header(bl_ctx *ctx, bl_recording *rec, bl_bv *b, const char *name, const char *text,
                       size_t n) BL_MUST_CHECK;
/* Finds the data's frames in b->bytes (of a text) or b->n_bytes, and makes the stream without its runs. */
bl_status bl_bv_data(bl_ctx *ctx, bl_recording *rec, bl_bv *b, const char *name) BL_MUST_CHECK;
/* Makes the stream's runs and the annotations, by the markers' text; text NULL: there are none. */
bl_status bl_bv_markers(bl_ctx *ctx, bl_recording *rec, bl_bv *b, const char *name, const char *text,
                        size_t n) BL_MUST_CHECK;
void bl_bv_free(bl_ctx *ctx, bl_bv *b);
bl_status bl_bv_read(bl_ctx *ctx, bl_bv *b, uint64_t first, size_t n, float *out) BL_MUST_CHECK;

extern const bl_reader_class bl_reader_brainvision;

#endif
