/* prepared.h: extractors that are made ready once and lent to one recording after another: making one, with its plans
 * and names, may cost more than a short recording's samples do. */
#ifndef BL_PREPARED_H
#define BL_PREPARED_H

#include <pthread.h>

#include "baleen/config.h"

/* Frames of one input: as the recording has them, and those of the chosen channels; see bl_prepared_room(). */
typedef struct bl_input_room {
  float *block, *gathered;
  size_t block_cap, gathered_cap;
} bl_input_room;
/* An extractor for one kind of streams, and what feeds it. Whoever has it in hand says where rows go. */
typedef struct bl_prepared {
  bl_streams in;
  bl_extractor *extractor;
  bl_row_fn on_row;
  void *user;
  /* [in.n] */
  bl_input_room *room;
  const float **x; /* frames in hand, how many of each input, and how many of them are done */
  size_t *n_x, *done;
  struct bl_prepared *next; /* in the stock */
} bl_prepared;
/* Room of an input for so many floats each, kept for the next recording. */
bl_status bl_prepared_room(bl_ctx *ctx, bl_prepared *p, size_t input, size_t block, size_t gathered) BL_MUST_CHECK;

/* Those that nobody has in hand. Any thread may take and give. */
typedef struct bl_stock {
  const bl_config *config; /* borrowed */
  pthread_mutex_t lock;
  bl_prepared *idle;
} bl_stock;
void bl_stock_init(bl_stock *stock, const bl_config *config);
void bl_stock_free(bl_ctx *ctx, bl_stock *stock);
/* One for these streams: an idle one, else a new one. Errors name branch and stage. */
bl_status bl_stock_take(bl_ctx *ctx, bl_stock *stock, const bl_streams *in, bl_prepared **out) BL_MUST_CHECK;
/* Gives it back, also after a failure: bl_extractor_begin() starts afresh. NULL is fine. */
void bl_stock_give(bl_ctx *ctx, bl_stock *stock, bl_prepared *p);

/* True when both are as many waveforms of the same rates and the same channels with the same units, in the same order. */
bool bl_waves_equal(const bl_streams *a, const bl_streams *b);
bool bl_texts_equal(const bl_texts *a, const bl_texts *b);

#endif
