/* sndfile_view.h: the bytes of a sound file as libsndfile gets to see them: behind ID3 tags, and with length fields put
 * right that it would take at their word. Private to data/. */
#ifndef BL_DATA_SNDFILE_VIEW_H
#define BL_DATA_SNDFILE_VIEW_H

#include <sndfile.h>

#include "baleen/recording.h"
#include "glance.h"
#include "riff.h"

enum { BL_SOUND_FRONT = 48 };
typedef struct bl_sound_view {
  bl_glance bytes;
  uint64_t file_bytes, offset; /* of the file; where libsndfile reads next */
  uint64_t patch_at, patch;    /* bytes that libsndfile gets to see other than they are, and their value; 0: none */
  unsigned patch_bytes;
  uint64_t data_bytes; /* of samples, where libsndfile would take what is behind them for more; 0: it does not */
  unsigned char front[BL_SOUND_FRONT]; /* instead of the file's first 12 bytes, when n_front is not 0 */
  uint64_t n_front;                    /* 0 or all of them */
  bl_riff_data riff;                   /* of a WAV file whose samples were found */
} bl_sound_view;

/* Passes over tags, notes what is wrong with the length of the file or of its data, and mends it in the view; `bytes` and
 * `file_bytes` are set. */
bl_status bl_sound_view_mend(bl_ctx *ctx, bl_recording *rec, bl_sound_view *f) BL_MUST_CHECK;
/* For sf_open_virtual(), with the view as its user data. */
extern const SF_VIRTUAL_IO bl_sound_view_io;

#endif
