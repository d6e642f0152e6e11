/* scalp_panels.h: values at electrodes as heads side by side, each with contours and a colour bar of its own. */
#ifndef BALEEN_SCALP_PANELS_H
#define BALEEN_SCALP_PANELS_H

#include "baleen/scalp_map.h"
#include "sink.h"

enum { BL_SCALP_PANELS = 24 }; /* in one picture, at most */

typedef struct bl_scalp_panel {
  const char *title, *unit; /* as they are written */
  const double *v;          /* by the names of the map, finite */
} bl_scalp_panel;

/* Appends the data and the commands that draw it, a multiplot; `file` is what the data's file will be called. title: above
 * all, in quotes for gnuplot, or NULL. cmap: a palette's name (bl_plot_palette); NULL: viridis where no value is negative,
 * else blue to red, white at 0. *width, *height are those of the picture, in the units of an SVG. */
bl_status bl_scalp_panels(bl_ctx *ctx, const bl_scalp_map *m, const bl_scalp_panel *v, size_t n, const char *title,
                          const char *cmap, const char *file, bl_sink *data, bl_sink *script, int *width,
                          int *height) BL_MUST_CHECK;

#endif
