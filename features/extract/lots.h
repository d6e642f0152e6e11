/* lots.h: the lowest of many lots, of which only that many are ever held. */
#ifndef BL_FEATURES_LOTS_H
#define BL_FEATURES_LOTS_H

#include "baleen/memory.h"

typedef struct bl_lot {
  double drawn; /* 0 .. 1 */
  double place; /* who drew it: decides between equal ones */
} bl_lot;
int bl_lot_compare(const void *pa, const void *pb);

/* The `most` lowest of those offered; most is 1 or more. Starts as {.most = ...}. */
typedef struct bl_lots {
  bl_lot *v;
  size_t n, cap, most;
} bl_lots;
bl_status bl_lots_offer(bl_ctx *ctx, bl_lots *l, bl_lot one) BL_MUST_CHECK;
/* The highest of the lots kept; one must have been offered. */
bl_lot bl_lots_highest(bl_lots *l);
void bl_lots_free(bl_ctx *ctx, bl_lots *l);

#endif
