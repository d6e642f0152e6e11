/* picture_file.h: whether a picture that gnuplot was to draw is there, to its last byte. */
#ifndef BL_PICTURE_FILE_H
#define BL_PICTURE_FILE_H

#include "baleen/memory.h"

/* gnuplot, and libpng below it, say nothing when a disk is full, and leave what they could write. BL_E_IO, with the file's
 * name, for an SVG or PNG (svg says which) that is not there or does not end as one does; it is removed then. */
bl_status bl_picture_check(bl_ctx *ctx, const char *path, bool svg) BL_MUST_CHECK;

#endif
