/* heard.c: see heard.h. */
#include "heard.h"

bool bl_config_finds_events(const bl_config *c)
{
  for (size_t b = 0; b < c->recipe.n_branches; b++)
    for (size_t k = 0; k < c->recipe.branches[b].n_stages; k++)
      if (c->recipe.branches[b].stages[k].cls->events) return true;
  return false;
}

bl_status bl_heard_listen(bl_ctx *ctx, bl_heard *f, bl_extractor *e, bl_news *news)
{
  f->list.n = 0;
  bl_status s = bl_extractor_events(ctx, e, &f->list, &news->known_s);
  void *events = f->events;
  if (!s) s = bl_grow(ctx, &events, &f->cap, f->list.n, sizeof *f->events, "events that were found");
  f->events = events;
  for (size_t i = 0; !s && i < f->list.n; i++) f->events[i] = f->list.v[i].event;
  news->events = f->events;
  news->n = s ? 0 : f->list.n;
  return s;
}

void bl_heard_free(bl_ctx *ctx, bl_heard *f)
{
  bl_findings_free(ctx, &f->list);
  bl_free(ctx, f->events);
  *f = (bl_heard){0};
}
