#include "items.h"

void bl_item_free(bl_ctx *ctx, bl_item *item)
{
  bl_free(ctx, item->name);
  bl_free(ctx, item->path);
  bl_free(ctx, item->label);
  bl_free(ctx, item->group);
  bl_free(ctx, item->foreground);
  bl_annotations_free(ctx, &item->annotations);
  bl_texts_free(ctx, &item->extra);
  *item = (bl_item){0};
}

bl_status bl_items_add(bl_ctx *ctx, bl_items *items, bl_item *item)
{
  bl_status s = bl_grow(ctx, (void **)&items->v, &items->cap, items->n + 1, sizeof *items->v, "the list of recordings");
  if (s) return s;
  items->v[items->n++] = *item;
  *item = (bl_item){0};
  return BL_OK;
}

void bl_items_free(bl_ctx *ctx, bl_items *items)
{
  for (size_t i = 0; i < items->n; i++) bl_item_free(ctx, &items->v[i]);
  bl_free(ctx, items->v);
  bl_texts_free(ctx, &items->extra);
  *items = (bl_items){0};
}

bl_status bl_source_open(bl_ctx *ctx, const bl_source *s, const char *folder, bl_item *item, bl_recording **out)
{
  *out = NULL;
  return s->cls->open ? s->cls->open(ctx, s->params, folder, item, out) : bl_recording_open(ctx, item->path, out);
}
