/* warned.h: what a recording was warned of, for its row among the recordings: every text once, whoever warned, whether the
 * terminal was told or had been told before. */
#ifndef BL_WARNED_H
#define BL_WARNED_H

#include "baleen/memory.h"

typedef struct bl_warned {
  bl_texts texts; /* without the recording's name in front */
  size_t more;    /* beyond those that are kept */
} bl_warned;
/* Both skip what is there already. */
bl_status bl_warned_add(bl_ctx *ctx, bl_warned *t, const char *text) BL_MUST_CHECK;
bl_status bl_warned_join(bl_ctx *ctx, bl_warned *t, const bl_warned *more) BL_MUST_CHECK;
void bl_warned_free(bl_ctx *ctx, bl_warned *t);

/* Warnings of this context, muted or not, go to `to` from bl_listen_begin() on, until bl_listen_end(), which tells whether
 * there was memory for them. name, path: whose warnings they are, to be left out in front; NULL: nobody's. */
typedef struct bl_listening {
  bl_ctx *ctx;
  bl_warned *to;
  const char *name, *path;
  bl_status status;
  bl_hearer before;
} bl_listening;
void bl_listen_begin(bl_ctx *ctx, bl_listening *l, bl_warned *to, const char *name, const char *path);
bl_status bl_listen_end(bl_listening *l) BL_MUST_CHECK;

#endif
