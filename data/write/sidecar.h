/* sidecar.h: what a file of bare numbers does not say about itself, from a JSON file beside it. Private to the data
 * layer.
 *
 *   {"rate_hz": 256, "channels": ["Cz", "Pz"], "units": ["uV", "uV"], "start": "2018-06-02T15:30:00",
 *    "order": "frames", "format": "s16le", "full_scale": [200, 200], "frames": 76800}
 *
 * All but rate_hz may be left out, and that too beside sound files; "unit" gives one unit to all; "channels" may be a
 * count. "order" is "frames", [frame][channel], or "channels", [channel][frame]; "format" is for raw PCM. "full_scale",
 * a number or one for each channel, is for sound files: what a sample of 1 stands for, in the channel's unit. "frames"
 * is how many the file has, so that a sidecar of another file is known. Unknown keys are passed over, for others keep
 * more there; one that looks like a slip of the keys above is noted.
 *
 * Writers put "schema": 1 into it, which tells theirs from what else may go by such a name. */
#ifndef BL_DATA_SIDECAR_H
#define BL_DATA_SIDECAR_H

#include "baleen/file.h"
#include "baleen/option.h"
#include "baleen/recording.h"
#include "baleen/recording_write.h"

typedef struct bl_sidecar {
  char *path;        /* NULL: there is none */
  double rate_hz;    /* 0: not said */
  size_t n_channels; /* 0: not said */
  bl_texts channels, units;
  char *start, *format; /* NULL: not said */
  uint64_t n_frames;    /* 0: not said */
  bl_reals full_scale;  /* one for all channels, or one each; n 0: not said */
  bool by_channel;
  char *slip, *meant; /* a key that is none, and the one that it may be a slip of; NULL: none */
} bl_sidecar;
/* <file>.json, or the file's name with .json for its extension. A value of the wrong kind is BL_E_FORMAT. */
bl_status bl_sidecar_read(bl_ctx *ctx, const char *file, bl_sidecar *out) BL_MUST_CHECK;
/* Beside a sound file, which says most of it itself: <file>.json only, for <stem>.json may be anybody's. */
bl_status bl_sidecar_read_full_name(bl_ctx *ctx, const char *file, bl_sidecar *out) BL_MUST_CHECK;
/* Whether a file met in a folder is a recording by what a sidecar says: the rate for .npy, .csv and .tsv, rate and
 * format for .raw and .pcm. <stem>.json counts for one file of that stem only, a recording of another kind before
 * these, and these in this order: .npy, .raw, .pcm, .csv, .tsv; so a table of labels beside a recording is none.
 * *candidate: it is of these kinds. A <file>.json that cannot be read is warned of. */
bl_status bl_sidecar_tells(bl_ctx *ctx, const char *file, bool *candidate, bool *tells) BL_MUST_CHECK;
/* Parses a text; `name` is for messages. */
bl_status bl_sidecar_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_sidecar *out) BL_MUST_CHECK;
/* Names and units of the only stream's channels, and the start. Names that the file has itself may be there already;
 * where neither knows one, they are ch1, ch2 .. . BL_E_FORMAT when the numbers of channels differ: then nothing was
 * changed. */
bl_status bl_sidecar_apply(bl_ctx *ctx, bl_recording *rec, const bl_sidecar *d) BL_MUST_CHECK;
void bl_sidecar_free(bl_ctx *ctx, bl_sidecar *s);

/* ---- write_sidecar.c --------------------------------------------------------------------------------------------- */

/* What goes into the sidecar of a file to be written; full_scale [n_channels], NULL where that is 1 for all. */
bl_status bl_sidecar_text(bl_ctx *ctx, const bl_write_spec *spec, const double *full_scale, bl_buf *out) BL_MUST_CHECK;
/* BL_E_ARG when <path>.json is there and no writer's: it would be lost, or be taken for the new file's. */
bl_status bl_sidecar_check_place(bl_ctx *ctx, const char *path) BL_MUST_CHECK;
/* Writes the text beside the place of <path>.json; nothing for an empty one. To be called before `path` gets its file,
 * so that what fails here leaves all as it was. */
bl_status bl_sidecar_prepare(bl_ctx *ctx, const char *path, const bl_buf *text, bl_out *out) BL_MUST_CHECK;
/* Once `path` has its file: puts what was prepared in place; where that is nothing, what a file of this name has left
 * there goes. */
bl_status bl_sidecar_done(bl_ctx *ctx, const char *path, bl_out *out) BL_MUST_CHECK;

#endif
