/* Warnings that are told once, with a count, however often they are given: a bin and a window each would be thousands. */
#include "baleen/gather.h"

#include <stdio.h>
#include <string.h>

#include "context_private.h"

/* What is left of a format without its conversions has letters: it is a sentence of its own, and not a frame for others'
 * ("%s: %s"). */
static bool is_sentence(const char *format)
{
  for (const char *p = format; *p; p++) {
    if (*p == '%') {
      p += 1 + strspn(p + 1, "-+ #0123456789.*hlzjtL");
      if (!*p) return false;
      continue;
    }
    if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')) return true;
  }
  return false;
}

/* Of one kind are warnings of the same sentence, said by the same: by whom stands before the first colon. */
static bl_gathered_kind *find(bl_gathered *g, bl_warning code, const char *format, const char *message)
{
  const char *colon = strchr(message, ':');
  size_t who = colon ? (size_t)(colon - message) + 1 : 0;
  for (size_t i = 0; i < g->n; i++) {
    bl_gathered_kind *k = &g->v[i];
    const char *said = k->text + k->at;
    if (k->code == code && k->format == format && !strncmp(said, message, who)) return k;
  }
  return NULL;
}

bool bl_gathered_take(bl_gathered *g, bl_warning code, const char *format, const char *text, size_t at)
{
  if (!is_sentence(format)) return false;
  bl_gathered_kind *k = find(g, code, format, text + at);
  if (!k && g->n == BL_GATHERED_KINDS) return false;
  bool first = !k;
  if (first) {
    k = &g->v[g->n++];
    *k = (bl_gathered_kind){.code = code, .format = format};
  }
  k->n++;
  if (first || (!g->at_once && strcmp(text, k->text) < 0)) { /* the same one, whichever thread comes first */
    snprintf(k->text, sizeof k->text, "%s", text);
    k->at = at;
  }
  return !(first && g->at_once);
}

bl_gathered *bl_ctx_gather(bl_ctx *ctx, bl_gathered *to)
{
  bl_gathered *before = ctx->telling.gathered;
  ctx->telling.gathered = to;
  return before;
}

void bl_gathered_tell(bl_ctx *ctx, bl_gathered *g)
{
  for (size_t i = 0; i < g->n; i++) {
    const bl_gathered_kind *k = &g->v[i];
    if (g->at_once && k->n > 1) bl_log(ctx, BL_LOG_WARN, "%zu more like: %s", k->n - 1, k->text);
    else if (!g->at_once && k->n > 1) bl_log(ctx, BL_LOG_WARN, "%s (and %zu more alike)", k->text, k->n - 1);
    else if (!g->at_once) bl_log(ctx, BL_LOG_WARN, "%s", k->text);
  }
  g->n = 0;
}
