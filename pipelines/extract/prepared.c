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

bool bl_waves_equal(const bl_streams *a, const bl_streams *b)
{
  bool equal = a->n == b->n;
  for (size_t k = 0; equal && k < a->n; k++)
    equal = a->v[k].rate_hz == b->v[k].rate_hz && bl_texts_equal(&a->v[k].channels, &b->v[k].channels) &&
            bl_texts_equal(&a->v[k].units, &b->v[k].units);
  return equal;
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
  for (size_t k = 0; p->room && k < p->in.n; k++) {
    bl_free(ctx, p->room[k].block);
    bl_free(ctx, p->room[k].gathered);
  }
  bl_free(ctx, p->room);
  bl_free(ctx, p->x);
  bl_free(ctx, p->n_x);
  bl_free(ctx, p->done);
  bl_streams_free(ctx, &p->in);
  bl_free(ctx, p);
}

static bl_status make_rooms(bl_ctx *ctx, bl_prepared *p)
{
  p->room = bl_calloc(ctx, p->in.n, sizeof *p->room);
  p->x = bl_calloc(ctx, p->in.n, sizeof *p->x);
  p->n_x = bl_calloc(ctx, p->in.n, sizeof *p->n_x);
  p->done = bl_calloc(ctx, p->in.n, sizeof *p->done);
  return p->room && p->x && p->n_x && p->done ? BL_OK : bl_fail_nomem(ctx, "an extractor");
}

static bl_status make_one(bl_ctx *ctx, const bl_config *c, const bl_streams *in, bl_prepared **out)
{
  bl_epoch_rules rules;
  bl_prepared *p = *out = bl_calloc(ctx, 1, sizeof *p);
  if (!p) return bl_fail_nomem(ctx, "an extractor");
  bl_status s = bl_streams_copy(ctx, in, &p->in);
  if (!s) s = make_rooms(ctx, p);
  if (!s) s = bl_extractor_new(ctx, &c->recipe, in->v, relay, p, &p->extractor);
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

bl_status bl_prepared_room(bl_ctx *ctx, bl_prepared *p, size_t input, size_t block, size_t gathered)
{
  bl_input_room *r = &p->room[input];
  bl_status s = at_least(ctx, &r->block, &r->block_cap, block);
  return s ? s : at_least(ctx, &r->gathered, &r->gathered_cap, gathered);
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

bl_status bl_stock_take(bl_ctx *ctx, bl_stock *stock, const bl_streams *in, bl_prepared **out)
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
