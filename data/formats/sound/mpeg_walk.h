/* mpeg_walk.h: the frames of an MPEG audio file, found without decoding. Private to data/.
 *
 * A first frame without sound (Xing, LAME) tells how many follow, and how many samples the encoder put in front and
 * behind, which are left out. Where such a frame comes in the middle, another file begins there. */
#ifndef BL_DATA_MPEG_WALK_H
#define BL_DATA_MPEG_WALK_H

#include "coded.h"
#include "mpeg_frame.h"

enum { BL_MPEG_LOOK_AHEAD = 256 << 10 }; /* bytes */

/* Adds the parts that can be decoded, and notes what is wrong. kind: what all frames are like. */
bl_status bl_mpeg_walk(bl_ctx *ctx, bl_recording *rec, bl_coded *f, bl_mpeg_frame *kind) BL_MUST_CHECK;

#endif
