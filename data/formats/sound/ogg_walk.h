/* ogg_walk.h: the pages of an Ogg file, looked at without decoding. Private to data/.
 *
 * A page says how many samples the stream has had at its end. Opening a file looks at all pages: where some are missing
 * or damaged, those numbers tell how much was lost, and it becomes a gap. A stream that was joined late, whose numbers
 * begin anywhere, begins at 0 here. Streams behind one another (chained, as by radio or 'cat') are one recording when
 * they are alike; of streams side by side the first that is sound is taken. */
#ifndef BL_DATA_OGG_WALK_H
#define BL_DATA_OGG_WALK_H

#include "coded.h"
#include "ogg_codec.h"
#include "ogg_page.h"

/* One stream; a chain has several. */
typedef struct bl_ogg_link {
  const bl_ogg_codec *codec;
  uint64_t at; /* byte of its first page */
  int serial;
} bl_ogg_link;

typedef struct bl_ogg_chain {
  bl_coded coded;
  bl_ogg_link *links; /* owned by the reader */
  size_t n_links, cap_links;
  bl_ogg_format format; /* of all of them */
} bl_ogg_chain;
/* Finds the links and adds the parts that can be decoded, and notes what is wrong. */
bl_status bl_ogg_walk(bl_ctx *ctx, bl_recording *rec, bl_ogg_chain *f) BL_MUST_CHECK;
/* Frees a codec's state; NULL is fine. */
void bl_ogg_drop(bl_ctx *ctx, const bl_ogg_codec *codec, void **state);

#endif
