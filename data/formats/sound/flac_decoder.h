/* flac_decoder.h: libFLAC, which gets one frame after another and tells of each whether it could be decoded. Private to
 * data/. */
#ifndef BL_DATA_FLAC_DECODER_H
#define BL_DATA_FLAC_DECODER_H

#include "baleen/context.h"
#include "flac_frame.h"

typedef struct bl_flac_decoder bl_flac_decoder;
/* The next bytes of the stream, up to *n, into `to`; *n 0: there are no more. */
typedef bl_status (*bl_flac_more)(bl_ctx *ctx, void *arg, unsigned char *to, size_t *n);

/* For frames that begin at once; what their headers leave to STREAMINFO is in info. */
bl_status bl_flac_decoder_new(bl_ctx *ctx, const bl_flac_info *info, bl_flac_more more, void *arg,
                              bl_flac_decoder **out) BL_MUST_CHECK;
/* What comes next begins a frame anew. */
void bl_flac_decoder_restart(bl_flac_decoder *d);
/* Bytes that were decoded since then. */
size_t bl_flac_decoder_used(const bl_flac_decoder *d);
/* The samples of the next frame, [sample][channel], parts of full scale; *n 0: it cannot be decoded, or has another
 * number of channels, or there is none. */
bl_status bl_flac_decoder_next(bl_ctx *ctx, bl_flac_decoder *d, const float **v, size_t *n) BL_MUST_CHECK;
void bl_flac_decoder_free(bl_ctx *ctx, bl_flac_decoder *d);

#endif
