/* pieces.h: how a long recording is cut into pieces, each a thread's work. */
#ifndef BL_PIECES_H
#define BL_PIECES_H

#include "baleen/common_runs.h"
#include "cutter.h"
#include "selection.h"

/* What a header tells of the frames that there are. */
typedef struct bl_known {
  bl_common_runs runs; /* of the selected streams */
  double n_floats;     /* in them; 0 where a format cannot be begun in its middle, and is not cut */
} bl_known;
bl_status bl_known_look(bl_ctx *ctx, const bl_recording *rec, const bl_selection *sel, bl_known *out) BL_MUST_CHECK;
void bl_known_free(bl_ctx *ctx, bl_known *k);

/* Pieces, *n of them, to be freed: of equal length, but for smaller ones at the end of many. Of what is too short to be cut
 * neither *out nor *n is touched. */
bl_status bl_pieces_make(bl_ctx *ctx, const bl_known *of, bl_piece **out, size_t *n) BL_MUST_CHECK;

#endif
