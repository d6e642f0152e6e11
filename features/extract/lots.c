/* lots.c: see lots.h. */
#include "lots.h"

#include <stdlib.h>

int bl_lot_compare(const void *pa, const void *pb)
{
  const bl_lot *a = pa, *b = pb;
  if (a->drawn != b->drawn) return a->drawn < b->drawn ? -1 : 1;
  return a->place < b->place ? -1 : a->place > b->place;
}

static void keep_lowest(bl_lots *l)
{
  qsort(l->v, l->n, sizeof *l->v, bl_lot_compare);
  if (l->n > l->most) l->n = l->most;
}

bl_status bl_lots_offer(bl_ctx *ctx, bl_lots *l, bl_lot one)
{
  if (l->n >= 2 * l->most) keep_lowest(l); /* half of the room becomes free: the cost of sorting is spread */
  void *v = l->v;
  bl_status s = bl_grow(ctx, &v, &l->cap, l->n + 1, sizeof *l->v, "lots that were drawn");
  l->v = v;
  if (!s) l->v[l->n++] = one;
  return s;
}

bl_lot bl_lots_highest(bl_lots *l)
{
  keep_lowest(l);
  return l->v[l->n - 1];
}

void bl_lots_free(bl_ctx *ctx, bl_lots *l)
{
  bl_free(ctx, l->v);
  *l = (bl_lots){0};
}
