/* mix_private.h: what the files of the source `mix` share. Private to the data layer. */
#ifndef BL_DATA_MIX_PRIVATE_H
#define BL_DATA_MIX_PRIVATE_H

#include "baleen/source.h"
#include "clip.h"
#include "path.h"

typedef struct bl_mix_params {
  bl_texts foregrounds, backgrounds;
  bl_reals snr_db, band_hz;
  double active;
  bl_word rate_hz, cut_s, block_s;
  int64_t repeats, folds, seed;
  bool negatives;
  char *label_positive, *label_negative, *foreground_groups, *background_groups;
} bl_mix_params;

/* ---- calls, or noises: mix_side.c -------------------------------------------------------------------------------- */

/* A stretch of a file that is laid, or laid into. */
typedef struct bl_mix_piece {
  size_t file;
  uint64_t first, n; /* frames at the file's own rate */
  double rate_hz;    /* that rate */
  size_t fold;
} bl_mix_piece;

typedef struct bl_mix_side {
  const char *what, *purpose; /* purpose: of the draw that deals them to folds */
  bl_found found;             /* the files */
  bl_texts group;             /* per file */
  bl_mix_piece *piece;        /* by file, then by time */
  size_t n_pieces, cap_pieces;
} bl_mix_side;

/* Files of these patterns, one rate for all unless p says that they are resampled; *rate_hz is 0 before the first side
 * and then what the mixtures have. `first` names the file whose rate that is. cut: files are cut as p says. */
bl_status bl_mix_side_make(bl_ctx *ctx, const bl_mix_params *p, const char *folder, const bl_texts *patterns,
                           const char *groups, bool cut, bl_mix_side *d, double *rate_hz,
                           const char **first) BL_MUST_CHECK;
/* Frames in each piece of a noise of n frames: of cut_s, or all where it is shorter. */
uint64_t bl_mix_piece_length(const bl_mix_params *p, double rate_hz, uint64_t n);
void bl_mix_side_free(bl_ctx *ctx, bl_mix_side *d); /* zeroed is fine */

/* ---- levels: mix_level.c ----------------------------------------------------------------------------------------- */

/* How loud a call is laid over a noise. */
typedef struct bl_mix_level {
  double gain;    /* of the call, without its mean */
  double full_db; /* the signal-to-noise ratio that this makes over the full band */
} bl_mix_level;

/* The gain that lays `call`, n samples, from `start` on into the noise so that the ratio in p's band is snr_db (mix.c
 * has the formula). BL_E_RANGE where one of them is silent in the band; *silent_call tells which. */
bl_status bl_mix_level_find(bl_ctx *ctx, const bl_mix_params *p, const bl_clip *noise, size_t start, const float *call,
                            size_t n, double snr_db, bl_mix_level *out, bool *silent_call) BL_MUST_CHECK;

#endif
