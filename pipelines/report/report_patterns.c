/* Spatial patterns of a model, as maps of the scalp. */
#include <stdio.h>

#include "baleen/file.h"
#include "baleen/text.h"
#include "report_private.h"
#include "scalp_panels.h"

enum { SIDE = 96, MOST = 10 };

static bl_status draw_one(bl_report *rep, const bl_result *res, size_t which, const bl_scalp_map *map)
{
  bl_ctx *ctx = rep->ctx;
  const bl_patterns *p = &res->patterns.v[which];
  bl_scalp_panel panels[MOST];
  bl_canvas size = {.panels = true};
  bl_sink data = {.ctx = ctx}, body = {.ctx = ctx};
  size_t n = p->n < MOST ? p->n : MOST;
  char *more = which ? bl_strf(ctx, "%s_%zu", res->name, which + 1) : bl_strdup(ctx, res->name);
  char *name = more ? bl_file_name_of(ctx, "patterns_", more) : NULL,
       *file = name ? bl_strf(ctx, "%s.dat", name) : NULL;
  char *caption =
      bl_strf(ctx,
              "%s: patterns, how each component shows at the electrodes when its power is 1; learnt from all "
              "rows; spherical splines between electrodes",
              res->name);
  bl_status s = file && caption ? BL_OK : bl_fail_nomem(ctx, "a picture");
  for (size_t i = 0; i < n; i++) panels[i] = (bl_scalp_panel){p->titles.v[i], p->unit, p->v + i * p->channels.n};
  if (!s) s = bl_scalp_panels(ctx, map, panels, n, NULL, NULL, file, &data, &body, &size.width, &size.height);
  if (!s) s = bl_report_draw(rep, name, caption, size, &data, &body);
  else bl_sink_free(&data), bl_sink_free(&body);
  bl_free(ctx, more);
  bl_free(ctx, name);
  bl_free(ctx, file);
  bl_free(ctx, caption);
  return s;
}

/* Channels without known places give no map, and no complaint: not all that CSP learns from is EEG. */
bl_status bl_draw_patterns(bl_report *rep, const bl_result *res)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < res->patterns.n; i++) {
    bl_scalp_map map;
    s = bl_scalp_map_new(rep->ctx, "report", &res->patterns.v[i].channels, SIDE, &map);
    if (!s) s = draw_one(rep, res, i, &map);
    else if (s == BL_E_CONFIG) bl_ctx_clear_error(rep->ctx), s = BL_OK;
    bl_scalp_map_free(rep->ctx, &map);
  }
  return s;
}
