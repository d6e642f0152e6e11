/* item_start.c: see item_start.h. */
#include "baleen/item_start.h"

#include <stdio.h>

/* The recording that a row is of: the one that it names, or the only one. */
static const bl_item *item_of(const bl_item_starts *k, const char *file)
{
  if (k->one) return k->one;
  if (file && k->known && bl_annotation_names(file, k->known->path)) return k->known;
  for (size_t i = 0; file && i < k->items->n; i++)
    if (bl_annotation_names(file, k->items->v[i].path)) return &k->items->v[i];
  return !file && k->items->n == 1 ? k->items->v : NULL;
}

/* Samples of standard input are for who reads them, and tell of no time. */
static bl_status refuse(void *user, bl_ctx *ctx, bl_recording *rec)
{
  (void)user;
  return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: does not tell when it began", rec->path);
}

static bl_status look(bl_ctx *ctx, bl_item_starts *k, const bl_item *item)
{
  bl_recording *rec = NULL;
  bool before = bl_ctx_mute(ctx, true); /* what there is to tell of it is told when it is read, */
  bl_status s =
      bl_recording_open_as(ctx, item->path, &(bl_opening){.start_pattern = k->start_pattern, .look = refuse}, &rec);
  bl_ctx_mute(ctx, before);
  k->known = item;
  *k->start = '\0';
  if (!s && rec->has_start) snprintf(k->start, sizeof k->start, "%s", rec->start);
  bl_recording_close(ctx, rec);
  return s == BL_E_NOMEM || s == BL_E_CANCELLED ? s : BL_OK; /* and so is why it cannot be */
}

bl_status bl_item_start(void *user, bl_ctx *ctx, const char *file, const char **start)
{
  bl_item_starts *k = user;
  const bl_item *item = item_of(k, file);
  bl_status s = item && item != k->known ? look(ctx, k, item) : BL_OK;
  *start = !s && item && *k->start ? k->start : NULL;
  return s;
}
