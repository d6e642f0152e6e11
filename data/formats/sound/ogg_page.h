/* ogg_page.h: the pages of an Ogg file (RFC 3533, 6), one after another, each by its checksum. Private to data/. */
#ifndef BL_DATA_OGG_PAGE_H
#define BL_DATA_OGG_PAGE_H

#include <ogg/ogg.h>

#include "window.h"

typedef struct bl_ogg_pages {
  bl_window *file;
  uint64_t next;        /* the byte to look at next */
  uint64_t at, skipped; /* where the page at hand begins; bytes in front of it that are no page */
  ogg_page page;
  unsigned char *room;
} bl_ogg_pages;

bl_status bl_ogg_pages_open(bl_ctx *ctx, bl_window *file, bl_ogg_pages *out) BL_MUST_CHECK;
/* The next page that is whole, from byte `next` on; *found false: there is none. */
bl_status bl_ogg_pages_next(bl_ctx *ctx, bl_ogg_pages *p, bool *found) BL_MUST_CHECK;
void bl_ogg_pages_close(bl_ctx *ctx, bl_ogg_pages *p);

#endif
