/* prepared.c: see prepared.h. */
#include "prepared.h"

#include <string.h>

enum { MOST_IDLE = 32 }; /* a folder in which no two recordings are alike must not fill the memory */

bool bl_texts_equal(const bl_texts *a, const bl_texts *b)
{
  if (a->n != b->n) return false;
  for (size_t i = 0; i < a->n; i++)
    if (strcmp(a->v[i], b->v[i])) return false;
  return true;
}

bool bl_waves_equal(const bl_stream *a, const bl_stream *b)
{
  return a->rate_hz == b->rate_hz && bl_texts_equal(&a->channels, &b->channels) && bl_texts_equal(&a->units, &b->units);
}

/* ---- one --------------------------------------------------------------------------------------------------------- */

static bl_status relay(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  const bl_prepared *p = user;
  return p->on_row(p->user, ctx, span, status, row);
}

static void free_one(bl_ctx *ctx, bl_prepared *p)
{
  if (!p) return;
  bl_extractor_free(ctx, p->extractor);
  bl_stream_free(ctx, &p->in);
  bl_free(ctx, p->block);
  bl_free(ctx, p->gathered);
  bl_free(ctx, p);
}

static bl_status make_one(bl_ctx *ctx, const bl_config *c, const bl_stream *in, bl_prepared **out)
{
  bl_epoch_rules rules;
  bl_prepared *p = *out = bl_calloc(ctx, 1, sizeof *p);
  if (!p) return bl_fail_nomem(ctx, "an extractor");
  bl_status s = bl_stream_copy(ctx, in, &p->in);
  if (!s) s = bl_extractor_new(ctx, &c->recipe, in, relay, p, &p->extractor);
  if (!s && c->segment.cls->rules) {
    s = c->segment.cls->rules(ctx, c->segment.params, &rules);
    if (!s) s = bl_extractor_set_rules(ctx, p->extractor, &rules);
  }
  if (!s) return BL_OK;
  free_one(ctx, p);
  *out = NULL;
  return s;
}

static bl_status at_least(bl_ctx *ctx, float **v, size_t *cap, size_t need)
{
  if (need <= *cap && *v) return BL_OK;
  bl_free(ctx, *v);
  *cap = 0;
  if (!(*v = bl_calloc(ctx, need, sizeof **v))) return bl_fail_nomem(ctx, "a block of samples");
  *cap = need;
  return BL_OK;
}

bl_status bl_prepared_room(bl_ctx *ctx, bl_prepared *p, size_t block, size_t gathered)
{
  bl_status s = at_least(ctx, &p->block, &p->block_cap, block);
  return s ? s : at_least(ctx, &p->gathered, &p->gathered_cap, gathered);
}

/* ---- the stock --------------------------------------------------------------------------------------------------- */

void bl_stock_init(bl_stock *stock, const bl_config *config)
{
  *stock = (bl_stock){.config = config};
  pthread_mutex_init(&stock->lock, NULL);
}

void bl_stock_free(bl_ctx *ctx, bl_stock *stock)
{
  if (!stock->config) return;
  while (stock->idle) {
    bl_prepared *p = stock->idle;
    stock->idle = p->next;
    free_one(ctx, p);
  }
  pthread_mutex_destroy(&stock->lock);
  *stock = (bl_stock){0};
}

bl_status bl_stock_take(bl_ctx *ctx, bl_stock *stock, const bl_stream *in, bl_prepared **out)
{
  pthread_mutex_lock(&stock->lock);
  bl_prepared **at = &stock->idle;
  while (*at && !bl_waves_equal(&(*at)->in, in)) at = &(*at)->next;
  *out = *at;
  if (*at) *at = (*at)->next;
  pthread_mutex_unlock(&stock->lock);
  return *out ? BL_OK : make_one(ctx, stock->config, in, out);
}

/* The one given back last is the first to be taken, for the processor's caches still know it; the one that was idle
 * longest goes when there are too many. */
void bl_stock_give(bl_ctx *ctx, bl_stock *stock, bl_prepared *p)
{
  bl_prepared *too_many = NULL;
  if (!p) return;
  pthread_mutex_lock(&stock->lock);
  p->next = stock->idle;
  stock->idle = p;
  bl_prepared **at = &stock->idle;
  for (int n = 0; *at && n < MOST_IDLE; n++) at = &(*at)->next;
  too_many = *at;
  *at = NULL;
  pthread_mutex_unlock(&stock->lock);
  free_one(ctx, too_many);
}
