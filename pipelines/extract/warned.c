/* warned.c: see warned.h. */
#include "warned.h"

#include <string.h>

enum { MOST = 20 }; /* a warning a segment would be thousands, and say no more */

bl_status bl_warned_add(bl_ctx *ctx, bl_warned *t, const char *text)
{
  if (bl_texts_find(&t->texts, text) >= 0) return BL_OK;
  if (t->texts.n < MOST) return bl_texts_add(ctx, &t->texts, text);
  t->more++;
  return BL_OK;
}

bl_status bl_warned_join(bl_ctx *ctx, bl_warned *t, const bl_warned *more)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < more->texts.n; i++) s = bl_warned_add(ctx, t, more->texts.v[i]);
  t->more += more->more;
  return s;
}

void bl_warned_free(bl_ctx *ctx, bl_warned *t)
{
  bl_texts_free(ctx, &t->texts);
  *t = (bl_warned){0};
}

/* What stands behind "<name>: ". */
static const char *behind(const char *text, const char *name)
{
  size_t n = name ? strlen(name) : 0;
  return n && !strncmp(text, name, n) && text[n] == ':' && text[n + 1] == ' ' ? text + n + 2 : text;
}

static void hear(void *user, bl_warning code, const char *text)
{
  bl_listening *l = user;
  if (l->status || code == BL_W_FORMAL) return; /* a formal departure is noted, not warned of */
  l->status = bl_warned_add(l->ctx, l->to, behind(behind(text, l->name), l->path));
}

void bl_listen_begin(bl_ctx *ctx, bl_listening *l, bl_warned *to, const char *name, const char *path)
{
  *l = (bl_listening){.ctx = ctx, .to = to, .name = name, .path = path};
  l->before = bl_ctx_set_hearer(ctx, (bl_hearer){hear, l});
}

bl_status bl_listen_end(bl_listening *l)
{
  bl_ctx_set_hearer(l->ctx, l->before);
  return l->status;
}
