/* gnuplot.h: one gnuplot process that draws scripts one after another, over a socket of its own. No shell, no signal
 * handlers: writing to a process that died is an error, not a SIGPIPE. */
#ifndef BALEEN_GNUPLOT_H
#define BALEEN_GNUPLOT_H

#include "baleen/memory.h"

typedef struct bl_gnuplot bl_gnuplot;

/* Finds gnuplot on PATH. It is started by the first command, with `folder` as its working directory. When there is
 * none: BL_W_SKIPPED and *out NULL, which all functions below take: bl_gnuplot_load() then does nothing. */
bl_status bl_gnuplot_open(bl_ctx *ctx, const char *folder, bl_gnuplot **out) BL_MUST_CHECK;
/* Runs a script file of the folder. BL_E_IO holds what gnuplot said, and the next call starts a fresh process;
 * BL_E_CANCELLED after bl_ctx_cancel(). */
bl_status bl_gnuplot_load(bl_ctx *ctx, bl_gnuplot *g, const char *script) BL_MUST_CHECK;
/* "5.4"; "" without gnuplot. */
bl_status bl_gnuplot_version(bl_ctx *ctx, bl_gnuplot *g, bl_buf *out) BL_MUST_CHECK;
void bl_gnuplot_close(bl_ctx *ctx, bl_gnuplot *g);

#endif
