/* items.h: lists of recordings in the making. Private to the data layer. */
#ifndef BL_DATA_ITEMS_H
#define BL_DATA_ITEMS_H

#include "baleen/source.h"

void bl_item_free(bl_ctx *ctx, bl_item *item);
/* Takes what the item holds and zeroes it; after a failure it still holds it. */
bl_status bl_items_add(bl_ctx *ctx, bl_items *items, bl_item *item) BL_MUST_CHECK;

#endif
